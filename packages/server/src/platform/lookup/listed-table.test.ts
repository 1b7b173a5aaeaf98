import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AddressTableBuilder, EXEMPT } from './address-table.ts';
import { ListedTable } from './listed-table.ts';
import { MarkPool, type Mark } from './marks.ts';
import { newPrefix, prefixAround, prefixText, readPrefix } from './prefix.ts';
import { digestOfTable, readTable, tableBytes, writeTable } from './table-file.ts';
import { TextTableBuilder } from './text-table.ts';

const NOW = 1_700_000_040_000;
const DAY = 86_400_000;
const mark = (change: Partial<Mark> = {}): Mark => ({
  list: 0,
  action: 0,
  confidence: 80,
  length: 0,
  seenAt: NOW,
  endsAt: NOW + 10 * DAY,
  ...change,
});

function build(
  entries: readonly (readonly [prefix: string, list: number])[],
  texts: readonly (readonly [string, string])[] = [],
) {
  const pool = new MarkPool();
  const addresses = new AddressTableBuilder();
  const prefix = newPrefix();
  for (const [text, list] of entries) {
    expect(readPrefix(text, prefix)).toBe(true);
    addresses.add(prefix, list === EXEMPT ? EXEMPT : pool.mark(mark({ list, length: prefix.length })));
  }
  const table = new TextTableBuilder(pool);
  for (const [kind, text] of texts) table.add(kind.charCodeAt(0), text, pool.mark(mark()));
  return { lists: ['a', 'b', 'c'], addresses: addresses.build(pool), texts: table.build(7), marks: pool.arrays() };
}
const listsAt = (table: ListedTable, address: string): number[] =>
  table
    .findAddress(address, NOW)
    .map(({ list }) => list)
    .toSorted((left, right) => left - right);

