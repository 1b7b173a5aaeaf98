import { clockEvents, type ClockSettle } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { moveClock, readClocks, settleClock, type ClockRow } from './clock-store.ts';
import { writeStep, type ClockParts } from './clock-parts.ts';
import { dueAfter } from './due.ts';
import { pastTime } from './start-clocks.ts';

export interface Settling {
  readonly incident: string;
  readonly clock: string;
  readonly input: ClockSettle;
  readonly actor: Actor;
}

interface Verdict {
  readonly state: ClockRow['state'];
  readonly at: number;
  readonly isFiled: boolean;
}

const wrong = (pointer: string, detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

/** What was filed too late was missed, whatever it is called. */
export function judge({ awareAt, dueAt }: Pick<ClockRow, 'awareAt' | 'dueAt'>, { state, at }: ClockSettle, now: number): Verdict {
  if (state === 'met' && at === undefined) throw wrong('/at', 'is needed: when was it filed?');
  const time = at === undefined ? now : pastTime(at, { now, pointer: '/at' });
  if (state !== 'not-needed' && at !== undefined && time < awareAt)
    throw wrong('/at', 'lies before the time when somebody was aware');
  if (state === 'met') return { state: dueAt !== null && time > dueAt ? 'missed' : 'met', at: time, isFiled: true };
  if (state === 'missed' && dueAt !== null && Math.max(time, now) <= dueAt)
    throw wrong('/state', 'its time is not over: it can still be met');
  return { state, at: time, isFiled: state === 'missed' && at !== undefined };
}

export async function settle(parts: ClockParts, { incident, clock: id, input, actor }: Settling): Promise<void> {
  const { db, clock, seal, bus } = parts;
  await db.transaction(async (tx) => {
    const clocks = await readClocks(tx, incident);
    const row = clocks.find((one) => one.id === id || one.rule === id);
    if (row === undefined) throw new Refusal('not-found');
    const { state, at, isFiled } = judge(row, input, clock.now());
    const reason = seal.reason(row.id, input.reason);
    if (!(await settleClock(tx, row.id, { state, settledAt: at, settledBy: actorName(actor), reason })))
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'this clock is settled already' }] });
    // Only the three that settle are left; `running` settles nothing.
    const payload = { clock: row.id, incident, rule: row.rule, state: state as Exclude<ClockRow['state'], 'running'> };
    const record = bus.newEvent(clockEvents.settled, { actor, target: incident, reason: input.reason, payload });
    await writeStep(parts, tx, { step: { clock: row.id, incident, what: 'settled', share: null, actor }, record });
    if (isFiled) await moveFollowers(parts, tx, { filed: row.rule, at, clocks, actor });
  });
}

interface Filed {
  readonly filed: string;
  readonly at: number;
  readonly clocks: readonly ClockRow[];
  readonly actor: Actor;
}

/** What follows a notice counts from when that was filed, earlier or later than it had to be. */
async function moveFollowers(parts: ClockParts, tx: Transaction, { filed, at, clocks, actor }: Filed): Promise<void> {
  for (const { id, incident, rule, hours, months } of clocks.filter((one) => one.after === filed && one.state === 'running')) {
    const dueAt = dueAfter(at, { hours, months });
    await moveClock(tx, { id, startedAt: at, dueAt });
    const payload = { clock: id, incident, rule, startedAt: at, dueAt };
    const record = parts.bus.newEvent(clockEvents.moved, { actor, target: incident, payload });
    await writeStep(parts, tx, { step: { clock: id, incident, what: 'moved', share: null, actor }, record });
  }
}
