import { applicationSchema, type Application } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { isInCanary, refusesDoubt } from './canary.ts';

const SINCE = 1_790_000_000_000;
const application = (share: number, parts: Partial<Application> = {}): Application => ({
  ...applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }),
  canary: { share, group: null, since: SINCE, until: SINCE + 3_600_000 },
  ...parts,
});
const neighbours = Array.from({ length: 20_000 }, (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);

describe('the share of a canary', () => {
  it.each([1, 10, 50, 90])('of %i percent is close to what it says, also among neighbouring addresses', (share) => {
    const inside = neighbours.filter((address) => isInCanary(application(share), address)).length;
    expect(Math.abs(inside / neighbours.length - share / 100)).toBeLessThan(0.02);
  });

  it('holds the same clients each time, and only adds when it grows', () => {
    const ten = neighbours.filter((address) => isInCanary(application(10), address));
    expect(neighbours.filter((address) => isInCanary(application(10), address))).toEqual(ten);
    expect(ten.every((address) => isInCanary(application(30), address))).toBe(true);
  });

  it('is another one in the next promotion and for another application', () => {
    const of = (one: Application) => new Set(neighbours.filter((address) => isInCanary(one, address)));
    const first = of(application(10));
    const next = of(application(10, { canary: { share: 10, group: null, since: SINCE + 5, until: SINCE + 9 } }));
    const other = of(application(10, { id: 'blog' }));
    for (const set of [next, other]) expect([...set].filter((address) => first.has(address)).length).toBeLessThan(first.size / 2);
  });

  it('treats a household with changing IPv6 addresses as one client, and IPv4 written as IPv6 as IPv4', () => {
    for (let house = 0; house < 200; house += 1) {
      const prefix = `2001:db8:0:${house.toString(16)}`;
      const first = isInCanary(application(50), `${prefix}::1`);
      expect(isInCanary(application(50), `${prefix}:aaaa:bbbb:cccc:dddd`)).toBe(first);
      expect(isInCanary(application(50), `::ffff:10.0.0.${house}`)).toBe(isInCanary(application(50), `10.0.0.${house}`));
    }
  });

  it('is nobody without a canary and everybody at 100', () => {
    expect(neighbours.some((address) => isInCanary(application(10, { canary: null }), address))).toBe(false);
    expect(neighbours.every((address) => isInCanary(application(100), address))).toBe(true);
  });
});

describe('requests that can be read in two ways', () => {
  it('are refused for a client on trial of the whole mode, not on trial of one class', () => {
    expect(refusesDoubt({ mode: 'canary', application: application(10) })).toBe(true);
    const group = { share: 10, group: 'xss' as const, since: SINCE, until: SINCE + 1 };
    expect(refusesDoubt({ mode: 'canary', application: application(10, { canary: group }) })).toBe(false);
    expect(refusesDoubt({ mode: 'canary', application: application(10, { canary: group, mode: 'enforce' }) })).toBe(true);
    expect(refusesDoubt({ mode: 'monitor', application: application(10) })).toBe(false);
    expect(refusesDoubt({ mode: 'bypass', application: application(10) })).toBe(false);
  });
});
