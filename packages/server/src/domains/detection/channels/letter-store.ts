import type { Queryable } from '../../../platform/db/database.ts';
import { AGAIN_MS } from './filter.ts';

/** More of one channel are not kept: whoever does not hear for that long has to look at the list of alerts. */
export const WAITING_MAX = 10_000;

export interface Letter {
  readonly id: string;
  readonly alert: string;
  /** Sealed. */
  readonly content: string;
  readonly tries: number;
}

export interface NewLetter extends Pick<Letter, 'id' | 'alert' | 'content'> {
  readonly channel: string;
  readonly urgent: boolean;
}

export interface Telling {
  readonly channel: string;
  readonly alert: string;
  readonly times: number;
  /** By rank. */
  readonly severity: number;
  readonly now: number;
}

/** True = it is to be told: for the first time, or again because it grew worse, or went on and the last time is long ago. */
export async function markTold(tx: Queryable, { channel, alert, times, severity, now }: Telling): Promise<boolean> {
  const rows = await tx.query(
    `insert into detection_channel_told as told (channel, alert, told_at, times, severity) values ($1, $2, $3, $4, $6)
      on conflict (channel, alert) do update
      set told_at = excluded.told_at, times = excluded.times, severity = excluded.severity
      where told.severity < excluded.severity or (told.told_at <= $5 and told.times < excluded.times) returning channel`,
    [channel, alert, now, times, now - AGAIN_MS, severity],
  );
  return rows.length > 0;
}

/** Of these alerts, those that were taken for a channel: pairs of both, with a space between. */
export async function readTold(db: Queryable, alerts: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ channel: string; alert: string }>(
    'select channel, alert from detection_channel_told where alert = any($1::text[])',
    [[...alerts]],
  );
  return new Set(rows.map(({ channel, alert }) => `${channel} ${alert}`));
}

/** False = too many wait. */
export async function insertLetter(tx: Queryable, letter: NewLetter, now: number): Promise<boolean> {
  const { id, channel, alert, content, urgent } = letter;
  const rows = await tx.query(
    `insert into detection_channel_letter (id, channel, alert, content, state, urgent, queued_at, tries)
      select $1, $2, $3, $4, 'waiting', $5::boolean, $6::bigint, 0
      where (select count(*) from detection_channel_letter where channel = $2 and state = 'waiting') < $7 returning id`,
    [id, channel, alert, content, urgent, now, WAITING_MAX],
  );
  return rows.length > 0;
}

/** Oldest first. */
export async function readWaiting(
  db: Queryable,
  channel: string,
  { onlyUrgent, limit }: { readonly onlyUrgent: boolean; readonly limit: number },
): Promise<readonly Letter[]> {
  return db.query<Letter>(
    `select id, alert, content, tries from detection_channel_letter
      where channel = $1 and state = 'waiting' and (urgent or not $2::boolean) order by id limit $3`,
    [channel, onlyUrgent, limit],
  );
}

export async function removeLetters(tx: Queryable, ids: readonly string[]): Promise<number> {
  const rows = await tx.query('delete from detection_channel_letter where id = any($1::text[]) returning id', [[...ids]]);
  return rows.length;
}

export async function countTries(tx: Queryable, ids: readonly string[], { now, trouble }: { now: number; trouble: string }) {
  await tx.query(
    `update detection_channel_letter set tries = tries + 1, first_tried_at = coalesce(first_tried_at, $2::bigint),
      last_tried_at = $2, trouble = $3 where id = any($1::text[]) and state = 'waiting'`,
    [[...ids], now, trouble],
  );
}

export async function buryLetter(tx: Queryable, id: string, { now, trouble }: { now: number; trouble: string }): Promise<void> {
  await tx.query(
    `update detection_channel_letter set state = 'dead', dead_at = $2::bigint, trouble = $3, tries = tries + 1,
      first_tried_at = coalesce(first_tried_at, $2::bigint), last_tried_at = $2 where id = $1`,
    [id, now, trouble],
  );
}

interface Burial {
  readonly now: number;
  readonly trouble: string;
  /** Since when nothing went out there. */
  readonly failingSince: number;
  /** Due for longer than this. */
  readonly ageMs: number;
  readonly limit: number;
}

/** Those for whose whole life, or a day of it, nothing went out: a letter behind another one was tried with it. */
export async function buryOld(
  tx: Queryable,
  channel: string,
  { now, trouble, failingSince, ageMs, limit }: Burial,
): Promise<readonly Pick<Letter, 'id' | 'alert'>[]> {
  return tx.query<Pick<Letter, 'id' | 'alert'>>(
    `update detection_channel_letter set state = 'dead', dead_at = $2::bigint, trouble = $3,
      first_tried_at = coalesce(first_tried_at, $4::bigint), last_tried_at = $2
      where id in (select id from detection_channel_letter where channel = $1 and state = 'waiting'
        and greatest(queued_at, $4::bigint) <= $5 order by id limit $6)
      returning id, alert`,
    [channel, now, trouble, failingSince, now - ageMs, limit],
  );
}

export interface DeadLetter extends Letter {
  readonly firstTriedAt: number | null;
  readonly lastTriedAt: number | null;
  readonly deadAt: number;
  readonly trouble: string | null;
}

/** Newest first. */
export async function readDead(
  db: Queryable,
  channel: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<readonly DeadLetter[]> {
  return db.query<DeadLetter>(
    `select id, alert, content, tries, first_tried_at as "firstTriedAt", last_tried_at as "lastTriedAt", dead_at as "deadAt",
      trouble from detection_channel_letter
      where channel = $1 and state = 'dead' and ($2::text is null or id < $2) order by id desc limit $3`,
    [channel, before, limit],
  );
}

/** Its alert; null = there is no such dead letter. */
export async function revive(tx: Queryable, { channel, id, now }: { channel: string; id: string; now: number }) {
  const [row] = await tx.query<{ alert: string }>(
    `update detection_channel_letter set state = 'waiting', dead_at = null, tries = 0, queued_at = $3, first_tried_at = null
      where channel = $1 and id = $2 and state = 'dead' returning alert`,
    [channel, id, now],
  );
  return row?.alert ?? null;
}

/** Its alert; null = there is no such dead letter. */
export async function removeDead(tx: Queryable, { channel, id }: { channel: string; id: string }): Promise<string | null> {
  const [row] = await tx.query<{ alert: string }>(
    `delete from detection_channel_letter where channel = $1 and id = $2 and state = 'dead' returning alert`,
    [channel, id],
  );
  return row?.alert ?? null;
}

export interface Counts {
  readonly waiting: number;
  readonly dead: number;
}

/** By channel; those with none are left out. */
export async function countLetters(db: Queryable): Promise<ReadonlyMap<string, Counts>> {
  const rows = await db.query<{ channel: string; waiting: number; dead: number }>(
    `select channel, count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'dead') as dead
      from detection_channel_letter group by channel`,
  );
  return new Map(rows.map(({ channel, waiting, dead }) => [channel, { waiting, dead }]));
}

export async function forgetOld(db: Queryable, { deadBefore, toldBefore }: { deadBefore: number; toldBefore: number }) {
  await db.query(`delete from detection_channel_letter where state = 'dead' and dead_at < $1`, [deadBefore]);
  await db.query('delete from detection_channel_told where told_at < $1', [toldBefore]);
}
