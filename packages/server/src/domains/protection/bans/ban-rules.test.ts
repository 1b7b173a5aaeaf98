import { describe, expect, it } from 'vitest';
import { coveringPrefixes, decideBan } from './ban-rules.ts';

describe('decideBan', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '127.0.0.0/8',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    'fe80::1',
    '0.0.0.0',
    '0.0.0.0/0',
    '::/0',
    '96.0.0.0/3',
  ])('refuses %s: the operator would lock themselves or the health probe out', (text) =>
    expect(decideBan(text, []).kind).toBe('unsafe'),
  );

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9/24', '203.0.113.0/24'],
    ['10.1.2.3', '10.1.2.3'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['128.0.0.0/8', '128.0.0.0/8'],
  ])('lets %s be banned as %s', (text, stored) =>
    expect(decideBan(text, ['198.51.100.0/24'])).toMatchObject({ kind: 'ban', text: stored }),
  );

  it('refuses what the allow-list covers, and says which entry', () => {
    const decision = decideBan('198.51.100.7', ['203.0.113.0/24', '198.51.100.0/24']);
    expect(decision).toMatchObject({ kind: 'unsafe', why: expect.stringContaining('198.51.100.0/24') });
  });

  it('lets a prefix around an allowed address be banned: the allow-list is asked first', () => {
    expect(decideBan('198.51.100.0/24', ['198.51.100.7']).kind).toBe('ban');
  });

  it.each(['', 'example.org', '1.2.3.4/40', '1.2.3.4; drop'])('calls %j malformed', (text) =>
    expect(decideBan(text, []).kind).toBe('malformed'),
  );
});

describe('coveringPrefixes', () => {
  it('finds the bans that hit one address', () => {
    const bans = ['203.0.113.0/24', '203.0.113.9', '2001:db8::/32', '198.51.100.1'];
    expect(coveringPrefixes('203.0.113.9', bans)).toEqual(['203.0.113.0/24', '203.0.113.9']);
    expect(coveringPrefixes('::ffff:203.0.113.9', bans)).toHaveLength(2);
    expect(coveringPrefixes('203.0.114.9', bans)).toEqual([]);
    expect(coveringPrefixes('nonsense', bans)).toEqual([]);
  });
});
