import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupView, DrillView, RecoveryStatus } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-recovery-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const backups = at('backups');
const original = at('original');
const IDENTITY = ['--identity-file', at('identity')];
/** Each command is a process of its own, and a restore starts a database. */
const LONG_MS = 300_000;

interface Ran {
  readonly code: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

async function run(args: readonly string[], dataDir = original, env: Record<string, string> = {}): Promise<Ran> {
  const { code, stdout, stderr } = await holdfast([...args, '--json', '--quiet', '--data-dir', dataDir], { env });
  const document = JSON.parse(stdout === '' ? '{}' : stdout) as { data?: Ran['data']; error?: Ran['data'] };
  return { code, data: document.data ?? document.error ?? { stderr } };
}

const ban = (index: number): Promise<Ran> =>
  run(['ban', 'add', `198.51.100.${index}`, '--for', '2h', '--reason', 'recorded while a backup is made']);

/** Records as fast as it can, until it is told to stop; how many it did. */
async function write(signal: AbortSignal): Promise<number> {
  let count = 0;
  do {
    count += 1;
    expect((await ban(count)).code).toBe(0);
  } while (!signal.aborted);
  return count;
}

describe('backups of a running server', () => {
  let server: HoldfastProcess;
  let made: BackupView;

  beforeAll(async () => {
    const keys = await run(['env', 'keygen', '--out', at('identity')]);
    expect(keys.code, JSON.stringify(keys.data)).toBe(0);
    mkdirSync(backups, { mode: 0o700 });
    server = await HoldfastProcess.start({ dataDir: original });
    const recipient = String(keys.data['recipient']);
    const set = await run(['backup', 'schedule', '--to', backups, '--recipient', recipient, '--keep', '20']);
    expect(set.code, JSON.stringify(set.data)).toBe(0);
  }, LONG_MS);
  afterAll(async () => server[Symbol.asyncDispose](), LONG_MS);

  test(
    'one is made while a writer records, and what it holds is the state of one moment',
    async () => {
      const writing = new AbortController();
      const writer = write(writing.signal);
      const { code, data } = await run(['backup', 'now']);
      writing.abort();
      expect(await writer).toBeGreaterThan(0);
      expect(code, JSON.stringify(data)).toBe(0);
      made = data as unknown as BackupView;
      expect(made).toMatchObject({ state: 'unverified', bytes: expect.any(Number) });
      expect(readdirSync(backups)).toEqual([made.file]);
    },
    LONG_MS,
  );

  test(
    'it is restored on trial, and the time and the loss are measured',
    async () => {
      const { code, data } = await run(['drill', 'run']);
      const drill = data as unknown as DrillView;
      expect(code, JSON.stringify(drill)).toBe(0);
      expect(drill.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
      console.log(`drill: ${drill.tookMs ?? 0} ms; ${drill.lostMs ?? 0} ms and ${drill.lostRecords ?? 0} records would be lost`);
      const status = (await run(['backup', 'schedule'])).data as unknown as RecoveryStatus;
      expect(status.lastDrill?.id).toBe(drill.id);
      expect(status.lastVerifiedAt).not.toBeNull();
      expect(status.pointInTime.state).toBe('embedded');
      expect(readdirSync(join(original, 'cache')).filter((name) => name.startsWith('trial-'))).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'a bit that flipped in any part of it is found, and its untouched copy opens',
    async () => {
      const whole = readFileSync(join(backups, made.file));
      for (const share of [0, 0.01, 0.3, 0.6, 0.9, 0.999]) {
        const bad = Buffer.from(whole);
        const place = Math.min(bad.length - 1, Math.floor(bad.length * share));
        bad[place] = (bad[place] ?? 0) ^ 1;
        writeFileSync(at('flipped.age'), bad);
        const { code, data } = await run(['backup', 'verify', at('flipped.age'), ...IDENTITY]);
        expect([share, code, data['code']]).toEqual([share, 1, 'backup-unreadable']);
      }
      expect(await run(['backup', 'verify', join(backups, made.file), ...IDENTITY])).toMatchObject({
        code: 0,
        data: { ok: true },
      });
    },
    LONG_MS,
  );

  test(
    'a file that is gone is said to be gone',
    async () => {
      const second = (await run(['backup', 'now'])).data as unknown as BackupView;
      renameSync(join(backups, second.file), at('second.age'));
      const listed = (await run(['backup', 'list'])).data['backups'] as BackupView[];
      expect(listed.map(({ id, state }) => [id, state])).toEqual([
        [second.id, 'gone'],
        [made.id, 'verified'],
      ]);
      renameSync(at('second.age'), join(backups, second.file));
      copyFileSync(join(original, 'keys/root.key'), at('root.key'));
    },
    LONG_MS,
  );
});

describe('a process that is killed while it writes one', () => {
  test(
    'leaves no half file under the name of a backup, and the next one is made',
    async () => {
      const env = { HOLDFAST_TEST_KILL_AT: 'backup:half' };
      const before = readdirSync(backups).filter((name) => name.endsWith('.age'));
      const killed = await holdfast(['backup', 'now', '--json', '--quiet', '--data-dir', original], { env });
      expect(killed.code).not.toBe(0);
      expect(readdirSync(backups).filter((name) => name.endsWith('.age'))).toEqual(before);
      expect(readdirSync(backups).filter((name) => name.endsWith('.partial'))).toHaveLength(1);
      expect((await run(['backup', 'now'])).code).toBe(0);
      expect(readdirSync(backups).filter((name) => name.endsWith('.partial'))).toEqual([]);
      expect(readdirSync(backups).filter((name) => name.endsWith('.age'))).toHaveLength(before.length + 1);
    },
    LONG_MS,
  );
});

describe('holdfast recover', () => {
  const target = at('recovered');
  const oldest = (): string => join(backups, readdirSync(backups).toSorted()[0] ?? '');

  test(
    'restores into an empty place, and what it does is told step by step',
    async () => {
      const args = ['recover', '--backup', oldest(), ...IDENTITY, '--root-key', at('root.key'), '--read-only', '--yes'];
      const { code, data } = await run(args, target);
      expect(code, JSON.stringify(data)).toBe(0);
      const items = data['items'] as { step: string; state: string }[];
      expect(items.map(({ step }) => step)).toContain('compare with witnesses');
      expect((await run(['audit', 'verify'], target)).data).toMatchObject({ ok: true });
      expect((await run(['audit', 'tail', '--type', 'backup.restored'], target)).data['events']).toHaveLength(1);
    },
    LONG_MS,
  );

  test(
    'an older backup over a longer log is refused with exit code 5; with the log that goes on it is taken, and undone',
    async () => {
      const args = ['recover', '--backup', oldest(), ...IDENTITY, '--yes'];
      const refused = await run(args, original);
      expect(refused).toMatchObject({ code: 5, data: { code: 'backup-outdated' } });
      const sizeBefore = Number((await run(['audit', 'verify'], original)).data['size']);
      const kept = await run([...args, '--keep-log'], original);
      expect(kept.code, JSON.stringify(kept.data)).toBe(0);
      const verified = (await run(['audit', 'verify'], original)).data;
      expect(verified).toMatchObject({ ok: true });
      expect(Number(verified['size'])).toBeGreaterThan(sizeBefore);
      const undone = await run(['recover', 'undo', '--yes'], original);
      expect(undone.code, JSON.stringify(undone.data)).toBe(0);
      expect((await run(['audit', 'verify'], original)).data).toMatchObject({ ok: true });
    },
    LONG_MS,
  );

  test(
    'a checkpoint that somebody else kept refuses a backup that has less, and lets one pass that has as much',
    async () => {
      const place = at('empty');
      const witness = join(original, 'ledger', 'checkpoint');
      const args = [...IDENTITY, '--root-key', at('root.key'), '--checkpoint', at('witness'), '--yes'];
      copyFileSync(witness, at('witness'));
      expect(await run(['recover', '--backup', oldest(), ...args], place)).toMatchObject({
        code: 5,
        data: { code: 'backup-outdated' },
      });
      expect(existsSync(place)).toBe(false);
      expect((await run(['backup', 'now'])).code).toBe(0);
      const newest = join(backups, readdirSync(backups).toSorted().at(-1) ?? '');
      const taken = await run(['recover', '--backup', newest, ...args], place);
      expect(taken.code, JSON.stringify(taken.data)).toBe(0);
    },
    LONG_MS,
  );
});
