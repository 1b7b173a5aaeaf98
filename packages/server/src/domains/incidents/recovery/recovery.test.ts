import type { IncidentDetail } from '@holdfast/contract';
import { generateX25519Identity } from 'age-encryption';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { extractBackup } from '../../../platform/backup/extract.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { TestPlatform } from '../../../platform/test-platform.ts';
import type { Cases } from '../cases/cases.ts';
import { openDrillKey } from './drill-key.ts';
import { openForFailedDrills } from './failed-drills.ts';
import { readPending } from './pending.ts';
import { HOST, openRecoveryStand, type RecoveryStand } from './recovery-stand.ts';
import type { Recovery } from './recovery.ts';
import type { TrialRequest } from './trial/trial.ts';

const HOUR_MS = 3_600_000;
const ULID = '01J9ZK4Q3W8N5T2R6Y7B8C9D0E';

let stand: RecoveryStand;
let platform: TestPlatform;
let recovery: Recovery;
let tried: readonly TrialRequest[] = [];

beforeAll(async () => {
  stand = await openRecoveryStand();
  ({ platform, tried } = stand);
  platform.bus.start();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  ({ recovery } = stand);
});

const page = { limit: 50 };
const folder = (): string => path.join(platform.dataDir, 'backups');
const schedule = (more: object = {}) => stand.schedule(more);
const typesRecorded = (): string[] => platform.recorded.map(({ type }) => type);

async function tick(): Promise<void> {
  await recovery.tick();
  await recovery.settle();
}

