import { applicationSchema, gatewayLimitsSchema } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { sortedJson } from '../../applications/index.ts';
import { digestOf, orderPolicy, writePolicy, type Policy } from './policy.ts';

const application = (id: string) =>
  applicationSchema.parse({ id, name: id, upstream: 'http://127.0.0.1:3000', rate: { perSecond: 0.5 } });
const policy: Policy = {
  applications: [application('b'), application('a')],
  exceptions: [],
  schemas: [],
  patches: [],
  policies: [],
  isolations: [],
  allows: ['198.51.100.1', '192.0.2.1'],
  bans: [
    { prefix: '203.0.113.9', expiresAt: 5 },
    { prefix: '203.0.113.8', expiresAt: null },
  ],
  bypassUntil: null,
  contact: null,
  trustedHops: 1,
  limits: gatewayLimitsSchema.parse({}),
};

describe('writePolicy', () => {
  it('writes what the general writer would', () => {
    expect(writePolicy(policy)).toBe(sortedJson(policy));
    expect(JSON.parse(writePolicy(policy))).toEqual(policy);
  });

  it('gives one digest to the same decisions in any order, and another to any other decision', () => {
    const digest = (one: Policy) => digestOf(writePolicy(orderPolicy(one)));
    const reversed = { ...policy, applications: policy.applications.toReversed(), bans: policy.bans.toReversed() };
    expect(digest({ ...reversed, allows: policy.allows.toReversed() })).toBe(digest(policy));
    expect(digest({ ...policy, bypassUntil: 1 })).not.toBe(digest(policy));
    expect(digest({ ...policy, bans: [{ prefix: '203.0.113.8', expiresAt: 5 }] })).not.toBe(digest(policy));
  });
});
