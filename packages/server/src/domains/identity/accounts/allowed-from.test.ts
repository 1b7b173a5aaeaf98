import { describe, expect, it } from 'vitest';
import { allowedFrom, isCidr } from './allowed-from.ts';

describe('where a token is good from', () => {
  const cases: readonly (readonly [cidrs: readonly string[], address: string | null, isAllowed: boolean])[] = [
    [[], null, true],
    [[], '203.0.113.7', true],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['192.0.2.0/24'], '::ffff:192.0.3.9', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8:1::9', true],
    [['2001:db8::/32'], '2001:db9::', false],
    [['192.0.2.0/24', '::1'], '0:0:0:0:0:0:0:1', true],
    [['0.0.0.0/0'], '203.0.113.7', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['192.0.2.0/24'], null, false],
    [['192.0.2.0/24'], '', false],
    [['192.0.2.0/24'], '192.0.2.0/24x', false],
    [['fe80::/10'], 'fe80::1%eth0', false],
  ];
  it.each(cases)('%j admits %s: %s', (cidrs, address, isAllowed) => {
    expect(allowedFrom(cidrs)(address)).toBe(isAllowed);
  });

  it.each(['192.0.2.0/33', '192.0.2.0/08', '192.0.2/24', '2001:db8::/129', 'a.test', '', '192.0.2.0/24/8', 'fe80::1%1'])(
    '%s is no prefix',
    (text) => expect(isCidr(text)).toBe(false),
  );
});
