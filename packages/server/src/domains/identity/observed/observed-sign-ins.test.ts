import { createHmac } from 'node:crypto';
import type { EventRecord, SignInTry } from '@holdfast/contract';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Counters } from './counters.ts';
import { readDevice } from './device-cookie.ts';
import { LIMITS, waitAfter } from './limits.ts';
import { createObservedSignIns, type ObservedSignIns } from './observed-sign-ins.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OPERATOR = { kind: 'operator', ref: 'test' } as const;
let now = 0;
let recorded: unknown[] = [];
let observed: ObservedSignIns;

beforeEach(() => {
  now = 1_700_000_000_000;
  recorded = [];
  observed = createObservedSignIns({
    clock: { now: () => now, monotonicMs: () => now },
    keyring: { hmac: (purpose, text) => createHmac('sha256', `key ${purpose}`).update(text).digest('hex') },
    bus: {
      // Only what is looked at here.
      newEvent: (definition, fields) => ({ type: definition.type, ...fields }) as unknown as EventRecord,
      record: (event) => Promise.resolve(void recorded.push(event)),
    },
  });
});

let source = 0;
/** A new address in a new network each time, unless one is given. */
const strange = (): string => {
  source += 1;
  return `198.${18 + (source >> 16)}.${(source >> 8) & 255}.${source & 255}`;
};
const from = (account: string, change: Partial<SignInTry> = {}): SignInTry => ({
  application: 'shop',
  accounts: [account],
  address: strange(),
  device: null,
  ...change,
});
const waitOf = (tried: SignInTry): number => observed.try(tried).waitSeconds;
const fail = (account: string, times: number, change: Partial<SignInTry> = {}): void => {
  for (let count = 0; count < times; count += 1) expect(waitOf(from(account, change))).toBe(0);
};

