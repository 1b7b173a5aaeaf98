import {
  applicationSchema,
  uploadEvents,
  type FileFacts,
  type ScannerHealth,
  type ScannerVerdict,
  type UploadKeepAsk,
} from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTableArea } from '../../../platform/keyring/areas/table-area.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { writeSealedFile } from '../../../platform/sealed-file.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from '../../applications/index.ts';
import { createUploads, sealedInUploads, type Uploads } from '../index.ts';

const operator: Actor = { kind: 'operator', ref: 'host:0' };
const page = { limit: 50 };
const DAY_MS = 86_400_000;
const MARK = 'CANARY-OF-A-KEPT-FILE';
const NAME = 'letter of Ada Lovelace.pdf';

let platform: TestPlatform;
let applications: Applications;
let keyring: Keyring;
let uploads: Uploads;
/** What the scanner of these tests takes for malware, by content. */
let malware: ReadonlySet<string> = new Set();
let version = '1';
let isAway = false;

const health = (): ScannerHealth[] => [{ scanner: 'yara', state: isAway ? 'down' : 'up', version, detail: '' }];
async function scan({ path }: { readonly path: string }): Promise<ScannerVerdict[]> {
  if (isAway) return [{ scanner: 'yara', verdict: 'failed', detail: 'away', version }];
  const isBad = malware.has(await readFile(path, 'utf8'));
  return [{ scanner: 'yara', verdict: isBad ? 'infected' : 'clean', detail: isBad ? 'bad_rule' : '', version }];
}

const open = (bytesMax = 1_000_000): Uploads =>
  createUploads({
    ...platform,
    // Remembering the health of scanners for seconds is for processes that serve.
    clock: { now: () => platform.clock.now(), monotonicMs: () => (ticks += 10_000) },
    keyring,
    applications,
    log: silentLog,
    node: 'test',
    bytesMax,
    retentionDays: 30,
    scanner: { scan, health: async () => health(), pictures: async () => ({ state: 'down', version: '', detail: 'not here' }) },
  });
let ticks = 0;

beforeAll(async () => {
  platform = await openTestPlatform();
  for (const name of ['keys', 'quarantine']) await mkdir(join(platform.dataDir, name), { recursive: true });
  keyring = await openKeyring({ dataDir: platform.dataDir });
  applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), {
    actor: operator,
  });
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['', '_block', '_release', '_passed', '_count'])
    await platform.db.query(`delete from protection_upload${table}`);
  platform.recorded.length = 0;
  malware = new Set();
  version = '1';
  isAway = false;
  uploads = open();
  await uploads.start();
});
afterEach(async () => uploads[Symbol.asyncDispose]());

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');
const types = () => platform.recorded.map(({ type }) => type);
const folder = () => readdir(join(platform.dataDir, 'quarantine'));

function facts(content: string, change: Partial<FileFacts> = {}): FileFacts {
  const scans: ScannerVerdict[] = [{ scanner: 'yara', verdict: 'clean', detail: '', version }];
  const known = { declaredType: 'application/pdf', foundType: 'pdf', field: 'file', findings: [], scans };
  return { hash: hashOf(content), bytes: content.length, name: NAME, ...known, ...change };
}

const asking = (cause: UploadKeepAsk['cause'], file: FileFacts, application = 'shop'): UploadKeepAsk => ({
  kind: 'upload-keep',
  application,
  requestId: 'abcdefghijkl',
  method: 'POST',
  path: '/letters/ada',
  address: '192.0.2.1',
  person: null,
  cause,
  file,
  at: platform.clock.now(),
});

/** As a gateway keeps a file: null = it was told to write nothing. */
async function keep(content: string, cause: UploadKeepAsk['cause'], change: Partial<FileFacts> = {}): Promise<string | null> {
  const answer = await uploads.answer(asking(cause, facts(content, change)));
  if (answer.kind !== 'upload-keep') throw new Error(`answered ${answer.kind}`);
  if (answer.keep === null) return null;
  const { id, path, key } = answer.keep;
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from(content);
  }
  await writeSealedFile({ id, path, key: Buffer.from(key, 'base64') }, bytes());
  await uploads.answer({ kind: 'upload-stored', id, stored: true });
  return id;
}

async function kept(content: string, cause: UploadKeepAsk['cause'], change: Partial<FileFacts> = {}): Promise<string> {
  const id = await keep(content, cause, change);
  if (id === null) throw new Error('nothing was kept');
  return id;
}

