import { describe, expect, it } from 'vitest';
import { accountWaitMs, FREE_TRIES, networkOf, networkWaitMs, NETWORK_TRIES_MAX, totpPauseMs, TRIES_MAX } from './lockout.ts';

const MINUTE_MS = 60_000;
const failed = (count: number, lastAt = 0) => ({ count, firstAt: 0, lastAt });

describe('waiting after wrong passwords', () => {
  it('begins at the eleventh try, doubles, and stays within an hour', () => {
    expect(accountWaitMs(failed(FREE_TRIES - 1), 0)).toBe(0);
    expect(accountWaitMs(failed(FREE_TRIES), 0)).toBe(30_000);
    expect(accountWaitMs(failed(FREE_TRIES + 1), 0)).toBe(MINUTE_MS);
    expect(accountWaitMs(failed(FREE_TRIES + 40), 0)).toBe(60 * MINUTE_MS);
    expect(accountWaitMs(failed(FREE_TRIES), 30_000)).toBe(0);
  });

  it('stops at a hundred in a row, whatever time has passed', () => {
    expect(accountWaitMs(failed(TRIES_MAX), 24 * 60 * MINUTE_MS)).toBeGreaterThan(24 * 60 * MINUTE_MS);
  });

  it('is never longer than the rule when the clock was set back', () => {
    expect(accountWaitMs(failed(FREE_TRIES, 1_000_000_000), 0)).toBe(30_000);
  });
});

describe('a network', () => {
  it('waits for the rest of its window after fifty wrong tries over all accounts', () => {
    expect(networkWaitMs(failed(NETWORK_TRIES_MAX - 1), 0)).toBe(0);
    expect(networkWaitMs(failed(NETWORK_TRIES_MAX), 5 * MINUTE_MS)).toBe(10 * MINUTE_MS);
    expect(networkWaitMs(failed(NETWORK_TRIES_MAX), 15 * MINUTE_MS)).toBe(0);
  });

  it('is one IPv4 address or one IPv6 /64, however it is written', () => {
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(networkOf('2001:DB8:0:1::7')).toBe('2001:db8:0:1');
    expect(networkOf('2001:db8::1:2:3:4')).toBe('2001:db8:0:0');
    expect(networkOf('2001:0db8:0000:0001:ffff::')).toBe('2001:db8:0:1');
    expect(networkOf('::1')).toBe('0:0:0:0');
  });
});

describe('an authenticator app', () => {
  it('pauses at each tenth wrong code, longer each time', () => {
    expect([0, 1, 9, 11].map(totpPauseMs)).toEqual([null, null, null, null]);
    expect(totpPauseMs(10)).toBe(15 * MINUTE_MS);
    expect(totpPauseMs(20)).toBe(30 * MINUTE_MS);
    expect(totpPauseMs(90)).toBe(24 * 60 * MINUTE_MS);
    expect(totpPauseMs(100)).toBeGreaterThan(7 * 24 * 60 * MINUTE_MS);
  });
});
