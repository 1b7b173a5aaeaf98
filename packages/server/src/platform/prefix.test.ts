import * as fc from 'fast-check';
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { covers, formatPrefix, overlaps, parsePrefix } from './prefix.ts';

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

describe('parsePrefix and formatPrefix', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/24', '192.0.2.0/24'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::', '::'],
    ['::1/128', '::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::ffff:192.0.2.1/120', '192.0.2.0/24'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is stored as %s', (text, stored) => {
    const parsed = parsePrefix(text);
    expect(parsed === null ? null : formatPrefix(parsed)).toBe(stored);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/08',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '::1/129',
    'fe80::1%eth0',
    '1.2.3.4/8/8',
    '01.2.3.4',
    'localhost',
  ])('refuses %j', (text) => expect(parsePrefix(text)).toBeNull());

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), fc.nat(128), (address, length) => {
        const parsed = parsePrefix(`${address}/${address.includes(':') ? length : length % 33}`);
        if (parsed === null) throw new Error(`not parsed: ${address}`);
        expect(parsePrefix(formatPrefix(parsed))).toEqual(parsed);
      }),
    );
  });

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePrefix(text)));
  });
});

describe('covers', () => {
  it("agrees with Node's own block list", () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.nat(32), (network, address, length) => {
        const list = new BlockList();
        list.addSubnet(network, length, 'ipv4');
        const outer = parsePrefix(`${network}/${length}`);
        const inner = parsePrefix(address);
        if (outer === null || inner === null) throw new Error('not parsed');
        expect(covers(outer, inner)).toBe(list.check(address, 'ipv4'));
      }),
    );
  });

  it('keeps the families apart', () => {
    const all4 = parsePrefix('0.0.0.0/0');
    const one6 = parsePrefix('2001:db8::1');
    const loopback = parsePrefix('127.0.0.1');
    if (all4 === null || one6 === null || loopback === null) throw new Error('not parsed');
    expect(covers(all4, one6)).toBe(false);
    expect(overlaps(loopback, all4)).toBe(true);
    expect(overlaps(all4, one6)).toBe(false);
  });
});
