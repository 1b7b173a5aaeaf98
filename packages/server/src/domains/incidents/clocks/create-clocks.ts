import { randomBytes } from 'node:crypto';
import { clockEvents, type ClockRule, type ClockRuleInput, type ClockView } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { readClocks, readRunning, readTold, type ClockRow } from './clock-store.ts';
import type { ClockParts, ClocksParts } from './clock-parts.ts';
import type { Clocks } from './clocks.ts';
import { createLookout } from './lookout.ts';
import { draftNotice } from './notices/draft-notice.ts';
import { deleteRule, readRules, writeRule } from './rule-store.ts';
import { builtIn } from './rules.ts';
import { createClockSeal } from './sealed.ts';
import { settle } from './settle-clock.ts';
import { startClocks } from './start-clocks.ts';
import { clockTimeline } from './timeline.ts';

const OTHERS_MAX = 27;

/**
 * Legal clocks of incidents.
 *
 * @example const clocks = createClocks(parts); await clocks.start(incident, { awareAt, reason }, actor);
 */
export function createClocks(given: ClocksParts): Clocks {
  const { db, clock, keyring } = given;
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const parts: ClockParts = { ...given, seal: createClockSeal(keyring), newId };
  const lookout = createLookout(parts);
  const idOf = async (word: string): Promise<string> => {
    const room = given.cases();
    if (room === undefined) throw new Refusal('not-found');
    return (await room.show(word)).id;
  };
  const view = (rows: readonly ClockRow[]): Promise<readonly ClockView[]> => viewsOf(parts, rows);
  return {
    rules: () => readRules(db),
    setRule: (rule, actor) => setRule(parts, rule, actor),
    removeRule: (id, actor) => removeRule(parts, id, actor),
    async start(incident, input, actor) {
      const id = await startClocks(parts, { incident, input, actor });
      await lookout.look();
      return view(await readClocks(db, id));
    },
    // The incident itself asks here what to show of its clocks, so nobody asks it.
    of: async (incident) => view(await readClocks(db, incident)),
    list: async (word) => view(await readClocks(db, await idOf(word))),
    running: async () => view(await readRunning(db)),
    async settle({ incident: word, clock: name }, input, actor) {
      const incident = await idOf(word);
      await settle(parts, { incident, clock: name, input, actor });
      await lookout.look();
      const found = (await readClocks(db, incident)).filter(({ id, rule }) => id === name || rule === name);
      const [settled] = await view(found);
      if (settled === undefined) throw new Error('assertion: a clock that was settled is there');
      return settled;
    },
    draft: (incident, rule) => draftNotice(parts, incident, rule),
    timeline: (incident) => clockTimeline(parts, incident),
    tick: () => lookout.look(),
    [Symbol.asyncDispose]: () => lookout[Symbol.asyncDispose](),
  };
}

async function viewsOf({ db, seal }: ClockParts, rows: readonly ClockRow[]): Promise<readonly ClockView[]> {
  const told = await readTold(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    incident: row.incident,
    rule: row.rule,
    title: row.title,
    source: row.source,
    startedAt: row.startedAt,
    dueAt: row.dueAt,
    state: row.state,
    warned: [...(told.get(row.id) ?? [])],
    settledAt: row.settledAt,
    settledBy: row.settledBy,
    reason: row.reason === null ? null : seal.openReason(row.id, row.reason),
    isDrill: row.isDrill,
  }));
}

const refused = (code: 'input-invalid' | 'conflict', pointer: string, detail: string): Refusal =>
  new Refusal(code, { errors: [{ pointer, detail }] });

/** The law is not edited: of ours, only whether it counts here. */
function assertRule(rule: ClockRuleInput, rules: readonly ClockRule[]): void {
  const ours = builtIn(rule.id);
  const words = ['title', 'source', 'hours', 'months', 'after', 'to'] as const;
  for (const name of words)
    if (ours !== null && ours[name] !== rule[name])
      throw refused('conflict', `/${name}`, 'this rule comes with Holdfast: it can be switched');
  if (ours === null && rule.after !== null) {
    const before = rules.find(({ id }) => id === rule.after);
    if (before === undefined || before.after !== null || before.id === rule.id)
      throw refused('input-invalid', '/after', 'names no rule that can be followed');
  }
  if (rules.some(({ after }) => after === rule.id) && rule.after !== null)
    throw refused('input-invalid', '/after', 'another rule follows this one');
  const others = rules.filter(({ isBuiltIn, id }) => !isBuiltIn && id !== rule.id);
  if (ours === null && others.length >= OTHERS_MAX) throw refused('conflict', '', `at most ${OTHERS_MAX} rules of your own`);
}

async function setRule({ db, bus, clock }: ClockParts, rule: ClockRuleInput, actor: Actor): Promise<ClockRule> {
  await db.transaction(async (tx) => {
    assertRule(rule, await readRules(tx));
    const isNew = (await writeRule(tx, rule, { actor: actorName(actor), now: clock.now() })) && builtIn(rule.id) === null;
    const payload = { rule: rule.id, change: isNew ? ('added' as const) : ('changed' as const) };
    await bus.publish(tx, [bus.newEvent(clockEvents.ruleChanged, { actor, target: rule.id, payload })]);
  });
  return { ...rule, isBuiltIn: builtIn(rule.id) !== null };
}

/** Clocks that run keep what they were started with. */
async function removeRule({ db, bus }: ClockParts, id: string, actor: Actor): Promise<void> {
  if (builtIn(id) !== null) throw refused('conflict', '', 'this rule comes with Holdfast: switch it off instead');
  await db.transaction(async (tx) => {
    if ((await readRules(tx)).some(({ after }) => after === id)) throw refused('conflict', '', 'another rule follows this one');
    if (!(await deleteRule(tx, id))) throw new Refusal('not-found');
    const payload = { rule: id, change: 'removed' as const };
    await bus.publish(tx, [bus.newEvent(clockEvents.ruleChanged, { actor, target: id, payload })]);
  });
}