async function standing(content: string, application = 'shop'): Promise<string | null> {
  const answer = await uploads.answer({ kind: 'upload-known', application, hashes: [hashOf(content)] });
  if (answer.kind !== 'upload-known') throw new Error(`answered ${answer.kind}`);
  return answer.known[0]?.standing ?? null;
}

const infected: Partial<FileFacts> = { scans: [{ scanner: 'yara', verdict: 'infected', detail: 'bad_rule', version: '1' }] };
const passed = (content: string): void =>
  uploads.observe(
    platform.bus.newEvent(uploadEvents.passed, { application: 'shop', outcome: 'allowed', payload: facts(content) }),
  );

describe('a kept file', () => {
  it('is listed with what is known of it; neither its bytes nor its name stand anywhere', async () => {
    const id = await kept(`%PDF ${MARK}`, 'infected', infected);
    const { items } = await uploads.list(page);
    expect(items).toMatchObject([{ id, state: 'infected', name: NAME, hash: hashOf(`%PDF ${MARK}`), times: 1 }]);
    expect(await uploads.show(id)).toMatchObject({ path: '/letters/ada', address: '192.0.2.1' });
    expect(await folder()).toEqual([`${id}.sealed`]);
    expect((await readFile(join(platform.dataDir, 'quarantine', `${id}.sealed`))).includes(MARK)).toBe(false);
    const rows = JSON.stringify(await platform.db.query('select * from protection_upload'));
    for (const word of [MARK, 'Lovelace', '192.0.2.1', '/letters']) expect(rows).not.toContain(word);
  });

  it('is kept once: the same bytes are counted, and those of another application are its own', async () => {
    const id = await kept('the same', 'unscanned');
    expect(await keep('the same', 'unscanned')).toBeNull();
    expect(await uploads.show(id)).toMatchObject({ times: 2, state: 'held' });
    expect(await uploads.answer(asking('unscanned', facts('the same'), 'blog'))).toMatchObject({
      keep: { key: expect.any(String) },
    });
  });

  it('shows no marks that turn or hide a name', async () => {
    const id = await kept('x', 'policy', { name: 'in\u0000voice\u202Efdp.exe' });
    expect((await uploads.show(id)).name).toBe('in\u{FFFD}voice\u{FFFD}fdp.exe');
  });

  it('that was never finished is no row and no file, neither after the gateway gave up nor after a restart', async () => {
    const answer = await uploads.answer(asking('infected', facts('half')));
    if (answer.kind !== 'upload-keep' || answer.keep === null) throw new Error('nothing to keep');
    expect((await uploads.list(page)).items).toEqual([]);
    await uploads.answer({ kind: 'upload-stored', id: answer.keep.id, stored: false });
    expect(await platform.db.query('select id from protection_upload')).toEqual([]);

    const id = await kept('whole', 'infected', infected);
    const again = await uploads.answer(asking('infected', facts('half')));
    if (again.kind !== 'upload-keep' || again.keep === null) throw new Error('nothing to keep');
    await writeFile(`${again.keep.path}.partial`, 'half a file');
    await uploads[Symbol.asyncDispose]();
    uploads = open();
    await uploads.start();
    expect(await folder()).toEqual([`${id}.sealed`]);
    expect((await platform.db.query<{ id: string }>('select id from protection_upload')).map((row) => row.id)).toEqual([id]);
  });

  it('lies under the active key after a rotation, and opens', async () => {
    const id = await kept('rotated', 'policy');
    const areas = sealedInUploads.map((column) => createTableArea(platform.db, keyring, column));
    for (const area of areas) expect([...(await area.count()).values()]).toEqual([1]);
    // Without a second key: the areas open what they hold, at the place where it lies.
    for (const area of areas) expect(await area.sample(keyring.ring.activeId('data'))).toBe(true);
    await platform.db.query('update protection_upload set id = $1', ['01J00000000000000000000009']);
    for (const area of areas) expect(await area.sample(keyring.ring.activeId('data'))).toBe(false);
    await platform.db.query('update protection_upload set id = $1', [id]);
  });
});

