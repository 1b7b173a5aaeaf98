import { secretEvents, type SecretRef, type SecretValue } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { about, refText } from '../ref.ts';
import type { SecretCaller } from '../secrets.ts';
import { noteReadAt } from '../store/entry-store.ts';
import type { SecretTables } from '../store/tables.ts';
import type { ValueSeal } from '../store/value-seal.ts';
import { readWanted, type ReadableRow } from '../store/version-store.ts';
import { createBatchedRows } from './batched-rows.ts';
import { createReadRecord } from './read-record.ts';

const HOUR_MS = 3_600_000;

export interface ReadsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly seal: ValueSeal;
}

export interface WantedValue {
  readonly ref: SecretRef;
  /** Null = the current one. */
  readonly version: number | null;
  /** Staged ones too: for the rotation that made them. */
  readonly withStaged?: boolean;
}

/** Gives values to those who may have them; whether they may was decided before. Each read is durable in the ledger first. */
export interface Reads {
  open(wanted: WantedValue, caller: SecretCaller): Promise<SecretValue>;
}

export function createReads({ db, bus, clock, seal }: ReadsParts): Reads {
  const tables = () => db.kysely.withTables<SecretTables>();
  const rowOf = createBatchedRows(async (wanted) => readWanted(tables(), wanted));
  const record = createReadRecord({ bus, clock });
  const noting = new Set<string>();

  const noteHour = (row: ReadableRow): void => {
    const hour = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
    if ((row.last_read_at ?? -1) >= hour || noting.has(row.id)) return;
    noting.add(row.id);
    // For lists only: a read does not wait for it and does not fail with it.
    void noteReadAt(tables(), row.id, hour)
      .catch(() => null)
      .finally(() => noting.delete(row.id));
  };
  const damaged = async (ref: SecretRef, version: number): Promise<never> => {
    const payload = { secret: refText(ref), version };
    await bus.record(bus.newEvent(secretEvents.damaged, { ...about(ref), outcome: 'failed', payload }));
    throw new Refusal('secret-damaged');
  };

  return {
    async open({ ref, version, withStaged = false }, caller) {
      const row = await rowOf({ ref, version });
      const isReadable = row !== null && (row.state === 'live' || (withStaged && row.state === 'staged'));
      if (!isReadable || row.sealed === null) throw new Refusal('not-found');
      const data = seal.open({ id: row.id, dataKey: row.data_key }, { ...ref, version: row.version }, row.sealed);
      if (data === null) return damaged(ref, row.version);
      await record({ ref, caller, version: row.version, isCanary: row.is_canary });
      noteHour(row);
      return { ...ref, version: row.version, createdAt: row.created_at, data };
    },
  };
}
