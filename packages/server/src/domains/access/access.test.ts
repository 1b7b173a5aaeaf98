import { expect, it } from 'vitest';
import { may, type Principal } from './index.ts';

const token: Principal = { actor: { kind: 'token', ref: 'T' }, permissions: new Set(['ban:read']) };
const operator: Principal = { actor: { kind: 'operator', ref: 'host:0' }, permissions: 'all' };

it('gives a token exactly what it lists: reading is not writing', () => {
  expect(may(token, 'ban:read')).toBe(true);
  expect(may(token, 'ban:write')).toBe(false);
});

it('gives the operator on the host everything', () => {
  expect(may(operator, 'token:write')).toBe(true);
});
