import { clockEvents, type ClockRule, type IncidentAware } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import { insertClock, readClocks, type ClockRow } from './clock-store.ts';
import { writeStep, type ClockParts } from './clock-parts.ts';
import { DAY_MS, dueAfter } from './due.ts';
import { readRules } from './rule-store.ts';

const BACK_MS_MAX = 366 * DAY_MS;
/** Clocks of browsers and of servers differ by so much; what is later is a mistake. */
const SKEW_MS_MAX = 60_000;

const wrong = (pointer: string, detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

/** A time that has passed, within the year. */
export function pastTime(time: number, { now, pointer }: { readonly now: number; readonly pointer: string }): number {
  if (time > now + SKEW_MS_MAX) throw wrong(pointer, 'lies in the future');
  if (time < now - BACK_MS_MAX) throw wrong(pointer, 'lies more than a year back');
  return Math.min(time, now);
}

/** Named ones start although they are off: somebody asked for them. */
function chosen(rules: readonly ClockRule[], names: IncidentAware['rules']): readonly ClockRule[] {
  const known = new Set(rules.map(({ id }) => id));
  const errors = (names ?? []).flatMap((name, at) =>
    known.has(name) ? [] : [{ pointer: `/rules/${at}`, detail: 'there is no such rule' }],
  );
  if (errors.length > 0) throw new Refusal('input-invalid', { errors });
  const wanted = rules.filter(({ id, isOn }) => (names === undefined ? isOn : names.includes(id)));
  if (wanted.length === 0) throw wrong('/rules', 'no rule is on, and none is named');
  // One that follows another finds it there: rules follow no rule that follows one.
  return [...wanted.filter(({ after }) => after === null), ...wanted.filter(({ after }) => after !== null)];
}

/** A clock that follows another counts from when that was filed, and until then from when it has to be. */
export function startOf({ after, awareAt }: Pick<ClockRow, 'after' | 'awareAt'>, clocks: readonly ClockRow[]): number {
  const before = clocks.find(({ rule }) => rule === after);
  if (before === undefined || before.state === 'not-needed') return awareAt;
  return (before.state === 'running' ? null : before.settledAt) ?? before.dueAt ?? before.startedAt;
}

/** Quiet clocks warn nobody. */
export type Aware = IncidentAware & { readonly isQuiet?: boolean };

export async function startClocks(
  parts: ClockParts,
  { incident, input, actor }: { readonly incident: string; readonly input: Aware; readonly actor: Actor },
): Promise<string> {
  const { db, clock, cases } = parts;
  const awareAt = pastTime(input.awareAt, { now: clock.now(), pointer: '/awareAt' });
  const rules = chosen(await readRules(db), input.rules);
  const room = cases();
  if (room === undefined) throw new Refusal('not-found');
  const { id, number, isDrill } = await room.show(incident);
  await room.aware(id, awareAt, { actor });
  const about = { incident: id, number, isDrill, isQuiet: input.isQuiet ?? false, awareAt };
  await db.transaction(async (tx) => {
    for (const rule of rules) await startOne(parts, tx, { about, rule, by: { actor, reason: input.reason } });
  });
  return id;
}

interface StartOne {
  readonly about: Pick<ClockRow, 'incident' | 'number' | 'isDrill' | 'isQuiet' | 'awareAt'>;
  readonly rule: ClockRule;
  readonly by: { readonly actor: Actor; readonly reason: string };
}

async function startOne(parts: ClockParts, tx: Transaction, { about, rule, by }: StartOne): Promise<void> {
  const { id: name, title, source, hours, months, after } = rule;
  const { incident, awareAt } = about;
  const startedAt = startOf({ after, awareAt }, await readClocks(tx, incident));
  const dueAt = dueAfter(startedAt, rule);
  const id = parts.newId();
  if (!(await insertClock(tx, { ...about, id, rule: name, title, source, hours, months, after, startedAt, dueAt }))) return;
  const payload = { clock: id, incident, rule: name, startedAt, dueAt };
  const record = parts.bus.newEvent(clockEvents.started, { actor: by.actor, target: incident, reason: by.reason, payload });
  await writeStep(parts, tx, { step: { clock: id, incident, what: 'started', share: null, actor: by.actor }, record });
}
