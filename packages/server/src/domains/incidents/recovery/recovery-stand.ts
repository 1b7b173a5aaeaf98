import { formatTrust, keyPairFromSeed, parseVerifier } from '@holdfast/ledger';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { dumpToFile } from '../../../platform/backup/dump-file.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Actor } from '../../applications/index.ts';
import { createRecovery } from './create-recovery.ts';
import type { RecoveryPorts } from './recovery-parts.ts';
import type { Recovery } from './recovery.ts';
import type { TrialReport, TrialRequest } from './trial/trial.ts';

export const HOST: Actor = { kind: 'operator', ref: 'host' };

export interface RecoveryStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  /** Who can open the backups. */
  readonly identity: string;
  readonly recipient: string;
  /** What was tried. */
  readonly tried: TrialRequest[];
  readonly world: {
    /** What the next trial finds. */
    fault: string | null;
    /** The log in the backup, as the next trial finds it. */
    found: TrialReport['ledger'];
    /** Records of the log in force. */
    size: number;
    /** Before the state of a backup is taken. */
    takes: () => Promise<void>;
  };
  readonly recovery: Recovery;
  /** As a process that starts. */
  reopen(): Promise<Recovery>;
  schedule(more?: object): Promise<unknown>;
  /** As if nothing had been; a new process starts. */
  clear(): Promise<void>;
}

const TABLES = ['recovery_backup', 'recovery_drill', 'recovery_schedule', 'recovery_try', 'incident_action'];
const ORIGIN = 'holdfast.local/recovery';

function portsOf({ db, clock, dataDir }: TestPlatform, { tried, world }: Pick<RecoveryStand, 'tried' | 'world'>): RecoveryPorts {
  const { vkey } = keyPairFromSeed(ORIGIN, Buffer.alloc(32, 7));
  const trust = formatTrust({ origin: ORIGIN, keys: [{ verifier: parseVerifier(vkey), firstSize: 0, lastSize: null }] });
  return {
    configFile: path.join(dataDir, 'holdfast.yaml'),
    async take() {
      await world.takes();
      return { dump: await dumpToFile(db, path.join(dataDir, 'cache')), node: 'test', checkpoint: null, ledgerSize: 0 };
    },
    ledger: {
      head: async () => Promise.resolve({ note: '', size: world.size }),
      consistency: async () => Promise.resolve([]),
      trust: () => trust,
    },
    assertEmpty: async () => Promise.resolve(),
    async trial(request): Promise<TrialReport> {
      tried.push(request);
      const { fault, found: ledger } = world;
      const state = fault === null ? 'passed' : 'failed';
      const step = { name: 'open it', state, tookMs: 1, detail: fault ?? 'all of it' } as const;
      const manifest = { createdAt: clock.now(), node: 'test', checkpoint: null, ledgerSize: 0, rows: [] };
      return Promise.resolve({ steps: [step], manifest, ledger });
    },
  };
}

/** Recovery on a database of its own; what a trial says is made up. */
export async function openRecoveryStand(): Promise<RecoveryStand> {
  const platform = await openTestPlatform();
  const { dataDir } = platform;
  for (const name of ['keys', 'cache', 'ledger', 'quarantine']) await mkdir(path.join(dataDir, name), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const tried: TrialRequest[] = [];
  const world: RecoveryStand['world'] = { fault: null, found: null, size: 0, takes: async () => Promise.resolve() };
  const ports = portsOf(platform, { tried, world });
  const open = (): Recovery =>
    createRecovery({ ...platform, log: silentLog, keyring, node: 'test', metrics: { set: () => undefined }, ports }).recovery;
  let recovery = open();
  const defaults = {
    everyHours: 6,
    folder: 'backups',
    recipients: [recipient],
    keep: 3,
    drillDays: null,
    drillSeverity: 'high',
  } as const;
  return {
    platform,
    keyring,
    identity,
    recipient,
    tried,
    world,
    get recovery() {
      return recovery;
    },
    async reopen() {
      await recovery[Symbol.asyncDispose]();
      recovery = open();
      return recovery;
    },
    async clear() {
      await recovery[Symbol.asyncDispose]();
      for (const table of TABLES) await platform.db.query(`delete from ${table}`);
      for (const name of ['backups', 'pending-recovery.json', 'holdfast.yaml', 'quarantine'])
        await rm(path.join(dataDir, name), { recursive: true, force: true });
      await mkdir(path.join(dataDir, 'quarantine'));
      tried.length = 0;
      platform.recorded.length = 0;
      Object.assign(world, { fault: null, found: null, size: 0, takes: async () => Promise.resolve() });
      recovery = open();
    },
    schedule: async (more = {}) => recovery.setSchedule({ ...defaults, recipients: [recipient], ...more }, HOST),
    async [Symbol.asyncDispose]() {
      await recovery[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
}
