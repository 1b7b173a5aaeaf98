import { expect, it } from 'vitest';
import { isProduction } from './secrets.ts';

it.each(['production', 'prod', 'live', 'default', 'eu-west', 'production-staging', 'devices'])(
  '%s counts as production',
  (name) => {
    expect(isProduction(name)).toBe(true);
  },
);

it.each(['dev', 'development', 'staging', 'staging-2', 'test-eu', 'ci', 'demo'])('%s is for trying things', (name) => {
  expect(isProduction(name)).toBe(false);
});