describe('a release', () => {
  it('lets these bytes pass in this application, and not one byte more', async () => {
    const id = await kept('a macro', 'policy');
    expect(await standing('a macro')).toBe('held');
    const view = await uploads.release({ id, reason: 'a template of ours', actor: operator });
    expect(view).toMatchObject({ state: 'released', reason: 'a template of ours' });
    expect(await standing('a macro')).toBe('released');
    expect(await standing('a macro!')).toBeNull();
    expect(await standing('a macro', 'blog')).toBeNull();
    expect(types()).toEqual(['upload.judged', 'upload.released']);
  });

  it('counts under the rules that saw it: others look first', async () => {
    const id = await kept('a macro', 'policy');
    await uploads.release({ id, reason: 'a template of ours', actor: operator });
    version = '2';
    expect(await standing('a macro')).toBeNull();
    await uploads.tick();
    expect(await standing('a macro')).toBe('released');
    version = '3';
    malware = new Set(['a macro']);
    passed('a macro');
    await uploads.status();
    await uploads.tick();
    expect(await standing('a macro')).toBe('bad');
    expect(await uploads.show(id)).toMatchObject({ state: 'infected' });
    expect(types()).toContain('upload.late-verdict');
  });

  it('is refused for malware, for listed bytes, and where nobody can look; each leaves a record', async () => {
    const refusedWith = async (id: string): Promise<unknown> =>
      uploads.release({ id, reason: 'please', actor: operator }).catch((error: unknown) => error);
    malware = new Set(['bad']);
    const bad = await kept('bad', 'infected', infected);
    expect(await refusedWith(bad)).toMatchObject({ code: 'upload-infected' });
    const listed = await kept('listed', 'policy');
    await uploads.block({ hash: hashOf('listed'), reason: 'from a partner' }, operator);
    expect(await refusedWith(listed)).toMatchObject({ code: 'upload-infected' });
    isAway = true;
    const unseen = await kept('unseen', 'unscanned');
    expect(await refusedWith(unseen)).toMatchObject({ code: 'upload-unscanned' });
    expect(await standing('unseen')).toBe('held');
    const causes = platform.recorded
      .filter(({ type }) => type === 'upload.release-refused')
      .map(({ payload }) => payload['cause']);
    expect(causes).toEqual(['infected', 'listed', 'unscanned']);
  });
});

describe('deleting', () => {
  it('forgets key and bytes, ends a release, and keeps what was decided', async () => {
    const id = await kept('gone soon', 'policy');
    await uploads.release({ id, reason: 'ours after all', actor: operator });
    await uploads.remove({ id, reason: 'not needed', actor: operator });
    expect(await folder()).toEqual([]);
    expect(await standing('gone soon')).toBeNull();
    expect(await uploads.show(id)).toMatchObject({ state: 'deleted', name: null, address: null, reason: 'not needed' });
    expect(await platform.db.query('select data_key, details from protection_upload')).toEqual([
      { data_key: null, details: null },
    ]);
    await expect(uploads.copy(id, operator)).rejects.toMatchObject({ code: 'upload-unreadable' });
    // The same bytes may come again, and are kept anew.
    expect(await keep('gone soon', 'policy')).not.toBeNull();
  });

  it('comes by age, and where room is needed with the oldest infected; what waits for somebody stays', async () => {
    await uploads[Symbol.asyncDispose]();
    uploads = open(25);
    const waiting = await kept('0123456789', 'policy');
    const old = await kept('abcdefghij', 'infected', infected);
    const next = await kept('ABCDEFGHIJ', 'infected', infected);
    expect((await uploads.show(old)).state).toBe('deleted');
    expect((await uploads.show(next)).state).toBe('infected');
    expect((await uploads.show(waiting)).state).toBe('held');
    expect(await keep('x'.repeat(26), 'infected', infected)).toBeNull();
    expect(await keep('x'.repeat(16), 'infected', infected)).toBeNull();
    expect(platform.recorded.map(({ type, payload }) => [type, payload['reason']])).toEqual([
      ['upload.deleted', 'to make room for others'],
    ]);
    platform.advance(31 * DAY_MS);
    await uploads.tick();
    expect((await uploads.show(waiting)).state).toBe('deleted');
    expect(await folder()).toEqual([]);
  });
});

