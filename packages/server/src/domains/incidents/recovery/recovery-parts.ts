import type { Taken } from '../../../platform/backup/make-backup.ts';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import type { DrillKey } from './drill-key.ts';
import type { RunTrial } from './trial/trial.ts';

/** The ledger in force, as far as backups are compared with it. */
export interface LedgerInForce {
  /** Signed, of every record up to now. */
  head(): Promise<{ readonly note: string; readonly size: number }>;
  /** RFC 9162 §2.1.4, base64. */
  consistency(from: number, to: number): Promise<readonly string[]>;
  /** The public keys that sign it. */
  trust(): string;
}

/** What recovery needs of the process as a whole. */
export interface RecoveryPorts {
  take(): Promise<Taken>;
  readonly configFile: string | null;
  readonly ledger: LedgerInForce;
  /** Refuses a PostgreSQL that is not empty, by its reference. */
  assertEmpty(database: string): Promise<void>;
  /** In a process of its own. */
  readonly trial: RunTrial;
}

export interface RecoveryOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'hmac'>;
  readonly dataDir: string;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'set'>;
  readonly ports: RecoveryPorts;
}

export interface RecoveryParts extends RecoveryOptions {
  readonly newId: () => string;
  readonly drillKey: DrillKey;
  /** Aborted when the process ends: no trial keeps it from that. */
  readonly ending: AbortSignal;
}

export const BY_RECOVERY = { kind: 'system', ref: 'recovery' } as const;
