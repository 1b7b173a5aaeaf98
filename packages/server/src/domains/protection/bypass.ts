import { controlEvents, type BypassInput, type BypassView } from '@holdfast/contract';
import { actorName, type Actor } from '../applications/index.ts';
import { change, tablesOf, type ProtectionParts } from './change.ts';
import type { ProtectionDb } from './tables.ts';

type Open = NonNullable<BypassView['active']> & { readonly seq: number };

async function readOpen(db: ProtectionDb): Promise<Open | null> {
  const row = await db.selectFrom('protection_bypass').selectAll().where('ended_at', 'is', null).executeTakeFirst();
  if (row === undefined) return null;
  return {
    seq: row.seq,
    startedAt: row.started_at,
    until: row.until,
    reason: row.reason,
    startedBy: row.started_by,
  };
}

/** Until when nothing is refused, or null. */
export async function readBypassUntil(db: ProtectionDb, now: number): Promise<number | null> {
  const open = await readOpen(db);
  return open !== null && open.until > now ? open.until : null;
}

export async function showBypass({ db, clock }: ProtectionParts): Promise<BypassView> {
  const open = await readOpen(tablesOf(db));
  if (open === null || open.until <= clock.now()) return { active: null };
  const { seq: _seq, ...active } = open;
  return { active };
}

/** False when it was ended already, by another node that saw the same end. */
async function close(db: ProtectionDb, open: Open, now: number): Promise<boolean> {
  const ended = db
    .updateTable('protection_bypass')
    .set({ ended_at: now })
    .where('seq', '=', open.seq)
    .where('ended_at', 'is', null);
  return Number((await ended.executeTakeFirst()).numUpdatedRows) === 1;
}

/** Starts break-glass, or gives the running one a new end and reason. */
export async function startBypass(parts: ProtectionParts, input: BypassInput, actor: Actor): Promise<BypassView> {
  return change(parts, async ({ tx, now, events }) => {
    const open = await readOpen(tx);
    if (open !== null) await close(tx, open, now);
    const active = { startedAt: now, until: now + input.forSeconds * 1000, reason: input.reason, startedBy: actorName(actor) };
    await tx
      .insertInto('protection_bypass')
      .values({
        started_at: active.startedAt,
        until: active.until,
        reason: active.reason,
        started_by: active.startedBy,
        ended_at: null,
      })
      .execute();
    const fields = { actor, reason: input.reason, payload: { until: active.until } };
    events.push(parts.bus.newEvent(controlEvents.bypassStarted, fields));
    return { active };
  });
}

/** Ending what is not in force is no error: the caller has what they want. */
export async function endBypass(parts: ProtectionParts, actor: Actor): Promise<void> {
  await change(parts, async ({ tx, now, events }) => {
    const open = await readOpen(tx);
    if (open === null) return;
    if (!(await close(tx, open, now))) return;
    const cause = open.until <= now ? ('expired' as const) : ('operator' as const);
    events.push(parts.bus.newEvent(controlEvents.bypassEnded, { actor, payload: { cause } }));
  });
}

/** The gateway stops by the time in its snapshot; this writes down that it is over. */
export async function endExpiredBypass(parts: ProtectionParts): Promise<void> {
  const open = await readOpen(tablesOf(parts.db));
  if (open !== null && open.until <= parts.clock.now()) await endBypass(parts, { kind: 'system', ref: 'clock' });
}
