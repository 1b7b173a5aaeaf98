import type { ChannelInput, ChannelView } from '@holdfast/contract';
import type { Queryable } from '../../../platform/db/database.ts';

/** While one node sends, others leave a channel alone for so long. */
export const LEASE_MS = 60_000;

type Settings = Required<Pick<ChannelView, 'severity' | 'kinds' | 'application' | 'quiet'>>;

/** A channel as it is stored; its target is sealed. */
export interface Channel extends Settings {
  readonly id: string;
  readonly name: ChannelInput['name'];
  readonly target: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly changedAt: number;
  readonly sent: number;
  readonly lastSentAt: number | null;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly trouble: string | null;
}

const COLUMNS = `id, name, target, severity, kinds, application, quiet, enabled, created_at as "createdAt",
  created_by as "createdBy", changed_at as "changedAt", sent, last_sent_at as "lastSentAt", failures, failing_since as "failingSince", trouble`;

export async function readChannels(db: Queryable): Promise<readonly Channel[]> {
  return db.query<Channel>(`select ${COLUMNS} from detection_channel order by id`);
}

/** By its id or its name. */
export async function readChannel(db: Queryable, word: string): Promise<Channel | null> {
  const [row] = await db.query<Channel>(`select ${COLUMNS} from detection_channel where id = $1 or name = $1`, [word]);
  return row ?? null;
}

export type NewChannel = Pick<Channel, 'id' | 'name' | 'target' | 'createdAt' | 'createdBy'> & Settings;

/** False = there is one of this name. */
export async function insertChannel(tx: Queryable, channel: NewChannel): Promise<boolean> {
  const { id, name, target, severity, kinds, application, quiet, createdAt, createdBy } = channel;
  const rows = await tx.query(
    `insert into detection_channel (id, name, target, severity, kinds, application, quiet, enabled, created_at, created_by,
      changed_at, sent, failures, retry_at, lease_until) values ($1, $2, $3, $4, $5, $6, $7, true, $8, $9, $8, 0, 0, 0, 0)
      on conflict (name) do nothing returning id`,
    [id, name, target, severity, JSON.stringify(kinds), application, jsonOrNull(quiet), createdAt, createdBy],
  );
  return rows.length > 0;
}

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** What was set is tried anew at once. */
export async function replaceChannel(
  tx: Queryable,
  {
    id,
    target,
    severity,
    kinds,
    application,
    quiet,
    enabled,
    changedAt,
  }: Settings & Pick<Channel, 'id' | 'target' | 'enabled' | 'changedAt'>,
): Promise<void> {
  await tx.query(
    `update detection_channel set target = $2, severity = $3, kinds = $4, application = $5, quiet = $6, enabled = $7,
      changed_at = $8, retry_at = 0 where id = $1`,
    [id, target, severity, JSON.stringify(kinds), application, jsonOrNull(quiet), enabled, changedAt],
  );
}

export async function removeChannel(tx: Queryable, id: string): Promise<void> {
  await tx.query('delete from detection_channel where id = $1', [id]);
}

/** One that is due and has something to send. */
export interface DueChannel extends Pick<Channel, 'id' | 'quiet'> {
  /** Something of it is told in quiet hours too. */
  readonly urgent: boolean;
}

export async function readDue(db: Queryable, now: number): Promise<readonly DueChannel[]> {
  return db.query<DueChannel>(
    `select c.id, c.quiet, bool_or(l.urgent) as urgent from detection_channel c
      join detection_channel_letter l on l.channel = c.id and l.state = 'waiting'
      where c.enabled and c.retry_at <= $1 group by c.id, c.quiet order by c.id`,
    [now],
  );
}

/** Null = another node has it, or it is not due any more. A node takes what it had before it was killed. */
export async function claimChannel(db: Queryable, id: string, by: { node: string; now: number }): Promise<Channel | null> {
  const [row] = await db.query<Channel>(
    `update detection_channel set lease_by = $2, lease_until = $3
      where id = $1 and enabled and retry_at <= $4 and (lease_until <= $4 or lease_by = $2 or lease_until > $5)
      returning ${COLUMNS}`,
    // A lease that ends later than any can was given by a clock that was ahead.
    [id, by.node, by.now + LEASE_MS, by.now, by.now + 2 * LEASE_MS],
  );
  return row ?? null;
}

/** False = another node has it by now. */
export async function renewLease(db: Queryable, id: string, by: { node: string; now: number }): Promise<boolean> {
  const rows = await db.query(
    'update detection_channel set lease_until = $3 where id = $1 and enabled and lease_by = $2 returning id',
    [id, by.node, by.now + LEASE_MS],
  );
  return rows.length > 0;
}

export async function releaseChannel(db: Queryable, id: string, node: string): Promise<void> {
  await db.query('update detection_channel set lease_by = null, lease_until = 0 where id = $1 and lease_by = $2', [id, node]);
}

export async function countFailure(
  tx: Queryable,
  id: string,
  { now, retryAt, trouble }: { readonly now: number; readonly retryAt: number; readonly trouble: string },
): Promise<Pick<Channel, 'failures' | 'failingSince'> | null> {
  const [row] = await tx.query<Pick<Channel, 'failures' | 'failingSince'>>(
    `update detection_channel set failures = failures + 1, failing_since = coalesce(failing_since, $2), retry_at = $3,
      trouble = $4 where id = $1 returning failures, failing_since as "failingSince"`,
    [id, now, retryAt, trouble],
  );
  return row ?? null;
}

export async function countSent(tx: Queryable, id: string, { now, count }: { now: number; count: number }): Promise<void> {
  await tx.query(
    `update detection_channel set sent = sent + $3, last_sent_at = $2, failures = 0, failing_since = null, trouble = null
      where id = $1`,
    [id, now, count],
  );
}

/** What waits there is tried at once. */
export async function makeDue(db: Queryable, id: string): Promise<void> {
  await db.query('update detection_channel set retry_at = 0 where id = $1', [id]);
}