describe('a prefix', () => {
  it.each([
    ['198.51.100.77/24', '198.51.100.0/24'],
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['2001:DB8:0:0:1::/64', '2001:db8::/64'],
    ['2001:db8::1', '2001:db8::1'],
    ['::/0', '::/0'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is written %s', (text, written) => {
    const prefix = newPrefix();
    expect(readPrefix(text, prefix)).toBe(true);
    expect(prefixText(prefix)).toBe(written);
  });

  it.each(['', '1.2.3', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/-1', 'fe80::1%eth0', '::/129', '01.2.3.4', 'x'])(
    '%s is none',
    (text) => {
      expect(readPrefix(text, newPrefix())).toBe(false);
    },
  );

  it('is told around an address', () => {
    expect(prefixAround('198.51.100.77', 24)).toBe('198.51.100.0/24');
    expect(prefixAround('2001:db8::77', 64)).toBe('2001:db8::/64');
  });
});

describe('a table of addresses', () => {
  it('tells all lists that cover an address, and none beside them', () => {
    const table = new ListedTable(
      build([
        ['198.51.0.0/16', 0],
        ['198.51.100.0/24', 1],
        ['198.51.100.7', 2],
        ['255.255.255.255', 2],
        ['2001:db8::/32', 0],
        ['2001:db8:0:1::/64', 1],
      ]),
    );
    expect(listsAt(table, '198.51.100.7')).toEqual([0, 1, 2]);
    expect(listsAt(table, '198.51.100.8')).toEqual([0, 1]);
    expect(listsAt(table, '198.51.101.0')).toEqual([0]);
    expect(listsAt(table, '198.52.0.0')).toEqual([]);
    expect(listsAt(table, '198.50.255.255')).toEqual([]);
    expect(listsAt(table, '255.255.255.255')).toEqual([2]);
    expect(listsAt(table, '::ffff:198.51.100.7')).toEqual([0, 1, 2]);
    expect(listsAt(table, '2001:db8:0:1::5')).toEqual([0, 1]);
    expect(listsAt(table, '2001:db8:0:2::5')).toEqual([0]);
    expect(listsAt(table, '2001:db9::')).toEqual([]);
    expect(listsAt(table, 'no address')).toEqual([]);
  });

  it('leaves out what is exempt within a listed prefix, whoever lists it again inside', () => {
    const table = new ListedTable(
      build([
        ['198.51.100.0/24', 0],
        ['198.51.100.53', EXEMPT],
        ['198.51.100.53', 1],
      ]),
    );
    expect(listsAt(table, '198.51.100.52')).toEqual([0]);
    expect(listsAt(table, '198.51.100.53')).toEqual([]);
    expect(listsAt(table, '198.51.100.54')).toEqual([0]);
  });

  it('agrees with reading the list from top to bottom', () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 15 }), fc.constantFrom(0x0a000000, 0xffffffff, 0xfffffff0, 0xc6336400));
    const entry = fc.tuple(word, fc.integer({ min: 0, max: 32 }), fc.constantFrom(0, 1, 2, EXEMPT));
    const quad = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    const cut = (value: number, length: number): number => (length === 0 ? 0 : (value & (0xffffffff << (32 - length))) >>> 0);
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 24 }), fc.array(word, { minLength: 1, maxLength: 8 }), (entries, asked) => {
        const table = new ListedTable(build(entries.map(([value, length, list]) => [`${quad(value >>> 0)}/${length}`, list])));
        for (const value of asked) {
          const covering = entries.filter(([start, length]) => cut(value >>> 0, length) === cut(start >>> 0, length));
          const isExempt = covering.some(([, , list]) => list === EXEMPT);
          const lists = isExempt ? [] : [...new Set(covering.map(([, , list]) => list))].toSorted((left, right) => left - right);
          expect([...new Set(listsAt(table, quad(value >>> 0)))].slice(0, 8)).toEqual(lists);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('marks', () => {
  it('are less sure day by day, and gone at their end', () => {
    const table = new ListedTable(build([['192.0.2.7', 0]]));
    const sureAfter = (days: number): number[] =>
      table.findAddress('192.0.2.7', NOW + days * DAY).map(({ confidence }) => confidence);
    expect(sureAfter(0)).toEqual([80]);
    expect(sureAfter(5)).toEqual([40]);
    expect(sureAfter(9)).toEqual([8]);
    expect(sureAfter(11)).toEqual([]);
  });
});

describe('a table of texts', () => {
  it('knows exact texts of their kind alone', () => {
    const table = new ListedTable(
      build(
        [],
        [
          ['h', 'evil.example'],
          ['u', 'http://evil.example/x'],
          ['a', 'caf\u{e9}'],
        ],
      ),
    );
    const knows = (kind: string, text: string): boolean => table.findText(kind, text, NOW).length > 0;
    expect(knows('h', 'evil.example')).toBe(true);
    expect(knows('a', 'caf\u{e9}')).toBe(true);
    for (const [kind, text] of [
      ['u', 'evil.example'],
      ['h', 'evil.exampl'],
      ['h', 'evil.example.'],
      ['h', ''],
      ['a', 'caf\u{1e9}'],
    ] as const)
      expect(knows(kind, text), text).toBe(false);
  });

  it('knows each of many, and none of others', () => {
    const texts = Array.from({ length: 5000 }, (_, index) => ['h', `host-${index}.example`] as const);
    const table = new ListedTable(build([], texts));
    for (let index = 0; index < 10_000; index += 1)
      expect(table.findText('h', `host-${index}.example`, NOW).length).toBe(index < 5000 ? 1 : 0);
  });
});

describe('the file of a table', () => {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it('gives back what was written, and nothing when a byte is another', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-table-'));
    folders.push(folder);
    const file = path.join(folder, 'table.bin');
    const bytes = tableBytes(
      build(
        [
          ['198.51.100.0/24', 1],
          ['2001:db8::/32', 2],
        ],
        [['h', 'evil.example']],
      ),
    );
    const digest = digestOfTable(bytes);
    await writeTable(file, bytes);
    const table = await readTable(file, digest);
    expect(table.lists).toEqual(['a', 'b', 'c']);
    expect(listsAt(table, '198.51.100.9')).toEqual([1]);
    expect(listsAt(table, '2001:db8::9')).toEqual([2]);
    expect(table.findText('h', 'evil.example', NOW)).toHaveLength(1);
    await expect(readTable(file, '0'.repeat(64))).rejects.toThrow('not as it was written');
    for (const at of [0, 20, bytes.length >> 1, bytes.length - 1]) {
      const damaged = await readFile(file);
      damaged[at]! ^= 1;
      await writeFile(`${file}.damaged`, damaged);
      await expect(readTable(`${file}.damaged`, digest), `byte ${at}`).rejects.toThrow('it is');
    }
    await writeFile(`${file}.short`, bytes.subarray(0, 10));
    await expect(readTable(`${file}.short`, digest)).rejects.toThrow('no table');
  });
});
