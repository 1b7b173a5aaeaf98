import type { EventRecord } from '@holdfast/contract';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../log.ts';
import { alone } from '../../nodes/nodes.ts';
import { openTestPlatform } from '../../test-platform.ts';
import { createSealedAreas } from '../areas/sealed-areas.ts';
import { createTableArea, type TableColumn } from '../areas/table-area.ts';
import { openKeyring, type Keyring } from '../keyring.ts';
import { openSubjectKeys, type SubjectKeys } from '../subject-keys.ts';
import { createKeyCare, type KeyCare } from './key-care.ts';

const BY = { kind: 'operator', ref: 'test' } as const;
const COLUMN: TableColumn = {
  name: 'test: rows',
  table: 'demo',
  keys: [{ column: 'tenant' }, { column: 'n', type: 'bigint' }],
  column: 'sealed',
  place: ([tenant = '', n = '']) => ['demo', tenant, n],
};

let platform: Awaited<ReturnType<typeof openTestPlatform>>;
let keyring: Keyring;
let subjects: SubjectKeys;
let care: KeyCare;

const rows = 1300;
const sealFor = (tenant: string, n: number, text: string): string => keyring.seal(Buffer.from(text), ['demo', tenant, String(n)]);
const insert = (tenant: string, n: number, sealed: string | null) =>
  platform.db.query('insert into demo (tenant, n, sealed) values ($1, $2, $3)', [tenant, n, sealed]);
const openAll = async (): Promise<number> => {
  const all = await platform.db.query<{ tenant: string; n: number; sealed: string }>(
    'select * from demo where sealed is not null',
  );
  for (const { tenant, n, sealed } of all) {
    const text = keyring.open(sealed, ['demo', tenant, String(n)]).toString();
    if (text !== `text ${n}`) throw new Error('another text');
  }
  return all.length;
};
const recorded = (type: string): EventRecord[] => platform.recorded.filter((event) => event.type === type);
const makeCare = (used: Keyring): KeyCare =>
  createKeyCare({
    keyring: used,
    areas: createSealedAreas([createTableArea(platform.db, keyring, COLUMN), subjects.sealed]),
    db: platform.db,
    bus: platform.bus,
    clock: platform.clock,
    log: silentLog,
    nodes: alone,
    node: 'a',
    otherNodes: () => Promise.resolve([]),
    root: () => ({ provider: 'file', sealed: false }),
  });
