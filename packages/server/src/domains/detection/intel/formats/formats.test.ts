import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, readCsv } from './csv.ts';
import type { ReadOptions } from './entry.ts';
import { readList } from './list.ts';
import { readManifest, readMispEvents } from './misp-feed.ts';
import { readWarninglists } from './misp-warninglist.ts';
import { normaliseIndicator } from './normalise.ts';
import { timeOf } from './reading.ts';

const ANY: ReadOptions = { kind: null, column: null };
const values = (text: string, options = ANY, read = readList): string[] =>
  read(text, options).entries.map(({ kind, value }) => `${kind} ${value}`);

describe('an indicator', () => {
  it.each([
    [null, '192.0.2.7', 'address', '192.0.2.7'],
    [null, '192.0.2[.]7', 'address', '192.0.2.7'],
    [null, '192.0.2.7:8080', 'address', '192.0.2.7'],
    [null, '[2001:DB8::7]:443', 'address', '2001:db8::7'],
    [null, '::ffff:192.0.2.7', 'address', '192.0.2.7'],
    [null, '198.51.100.9/24', 'address', '198.51.100.0/24'],
    [null, 'Evil.Example.', 'host', 'evil.example'],
    [null, 'b\u{fc}cher.example', 'host', 'xn--bcher-kva.example'],
    [null, '*.evil.example', 'host', '*.evil.example'],
    [null, '.evil.example', 'host', '*.evil.example'],
    [null, 'hxxps://evil[.]example/a#b', 'url', 'https://evil.example/a'],
    [null, 'HTTP://EVIL.example', 'url', 'http://evil.example/'],
    [null, 'D41D8CD98F00B204E9800998ECF8427E', 'hash', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['agent', 'Bad Bot/1.0', 'agent', 'bad bot/1.0'],
  ] as const)('of %s %s is %s %s', (kind, text, found, value) => {
    expect(normaliseIndicator(kind, text)).toEqual({ kind: found, value });
  });

  it.each(['', 'word', '1.2.3', '1.2.3.4/33', 'javascript:alert(1)', 'file:///etc/passwd', 'a'.repeat(5000), '..', 'x y z'])(
    'is not %s',
    (text) => expect(normaliseIndicator(null, text)).toBeNull(),
  );

  it('is read from anything without throwing, and reads the same again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const found = normaliseIndicator(null, text);
        if (found !== null) expect(normaliseIndicator(found.kind, found.value)).toEqual(found);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a plain list', () => {
  it('is read as FireHOL, Spamhaus, abuse.ch, hosts files and filters write it', () => {
    const text = [
      '#',
      '# firehol_level1',
      '# Entries      : 3 unique IPs',
      '198.51.100.0/24',
      '203.0.113.7\r',
      '192.0.2.0/24 ; SBL1234',
      '; a comment',
      '// another',
      '0.0.0.0 ads.example',
      '127.0.0.1\tlocal.example',
      '||tracker.example^',
      'http://bad.example/x # seen twice',
      '203.0.113.7',
      'nonsense',
      '',
    ].join('\n');
    const { entries, refused, isWhole } = readList(text, ANY);
    expect(entries.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
      'address 198.51.100.0/24',
      'address 203.0.113.7',
      'address 192.0.2.0/24',
      'host ads.example',
      'host local.example',
      'host *.tracker.example',
      'url http://bad.example/x',
    ]);
    expect(entries[2]?.detail).toBe('SBL1234');
    expect(refused).toEqual([{ value: 'nonsense', why: 'not readable as an indicator' }]);
    expect(isWhole).toBe(true);
  });

  it('holds what it is said to hold, and refuses what is something else', () => {
    expect(values('Bad Bot/1.0 (#1)\n# a comment\ncurl/8', { kind: 'agent', column: null })).toEqual([
      'agent bad bot/1.0 (#1)',
      'agent curl/8',
    ]);
    expect(values('evil.example\n192.0.2.1', { kind: 'address', column: null })).toEqual(['address 192.0.2.1']);
  });

  it('is not the page of a server that has none', () => {
    expect(() => readList('<!DOCTYPE html><html>192.0.2.1</html>', ANY)).toThrow('page for people');
  });
});

describe('columns', () => {
  it('are found by the comment of names that abuse.ch writes, with what stands beside', () => {
    const text = [
      '################',
      '# "first_seen_utc","ioc_id","ioc_value","ioc_type","malware_printable","confidence_level"',
      '"2026-01-02 03:04:05", "1", "203.0.113.7:443", "ip:port", "A, ""B""", "75"',
      '# the end',
    ].join('\n');
    expect(readCsv(text, ANY).entries).toEqual([
      {
        kind: 'address',
        value: '203.0.113.7',
        confidence: 75,
        firstSeenAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        expiresAt: null,
        detail: 'A, "B"',
      },
    ]);
  });

  it('are found by name, by number, and not where there is none', () => {
    expect(values('a,b\nx,192.0.2.1\n', { kind: null, column: 'b' }, readCsv)).toEqual(['address 192.0.2.1']);
    expect(values('x,192.0.2.1\ny,192.0.2.2\n', { kind: null, column: '2' }, readCsv)).toEqual([
      'address 192.0.2.1',
      'address 192.0.2.2',
    ]);
    expect(() => readCsv('a,b\nx,y\n', { kind: null, column: 'c' })).toThrow('no column c');
    expect(() => readCsv('a,b\nx,y\n', ANY)).toThrow('say which');
  });

  it('with quotes that nobody closes end somewhere', () => {
    expect(fieldsOf('"a,b')).toEqual(['a,b']);
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(fieldsOf(line).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a feed of MISP', () => {
  const attribute = (type: string, value: string, more: object = {}): object => ({ type, value, to_ids: true, ...more });
  const event = {
    Event: {
      info: 'a campaign',
      Tag: [{ name: 'misp:confidence-level="usually-confident"' }],
      Attribute: [
        attribute('ip-dst|port', '203.0.113.7|443', { timestamp: '1767323045' }),
        attribute('domain|ip', 'evil.example|203.0.113.8'),
        attribute('filename|sha256', `x.exe|${'a'.repeat(64)}`),
        attribute('user-agent', 'Bad Bot'),
        attribute('ip-dst', '203.0.113.9', { to_ids: false }),
        attribute('ip-dst', '203.0.113.10', { deleted: true }),
        attribute('comment', 'nothing'),
        { type: 1 },
      ],
      Object: [{ Attribute: [attribute('url', 'http://evil.example/a')] }],
    },
  };

  it('names events in its manifest, and in them what is meant for detection', () => {
    const name = '5e8f2b1c-1234-4abc-8def-0123456789ab';
    expect(readManifest(JSON.stringify({ [name]: { timestamp: '5' }, '../../x': {} }))).toEqual([name]);
    const { entries, refused } = readMispEvents(JSON.stringify([event]), ANY);
    expect(entries.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
      'address 203.0.113.7',
      'host evil.example',
      'address 203.0.113.8',
      `hash ${'a'.repeat(64)}`,
      'agent bad bot',
      'url http://evil.example/a',
    ]);
    expect(entries[0]).toMatchObject({ confidence: 75, firstSeenAt: 1_767_323_045_000, detail: 'a campaign' });
    expect(refused).toHaveLength(1);
  });

  it.each(['', '{}', '[1]', '"x"', '{"Event":1}'])('is not %s', (text) => {
    expect(() => readMispEvents(text, ANY)).toThrow('It is no');
  });
});

describe('a warning list', () => {
  it('is one of five types', () => {
    const list = { name: 'resolvers', version: 1, type: 'cidr', list: ['192.0.2.53/32'], matching_attributes: ['ip-src'] };
    expect(readWarninglists(JSON.stringify(list))).toEqual([{ name: 'resolvers', type: 'cidr', list: ['192.0.2.53/32'] }]);
    expect(() => readWarninglists(JSON.stringify({ ...list, type: 'script' }))).toThrow('no warning list');
    expect(() => readWarninglists('x')).toThrow('no JSON');
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-02 03:04:05', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02 03:04:05 UTC', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02', Date.UTC(2026, 0, 2)],
    ['1767323045', 1_767_323_045_000],
    ['yesterday', null],
    [null, null],
  ])('%s', (text, time) => expect(timeOf(text)).toBe(time));
});