describe('backups on schedule', () => {
  test('are made when they are due, verified at once, and not before their time', async () => {
    await schedule();
    await tick();
    expect((await recovery.backups(page)).items).toMatchObject([{ state: 'verified', createdBy: expect.any(String) }]);
    platform.advance(5 * HOUR_MS);
    await tick();
    expect((await recovery.backups(page)).items).toHaveLength(1);
    platform.advance(HOUR_MS);
    await tick();
    expect((await recovery.backups(page)).items).toHaveLength(2);
    expect(tried.every(({ depth }) => depth === 'checked')).toBe(true);
    expect(typesRecorded()).toEqual(
      expect.arrayContaining(['recovery.schedule-changed', 'backup.created', 'recovery.backup-verified']),
    );
    expect((await recovery.status()).trouble).toEqual(['No backup was ever restored on trial.']);
  });

  test('open for the recipient and for the key of this server, hold the settings and what is kept, and no root key', async () => {
    await writeFile(path.join(platform.dataDir, 'holdfast.yaml'), 'node: test\n');
    await writeFile(path.join(platform.dataDir, 'quarantine', 'one.sealed'), 'kept');
    await schedule();
    const { file } = await recovery.backUp(HOST);
    const own = await openDrillKey({ dataDir: platform.dataDir, keyring: stand.keyring }).existing();
    expect(await readFile(path.join(platform.dataDir, 'keys/recovery/drill'), 'utf8')).not.toContain('AGE-SECRET-KEY');
    for (const [index, key] of [stand.identity, own ?? ''].entries()) {
      const { files, rows } = await extractBackup(path.join(folder(), file), path.join(platform.dataDir, `x${index}`), {
        identity: key,
      });
      const paths = files.map((entry) => entry.path);
      expect(paths).toEqual(expect.arrayContaining(['config/holdfast.yaml', 'quarantine/one.sealed', 'keys/keyring.json']));
      expect(paths.some((name) => name.startsWith('keys/root.key'))).toBe(false);
      expect(rows?.find(({ table }) => table === 'recovery_schedule')?.rows).toBe(1);
    }
    const stranger = { identity: await generateX25519Identity() };
    await expect(extractBackup(path.join(folder(), file), path.join(platform.dataDir, 'y'), stranger)).rejects.toMatchObject({
      code: 'backup-unreadable',
    });
    expect(await readdir(path.join(platform.dataDir, 'cache'))).toEqual([]);
  });

  test('beyond what is kept go, but never the newest that was verified', async () => {
    await schedule({ keep: 1 });
    const good = await recovery.backUp(HOST);
    await recovery.verify(good.id, HOST);
    const second = await recovery.backUp(HOST);
    const third = await recovery.backUp(HOST);
    const { items } = await recovery.backups(page);
    expect(items.map(({ id, state }) => [id, state])).toEqual([
      [third.id, 'unverified'],
      [second.id, 'gone'],
      [good.id, 'verified'],
    ]);
    expect(await readdir(folder())).toHaveLength(2);
  });

  test('that fail are told, recorded and tried again soon; what was half written is gone', async () => {
    await schedule();
    stand.world.takes = () => Promise.reject(new Refusal('service-unavailable', { detail: 'The ledger is away.' }));
    await tick();
    expect((await recovery.backups(page)).items).toEqual([]);
    expect(typesRecorded()).toContain('recovery.backup-failed');
    expect((await recovery.status()).trouble).toEqual(['The last backup could not be made: The ledger is away.']);
    stand.world.takes = async () => Promise.resolve();
    await writeFile(path.join(folder(), 'holdfast-20260101T000000Z-000000.age.partial'), 'half');
    platform.advance(16 * 60_000);
    await tick();
    expect((await recovery.backups(page)).items).toHaveLength(1);
    expect((await readdir(folder())).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('whose file was taken away or changed are said to be', async () => {
    await schedule();
    const [gone, changed] = [await recovery.backUp(HOST), await recovery.backUp(HOST)];
    await rm(path.join(folder(), gone.file));
    const file = path.join(folder(), changed.file);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await recovery.verify(changed.id, HOST)).toMatchObject({ state: 'failed' });
    expect(tried).toEqual([]);
    expect((await recovery.backup(gone.id)).state).toBe('unverified');
    expect((await recovery.backups(page)).items.map(({ state }) => state)).toEqual(['failed', 'gone']);
  });

  test('are refused where nobody could open them, or where others could read them', async () => {
    await expect(schedule({ recipients: [] })).rejects.toMatchObject({ errors: [{ pointer: '/recipients' }] });
    await expect(schedule({ recipients: ['nobody'] })).rejects.toMatchObject({ errors: [{ pointer: '/recipients/0' }] });
    for (const bad of [
      '../elsewhere',
      'keys',
      'ledger/x',
      '.',
      path.join(platform.dataDir, 'missing', '..', '..', 'nowhere-there'),
    ])
      await expect(schedule({ folder: bad })).rejects.toMatchObject({ errors: [{ pointer: '/folder' }] });
    const open = path.join(platform.dataDir, '..', `${path.basename(platform.dataDir)}-open`);
    await mkdir(open, { mode: 0o755 });
    await expect(schedule({ folder: open })).rejects.toMatchObject({ errors: [{ pointer: '/folder' }] });
    await rm(open, { recursive: true });
    await expect(recovery.backUp(HOST)).rejects.toMatchObject({ errors: [{ pointer: '/recipients' }] });
    await schedule();
    expect((await stat(folder())).mode & 0o077).toBe(0);
  });
});

describe('drills', () => {
  test('run on schedule, one restore each time, and keep what they found', async () => {
    await schedule({ drillDays: 7 });
    await tick();
    expect(tried.map(({ depth }) => depth)).toEqual(['checked', 'restored']);
    expect((await recovery.drills(page)).items).toMatchObject([{ state: 'passed', lostRecords: 0 }]);
    platform.advance(6 * 24 * HOUR_MS);
    await tick();
    expect((await recovery.drills(page)).items).toHaveLength(1);
    stand.world.fault = 'detection_alert has 1 rows; 2 were written.';
    platform.advance(25 * HOUR_MS);
    await tick();
    const [newest] = (await recovery.drills(page)).items;
    expect(newest).toMatchObject({ state: 'failed', steps: [{ detail: stand.world.fault }] });
    expect(typesRecorded()).toContain('recovery.drilled');
    expect((await recovery.status()).trouble).toContain('The last restore on trial failed.');
  });
});

describe('a drill that fails', () => {
  const opened: [key: string, opening: object][] = [];
  beforeAll(() => {
    const openFor: Cases['openFor'] = async (key, opening) => {
      opened.push([key, opening]);
      // Nobody looks at what is answered.
      return Promise.resolve({} as IncidentDetail);
    };
    openForFailedDrills({ ...platform, cases: () => ({ openFor }) });
  });
  beforeEach(() => {
    opened.length = 0;
  });
  const drill = async (): Promise<string> => {
    const { id } = await recovery.startDrill({ backup: null, databaseUrl: null, reason: 'a test' }, HOST);
    await recovery.settle();
    await platform.bus.settle();
    return id;
  };

  test('opens an incident under its id, as severe as the setting says; one that passes opens none', async () => {
    await schedule({ drillSeverity: 'critical' });
    await recovery.backUp(HOST);
    await drill();
    expect(opened).toEqual([]);
    stand.world.fault = 'the entries do not add up';
    const id = await drill();
    const opening = { severity: 'critical', cause: 'recovery', summary: expect.stringContaining('the entries do not add up') };
    expect(opened).toEqual([[`drill:${id}`, expect.objectContaining(opening)]]);
  });

  test('because the log in force has less than the backup, as after a rollback, opens one too', async () => {
    await schedule();
    await recovery.backUp(HOST);
    stand.world.found = { size: 9, root: Buffer.alloc(32).toString('base64'), newestAt: null };
    stand.world.size = 5;
    await drill();
    expect(opened).toEqual([
      [
        expect.any(String),
        expect.objectContaining({ summary: expect.stringContaining('has 9 records; the one in force has only 5') }),
      ],
    ]);
  });

  test('opens none where that is off, and is told all the same', async () => {
    await schedule({ drillSeverity: null });
    await recovery.backUp(HOST);
    stand.world.fault = 'the entries do not add up';
    await drill();
    expect(opened).toEqual([]);
    expect((await recovery.status()).trouble).toContain('The last restore on trial failed.');
  });
});

describe('a restore that was agreed to', () => {
  const by = { id: ULID, actor: HOST, reason: 'defaced' };

  test('is proved, has a backup made just before it, and waits under a note that nobody else can write', async () => {
    await schedule();
    const chosen = await recovery.backUp(HOST);
    await recovery.verify(chosen.id, HOST);
    const prepared = await recovery.prepare(null, by);
    expect(prepared.file).toBe(chosen.file);
    expect(prepared.before).not.toBe(chosen.file);
    expect(await recovery.prepare(null, by)).toEqual(prepared);
    expect(await recovery.pending()).toBe(chosen.id);
    const file = path.join(platform.dataDir, 'pending-recovery.json');
    const note = await readFile(file, 'utf8');
    await writeFile(file, note.replace(chosen.file, prepared.before));
    await expect(readPending(platform.dataDir, stand.keyring)).rejects.toMatchObject({ code: 'conflict' });
    await writeFile(file, note);
    expect(await recovery.withdraw(ULID)).toBe(true);
    expect(await recovery.pending()).toBeNull();
    expect(await recovery.withdraw(ULID)).toBe(false);
  });

  test('does not wait when the backup does not restore', async () => {
    await schedule();
    const chosen = await recovery.backUp(HOST);
    await recovery.verify(chosen.id, HOST);
    stand.world.fault = 'the entries do not add up';
    await expect(recovery.prepare(chosen.id, by)).rejects.toMatchObject({ code: 'conflict' });
    expect(await recovery.pending()).toBeNull();
  });
});