/** On PostgreSQL a new key seals only when every node knows it. */
const passTime = (): void => platform.advance(11_000);
const finished = async () => {
  for (;;) {
    const view = care.rewrap();
    if (view.state !== 'running') return view;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

beforeAll(async () => {
  platform = await openTestPlatform();
  await mkdir(path.join(platform.dataDir, 'keys'));
  keyring = await openKeyring({ dataDir: platform.dataDir, now: () => platform.clock.now() });
  subjects = await openSubjectKeys({ dataDir: platform.dataDir, keyring });
  await platform.db.query('create table demo (tenant text, n bigint, sealed text, primary key (tenant, n))');
  care = makeCare(keyring);
  for (let n = 0; n < rows; n += 1) await insert(n % 2 === 0 ? 'a' : 'b', n, sealFor(n % 2 === 0 ? 'a' : 'b', n, `text ${n}`));
  await insert('a', -1, null);
});
afterAll(async () => {
  await care[Symbol.asyncDispose]();
  await subjects.close();
  await platform[Symbol.asyncDispose]();
});

describe('the keys of a data directory', () => {
  test('change while others read: all is sealed anew, the one before is retired and can then be destroyed', async () => {
    const [first] = (await care.view()).keys;
    const rotated = await care.rotate('data', BY);
    expect(rotated.previous).toBe(first?.id);
    expect(recorded('keyring.key.rotated')).toHaveLength(1);
    passTime();
    await insert('a', rows, sealFor('a', rows, `text ${rows}`));
    expect((await care.view()).areas).toMatchObject([{ name: 'test: rows', items: rows + 1, behind: rows }, {}]);
    await expect(care.destroy({ key: rotated.previous, withoutNodes: [] }, BY)).rejects.toThrow(/1300 lie under key/u);
    await expect(care.destroy({ key: rotated.id, withoutNodes: [] }, BY)).rejects.toThrow(/is active/u);

    await care.startRewrap();
    let read = 0;
    while (care.rewrap().state === 'running') read += await openAll();
    expect(read).toBeGreaterThan(0);
    expect(await finished()).toMatchObject({ state: 'done', done: rows, faults: [] });
    expect(await openAll()).toBe(rows + 1);
    const view = await care.view();
    expect(view.areas[0]).toMatchObject({ items: rows + 1, behind: 0 });
    expect(view.keys.map(({ id, state }) => [id, state])).toContainEqual([rotated.previous, 'retired']);
    expect(recorded('keyring.rewrapped').at(-1)?.payload).toEqual({ items: rows, retired: [rotated.previous] });

    const after = await care.destroy({ key: rotated.previous, withoutNodes: [] }, BY);
    expect(after.keys.find(({ id }) => id === rotated.previous)?.state).toBe('destroyed');
    expect(recorded('keyring.key.destroyed')).toHaveLength(1);
    expect(await openAll()).toBe(rows + 1);
    await expect(care.destroy({ key: rotated.previous, withoutNodes: [] }, BY)).rejects.toThrow();
    await expect(care.destroy({ key: 'data_unknown', withoutNodes: [] }, BY)).rejects.toThrow();
  });

  test('of which some do not open: the others are done, those are named and kept, and so is their key', async () => {
    const before = keyring.ring.sealing('data').id;
    const [row] = await platform.db.query<{ sealed: string }>("select sealed from demo where tenant = 'b' and n = 7");
    // A row that was moved to another place is one that does not open.
    await platform.db.query("update demo set sealed = $1 where tenant = 'b' and n = 5", [row?.sealed]);
    await care.rotate('data', BY);
    passTime();
    await care.startRewrap();
    const view = await finished();
    expect(view).toMatchObject({ state: 'failed', done: rows, faults: ['test: rows: demo/b/5'] });
    const failed = recorded('keyring.rewrap.failed');
    expect(failed).toHaveLength(1);
    expect(JSON.stringify(failed)).not.toContain('text 7');
    const verified = await care.verify();
    expect(verified.ok).toBe(false);
    expect(verified.findings).toEqual([`test: rows: a sample under key ${before} does not open; restore it from a backup`]);
    await expect(care.destroy({ key: before, withoutNodes: [] }, BY)).rejects.toThrow(/1 lie under key/u);
    // The same fault at each look is one record.
    await care.look();
    await finished();
    expect(recorded('keyring.rewrap.failed')).toHaveLength(1);

    await platform.db.query("delete from demo where tenant = 'b' and n = 5");
    await care.look();
    expect(await finished()).toMatchObject({ state: 'done' });
    expect(await care.verify()).toMatchObject({ ok: true, findings: [] });
  });

  test('are replaced by themselves before they have sealed too often', async () => {
    const { id } = keyring.ring.sealing('data');
    await care.look();
    expect(keyring.ring.sealing('data').id).toBe(id);
    const worn = { ...keyring, nonces: { ...keyring.nonces, reserved: () => new Map([[id, 2 ** 30]]) } };
    await using other = makeCare(worn);
    await other.look();
    await other.look();
    passTime();
    expect(keyring.ring.sealing('data').id).not.toBe(id);
    const rotations = recorded('keyring.key.rotated').filter(({ payload }) => payload['cause'] === 'nonces');
    expect(rotations).toHaveLength(1);
    await care.look();
    expect(await finished()).toMatchObject({ state: 'done' });
    expect(await openAll()).toBe(rows);
  });

  test('of data subjects change too, while records are written and somebody is erased', async () => {
    const at = { field: 'name', place: ['leaf'] };
    const envelopes = Array.from({ length: 2500 }, (_, n) => subjects.encrypt({ ...at, subject: `s${n}`, text: `t${n}` }));
    await subjects.flush();
    const { previous, id } = await care.rotate('subjects', BY);
    passTime();
    await care.startRewrap();
    await subjects.erase('s2499');
    const fresh = subjects.encrypt({ ...at, subject: 'fresh', text: 'fresh' });
    expect(await finished()).toMatchObject({ state: 'done' });
    const checked = await openSubjectKeys({ dataDir: platform.dataDir, keyring });
    const opened = envelopes.map((envelope) => subjects.decrypt({ ...at, envelope }));
    expect(opened.slice(0, 2499)).toEqual(envelopes.slice(0, 2499).map((_, n) => `t${n}`));
    expect(opened[2499]).toBe(null);
    expect(subjects.decrypt({ ...at, envelope: fresh })).toBe('fresh');
    await subjects.flush();
    await checked.close();
    const text = await readFile(path.join(platform.dataDir, 'keys', 'subjects.log'), 'utf8');
    expect(text).not.toContain(previous);
    expect(text).toContain(id);
    expect(text.trim().split('\n')).toHaveLength(2500);
    await care.destroy({ key: previous, withoutNodes: [] }, BY);
    const again = await openSubjectKeys({ dataDir: platform.dataDir, keyring: await openKeyring({ dataDir: platform.dataDir }) });
    expect(envelopes.slice(0, 2499).map((envelope) => again.decrypt({ ...at, envelope }))).toEqual(opened.slice(0, 2499));
    await again.close();
  });

  test('get another root key: nothing is sealed anew, and all opens', async () => {
    const sealing = keyring.ring.sealing('data').id;
    const rotated = await care.rotate('root', BY);
    expect(keyring.rootId).toBe(rotated.id);
    expect(rotated.previousFile).toContain(rotated.previous);
    expect(keyring.ring.sealing('data').id).toBe(sealing);
    const again = await openKeyring({ dataDir: platform.dataDir, now: () => platform.clock.now() });
    expect(again.rootId).toBe(rotated.id);
    expect(again.ring.sealing('data').id).toBe(sealing);
    expect(await openAll()).toBe(rows);
    expect(recorded('keyring.root.rotated')).toHaveLength(1);
  });

  test('do not change when nothing can be recorded', async () => {
    const { id } = keyring.ring.sealing('data');
    const before = await readFile(path.join(platform.dataDir, 'keys', 'keyring.json'), 'utf8');
    platform.failRecording(true);
    await expect(care.rotate('data', BY)).rejects.toThrow();
    platform.failRecording(false);
    passTime();
    expect(keyring.ring.sealing('data').id).toBe(id);
    expect(await readFile(path.join(platform.dataDir, 'keys', 'keyring.json'), 'utf8')).toBe(before);
  });
});
