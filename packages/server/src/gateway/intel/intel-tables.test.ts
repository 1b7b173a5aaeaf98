import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddressTableBuilder } from '../../platform/lookup/address-table.ts';
import { MarkPool } from '../../platform/lookup/marks.ts';
import { newPrefix, readPrefix } from '../../platform/lookup/prefix.ts';
import { digestOfTable, tableBytes, writeTable } from '../../platform/lookup/table-file.ts';
import { TextTableBuilder } from '../../platform/lookup/text-table.ts';
import type { GatewayLog } from '../log.ts';
import { findListedHash } from './find-listed.ts';
import { createIntelTables, type IntelTables } from './intel-tables.ts';

const NOW = 1_700_000_000_000;
const LIST = '00000000000000000000CANARY';
const HOST = 'canary-0123456789abcdef.invalid';
const BLOCK = 2;
const HASH = 'a'.repeat(64);
const DAY_MS = 86_400_000;

let folder = '';
let tables: IntelTables;
let met: { table: string; detail: string; isRefused: boolean }[] = [];
let refused: { table: string; detail: string }[] = [];
const silent = (): void => undefined;
const log: GatewayLog = { info: silent, warn: silent, error: silent };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hf-tables-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  met = [];
  refused = [];
  tables = createIntelTables({
    log,
    clock: { now: () => NOW },
    tell: {
      met: (table, found) => void met.push({ table, ...found }),
      refused: (table, detail) => void refused.push({ table, detail }),
    },
  });
});

/** A table that lists one address, one host and one file, as the control plane writes it. */
async function written(name: string, { address, host, action = BLOCK }: { address: string; host: string; action?: number }) {
  const pool = new MarkPool();
  const addresses = new AddressTableBuilder();
  const texts = new TextTableBuilder(pool);
  const prefix = newPrefix();
  readPrefix(address, prefix);
  const mark = { list: 0, action, confidence: 100, length: 0, seenAt: NOW, endsAt: NOW + DAY_MS };
  addresses.add(prefix, pool.mark({ ...mark, length: prefix.length }));
  texts.add('h'.charCodeAt(0), host, pool.mark(mark));
  texts.add('x'.charCodeAt(0), HASH, pool.mark(mark));
  const built = { addresses: addresses.build(pool), texts: texts.build(7) };
  const bytes = tableBytes({ lists: [LIST], ...built, marks: pool.arrays() });
  const file = path.join(folder, name);
  await writeTable(file, bytes);
  return { file, digest: digestOfTable(bytes), planted: HOST };
}

const follow = async (named: Parameters<IntelTables['follow']>[0]): Promise<void> => {
  tables.follow(named);
  await tables.settled();
};
const has = (address: string): boolean => (tables.current()?.findAddress(address, NOW).length ?? 0) > 0;

describe('a table of threat intelligence', () => {
  it('tells that what was planted in it is met, and would be refused', async () => {
    const named = await written('good', { address: '198.51.100.7', host: HOST });
    await follow(named);
    expect(has('198.51.100.7')).toBe(true);
    expect(met).toMatchObject([{ table: named.digest, isRefused: true }]);
    expect(met[0]?.detail).toMatch(/^host 00000000000000000000CANARY\.[0-9a-f]{16} block 100$/u);
    await follow(named);
    expect(met, 'loaded once').toHaveLength(1);
  });

  it('in which it is not, or refuses nobody, does not tell so', async () => {
    await follow(await written('without', { address: '198.51.100.7', host: 'other.invalid' }));
    await follow(await written('watched', { address: '198.51.100.7', host: HOST, action: 0 }));
    expect(met.map(({ detail, isRefused }) => [detail === '', isRefused])).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it('that is damaged is refused and told of; the one before stays in force, and the next good one comes', async () => {
    const first = await written('first', { address: '198.51.100.7', host: HOST });
    await follow(first);
    const damaged = await written('damaged', { address: '203.0.113.9', host: HOST });
    const bytes = await readFile(damaged.file);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(damaged.file, bytes);
    await follow(damaged);
    expect([has('198.51.100.7'), has('203.0.113.9')]).toEqual([true, false]);
    expect(refused).toEqual([{ table: damaged.digest, detail: 'it is not as it was written' }]);
    await follow({ ...damaged, digest: '0'.repeat(64), file: path.join(folder, 'nowhere') });
    expect(refused.at(-1)?.detail).toBe('it cannot be read');
    expect(has('198.51.100.7')).toBe(true);
    await follow(await written('next', { address: '203.0.113.9', host: HOST }));
    expect([has('198.51.100.7'), has('203.0.113.9')]).toEqual([false, true]);
    await follow(null);
    expect(tables.current()).toBeNull();
  });

  it('knows a file by its hash until that ends', async () => {
    await follow(await written('hash', { address: '198.51.100.7', host: HOST }));
    const found = (hash: string, now: number) => findListedHash(tables.current(), hash, now).map(({ action }) => action);
    expect([found(HASH, NOW), found('b'.repeat(64), NOW)]).toEqual([['block'], []]);
    expect(found(HASH, NOW + DAY_MS + 60_000)).toEqual([]);
  });
});
