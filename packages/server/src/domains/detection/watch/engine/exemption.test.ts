import { expect, it } from 'vitest';
import { exemptionOf } from './exemption.ts';

it('exempts the networks that are named, and nobody else', () => {
  const isExempt = exemptionOf(['203.0.113.0/24', '198.51.100.7', '2001:db8:1::/48', 'no network']);
  expect(['203.0.113.9', '198.51.100.7', '2001:db8:1:2::3'].filter((address) => !isExempt(address))).toEqual([]);
  expect(['203.0.114.9', '198.51.100.8', '2001:db8:2::3', '', 'office'].filter(isExempt)).toEqual([]);
  expect(exemptionOf([])('203.0.113.9')).toBe(false);
});
