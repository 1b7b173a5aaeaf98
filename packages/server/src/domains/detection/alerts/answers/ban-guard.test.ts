import { describe, expect, it } from 'vitest';
import { BANS_PER_MINUTE, CLIENTS_FLOOR, judgeBan, type BanAsked } from './ban-guard.ts';

const asked = (given: Partial<BanAsked>): BanAsked => ({
  value: '203.0.113.9',
  isForwarded: true,
  own: ['192.0.2.1'],
  administrators: ['198.51.100.7'],
  clients: [],
  reached: 0,
  recent: 0,
  ...given,
});
const why = (given: Partial<BanAsked>): string => {
  const verdict = judgeBan(asked(given));
  return verdict.kind === 'refused' ? verdict.why : `ban ${verdict.prefix}`;
};
const many = (count: number): string[] => Array.from({ length: count }, (_none, index) => `198.18.${index >> 8}.${index & 255}`);

describe('what the watch may ban by itself', () => {
  it.each([
    ['203.0.113.9', 'ban 203.0.113.9'],
    ['203.0.113.0/24', 'ban 203.0.113.0/24'],
    ['2001:db8:1:2:3::9', 'ban 2001:db8:1:2::/64'],
    ['2001:db8:1:200::/56', 'ban 2001:db8:1:200::/56'],
    ['10.1.2.3', 'ban 10.1.2.3'],
  ])('%s becomes %s', (value, said) => expect(why({ value })).toBe(said));

  it.each([
    ['203.0.112.0/23', 'wider than /24'],
    ['2001:db8::/48', 'wider than /56'],
    ['192.0.2.1', 'this machine'],
    ['192.0.2.0/24', 'this machine'],
    ['198.51.100.7', 'administrator'],
    ['198.51.100.0/24', 'administrator'],
    ['example.org', 'no address'],
    ['', 'no address'],
  ])('%j is refused: %s', (value, said) => expect(why({ value })).toContain(said));

  it.each(['10.1.2.3', '172.16.0.9', '192.168.1.0/24', '100.64.0.1', 'fd00::1'])(
    '%s is refused where no trusted proxy named it',
    (value) => expect(why({ value, isForwarded: false })).toContain('private'),
  );

  it('is a fifth of the clients of the hour at most, once there are many of them', () => {
    const clients = many(1000);
    expect(why({ clients, reached: 199 })).toContain('ban');
    expect(why({ clients, reached: 200 })).toContain('20 %');
    expect(why({ clients: many(3), reached: CLIENTS_FLOOR - 1 })).toContain('ban ');
    expect(why({ clients: many(3), reached: CLIENTS_FLOOR })).toContain('20 %');
  });

  it('counts for a network all clients in it', () => {
    const clients = [...many(250), '203.0.113.1'];
    expect(why({ clients, value: '198.18.0.0/24' })).toContain('20 %');
    expect(judgeBan(asked({ clients, value: '203.0.113.0/24' }))).toMatchObject({ kind: 'ban', reaches: 1 });
  });

  it('is so many in a minute and no more', () => {
    expect(why({ recent: BANS_PER_MINUTE - 1 })).toContain('ban ');
    expect(why({ recent: BANS_PER_MINUTE })).toContain('in a minute');
  });
});