describe('one account, tried from everywhere', () => {
  test('ten wrong tries, then strangers wait, and each further one twice as long, up to an hour', () => {
    fail('ada', 10);
    expect(observed.try(from('ada'))).toMatchObject({ waitSeconds: 30, what: 'account', isNew: true, failures: 10 });
    expect(observed.try(from('ada'))).toMatchObject({ waitSeconds: 30, isNew: false });
    const waits: number[] = [];
    for (let step = 0; step < 9; step += 1) {
      const wait = waitOf(from('ada'));
      waits.push(wait);
      now += wait * 1000;
      expect(waitOf(from('ada'))).toBe(0);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  test('other accounts do not wait, and other applications know nothing of it', () => {
    fail('ada', 10);
    expect(waitOf(from('grace'))).toBe(0);
    expect(waitOf(from('ada', { application: 'blog' }))).toBe(0);
  });

  test('the owner on a device that signed in before gets in, and has tries of their own', () => {
    const { device } = observed.succeed(from('ada'));
    fail('ada', 10);
    expect(waitOf(from('ada'))).toBe(30);
    expect(observed.try(from('ada', { device }))).toMatchObject({ waitSeconds: 0, isKnown: true });
    const again = observed.succeed(from('ada', { device }));
    expect(waitOf(from('ada', { device: again.device }))).toBe(0);
    // A stolen cookie guesses no further than anybody.
    for (let count = 0; count < 9; count += 1) expect(waitOf(from('ada', { device }))).toBe(0);
    expect(observed.try(from('ada', { device }))).toMatchObject({ waitSeconds: 30, what: 'device' });
  });

  test('many tries at once do not slip under the limit', () => {
    const verdicts = Array.from({ length: 64 }, () => waitOf(from('ada')));
    expect(verdicts.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test('a right one takes back what was counted; a day without a try does too', () => {
    fail('ada', 9);
    const right = from('ada');
    expect(waitOf(right)).toBe(0);
    observed.succeed(right);
    fail('ada', 10);
    now += 24 * HOUR_MS;
    fail('ada', 10);
  });

  test('the limit is not forgotten while somebody keeps trying: waiting is no way to begin anew', () => {
    for (const kind of ['account', 'device', 'address', 'network'] as const)
      expect(LIMITS[kind].quietMs).toBeGreaterThan(waitAfter(kind, 1_000_000));
  });
});

describe('one source, many accounts', () => {
  test('an address that tries many accounts waits, whichever it tries next', () => {
    const address = '203.0.113.7';
    for (let count = 0; count < 20; count += 1) expect(waitOf(from(`user${count}`, { address }))).toBe(0);
    expect(observed.try(from('another', { address }))).toMatchObject({ waitSeconds: 30, what: 'address' });
    expect(waitOf(from('another', { address: '203.0.114.7' }))).toBe(0);
    // One that is right among them buys no second round.
    observed.succeed(from('own', { address }));
    expect(waitOf(from('yet another', { address }))).toBe(0);
    expect(waitOf(from('and another', { address }))).toBe(30);
  });

  test('so does a whole network, and an IPv6 subscriber counts once', () => {
    for (let count = 0; count < 100; count += 1) expect(waitOf(from(`a${count}`, { address: `203.0.113.${count}` }))).toBe(0);
    expect(observed.try(from('next', { address: '203.0.113.200' }))).toMatchObject({ what: 'network' });
    for (let count = 0; count < 20; count += 1) fail(`b${count}`, 1, { address: `2001:db8:1:2::${count}` });
    expect(observed.try(from('next', { address: '2001:db8:1:2:ffff::1' }))).toMatchObject({ what: 'address' });
  });

  test('a device that is known is not held back by what others do from its address', () => {
    const address = '203.0.113.7';
    const { device } = observed.succeed(from('ada', { address }));
    for (let count = 0; count < 20; count += 1) observed.try(from(`user${count}`, { address }));
    expect(waitOf(from('grace', { address }))).toBe(30);
    expect(waitOf(from('ada', { address, device }))).toBe(0);
  });

  test('where the source stands for many it is not counted, and the account still is', () => {
    for (let count = 0; count < 40; count += 1) expect(waitOf(from(`user${count}`, { address: null }))).toBe(0);
    fail('ada', 10, { address: null });
    expect(waitOf(from('ada', { address: null }))).toBe(30);
  });
});

describe('what the cookie of a device says', () => {
  test('it is for the accounts it signed in to, at this application', () => {
    const { device } = observed.succeed(from('ada'));
    const both = observed.succeed(from('grace', { device })).device;
    fail('ada', 10);
    fail('grace', 10);
    fail('eve', 10);
    expect(waitOf(from('ada', { device: both }))).toBe(0);
    expect(waitOf(from('grace', { device: both }))).toBe(0);
    expect(waitOf(from('eve', { device: both }))).toBe(30);
    expect(waitOf(from('grace', { device }))).toBe(30);
    expect(observed.try(from('ada', { application: 'blog', device })).isKnown).toBe(false);
  });

  test('two names in one try are known only together, and make no device', () => {
    const { device } = observed.succeed(from('eve'));
    expect(observed.try(from('', { accounts: ['eve', 'ada'], device })).isKnown).toBe(false);
    expect(observed.succeed(from('', { accounts: ['eve', 'ada'] })).device).toBeNull();
  });

  test('half a year later it is a stranger’s', () => {
    const { device } = observed.succeed(from('ada'));
    now += 181 * 24 * HOUR_MS;
    expect(observed.try(from('ada', { device })).isKnown).toBe(false);
  });

  test('nothing that somebody wrote is taken for one', () => {
    const { device } = observed.succeed(from('ada'));
    const key = { application: 'shop', mac: (text: string) => createHmac('sha256', 'other').update(text).digest('base64url') };
    expect(device).toMatch(/^[\w.-]{80,200}$/u);
    expect(readDevice(device, key, now / 1000)).toBeNull();
    for (let at = 0; at < (device ?? '').length; at += 1) {
      const changed = `${device?.slice(0, at)}${device?.[at] === 'a' ? 'b' : 'a'}${device?.slice(at + 1)}`;
      expect(observed.try(from('ada', { device: changed })).isKnown, changed).toBe(false);
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(readDevice(text, key, now / 1000)).toBeNull();
      }),
    );
  });

  test('neither it nor a key says who it is', () => {
    const { device } = observed.succeed(from('ada@example.test'));
    expect(`${device} ${observed.try(from('ada@example.test')).keys.join(' ')}`).not.toContain('ada');
  });
});

describe('an operator', () => {
  test('lets one account be tried again, or all, and it is on record', async () => {
    fail('ada', 10);
    fail('grace', 10);
    await observed.clear('shop', { account: ' Ada ', actor: OPERATOR });
    expect(waitOf(from('ada'))).toBe(0);
    expect(waitOf(from('grace'))).toBe(30);
    await observed.clear('shop', { account: null, actor: OPERATOR });
    expect(waitOf(from('grace'))).toBe(0);
    expect(recorded).toMatchObject([
      { type: 'authentication.cleared', actor: OPERATOR, payload: { accountKey: expect.stringMatching(/^[0-9a-f]{16}$/u) } },
      { payload: { accountKey: null } },
    ]);
  });
});

test('counters are bounded, and what is under attack stays', () => {
  const counters = new Counters('account', 100);
  for (let count = 0; count < 10; count += 1) counters.add('ada', 0);
  for (let count = 0; count < 10_000; count += 1) {
    counters.add(`made up ${count}`, 0);
    if (count % 50 === 0) expect(counters.waiting('ada', 0)).not.toBeNull();
  }
  expect(counters.size).toBe(100);
});