describe('scanning again', () => {
  it('judges what nobody could look at, once the scanner is back', async () => {
    isAway = true;
    malware = new Set(['bad']);
    const bad = await kept('bad', 'unscanned');
    const good = await kept('good', 'unscanned');
    await uploads.tick();
    expect((await uploads.status()).rescan).toMatchObject({ state: 'waiting', behind: 2 });
    isAway = false;
    platform.advance(120_000);
    await uploads.tick();
    expect((await uploads.show(bad)).state).toBe('infected');
    expect((await uploads.show(good)).state).toBe('clean');
    expect((await uploads.status()).rescan).toMatchObject({ state: 'idle', behind: 0, trouble: null });
    expect(types()).toEqual(['upload.judged', 'upload.judged']);
  });

  it('looks at everything under new rules: a mended false alarm is clean, and passes only when somebody says so', async () => {
    malware = new Set(['false alarm']);
    const id = await kept('false alarm', 'infected', infected);
    version = '2';
    malware = new Set();
    await uploads.tick();
    expect((await uploads.show(id)).state).toBe('clean');
    expect(await standing('false alarm')).toBeNull();
    await uploads.release({ id, reason: 'the rule was wrong', actor: operator });
    expect(await standing('false alarm')).toBe('released');
  });

  it('goes on past a file whose bytes are gone', async () => {
    const gone = await kept('a', 'unscanned');
    const there = await kept('b', 'unscanned');
    await rm(join(platform.dataDir, 'quarantine', `${gone}.sealed`));
    await uploads.tick();
    expect((await uploads.show(there)).state).toBe('clean');
    expect((await uploads.show(gone)).state).toBe('held');
    expect((await uploads.status()).rescan.trouble).toContain(gone);
  });
});

describe('the list of bad hashes', () => {
  it('makes bytes bad everywhere, tells of what was passed on before, once, and forgets what is taken off', async () => {
    passed('looked honest');
    await uploads.status();
    await uploads.block({ hash: hashOf('looked honest'), reason: 'seen in a campaign' }, operator);
    await uploads.block({ hash: hashOf('looked honest'), reason: 'twice' }, operator);
    expect(await standing('looked honest', 'blog')).toBe('bad');
    expect(types()).toEqual(['upload.late-verdict', 'upload.listed']);
    expect(platform.recorded[0]?.payload).toMatchObject({ passed: 1, detail: 'listed: seen in a campaign' });
    expect((await uploads.blocks(page)).items).toMatchObject([{ hash: hashOf('looked honest'), createdBy: 'operator:host:0' }]);
    await uploads.unblock({ hash: hashOf('looked honest'), reason: 'a mistake' }, operator);
    expect(await standing('looked honest')).toBeNull();
    await expect(uploads.unblock({ hash: hashOf('x'), reason: 'never there' }, operator)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('makes files bad for as long as they stand on it; what a scanner found stays bad', async () => {
    // A gateway kept both: one because threat intelligence lists its hash, where no scanner was asked.
    await kept('seen in an attack', 'infected', { scans: [] });
    await kept('malware', 'infected', infected);
    expect([await standing('seen in an attack'), await standing('malware')]).toEqual([null, 'bad']);
    for (const content of ['seen in an attack', 'malware'])
      await uploads.block({ hash: hashOf(content), reason: 'seen in a campaign' }, operator);
    expect([await standing('seen in an attack'), await standing('malware')]).toEqual(['bad', 'bad']);
    for (const content of ['seen in an attack', 'malware'])
      await uploads.unblock({ hash: hashOf(content), reason: 'a mistake' }, operator);
    expect([await standing('seen in an attack'), await standing('malware')]).toEqual([null, 'bad']);
  });

  it('is imported with one record, and makes kept files infected', async () => {
    const id = await kept('kept', 'policy');
    const hashes = ['kept', 'a', 'b', 'b'].map(hashOf);
    expect(await uploads.importBlocks({ hashes, reason: 'list of a partner' }, operator)).toEqual({ added: 3, known: 0 });
    expect(await uploads.importBlocks({ hashes, reason: 'list of a partner' }, operator)).toEqual({ added: 0, known: 3 });
    expect((await uploads.show(id)).state).toBe('infected');
    expect(types()).toEqual(['upload.list-imported']);
    const first = await uploads.blocks({ limit: 2 });
    const rest = await uploads.blocks({ limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...rest.items].map(({ hash }) => hash)).toEqual([...new Set(hashes)].toSorted());
  });
});

it('counts what became of files', async () => {
  passed('one');
  passed('two');
  const { totals, kept: byState, scanners } = await uploads.status();
  expect(totals).toEqual([{ application: 'shop', outcome: 'passed', files: 2, bytes: 6 }]);
  expect(byState).toEqual([]);
  expect(scanners).toEqual(health());
});

it('does nothing that it cannot record', async () => {
  const id = await kept('stays', 'policy');
  platform.failRecording(true);
  await expect(uploads.remove({ id, reason: 'not needed', actor: operator })).rejects.toMatchObject({
    code: 'audit-unavailable',
  });
  await expect(uploads.copy(id, operator)).rejects.toMatchObject({ code: 'audit-unavailable' });
  platform.failRecording(false);
  expect((await uploads.show(id)).state).toBe('held');
  expect(await folder()).toEqual([`${id}.sealed`]);
});
