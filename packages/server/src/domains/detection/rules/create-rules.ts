import { randomUUID } from 'node:crypto';
import {
  detectionEvents,
  type BehaviourId,
  type EventRecord,
  type RuleDetail,
  type RuleState,
  type RuleView,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { BehaviourDefinition } from '../behaviours/behaviour.ts';
import type { Watch } from '../watch/watch.ts';
import { createBacktest, type StoredEvents } from './backtest/backtest.ts';
import { REASON_NEEDED, setBehaviour, viewBehaviours } from './behaviour-settings.ts';
import { createBulkRoutes } from './bulk/bulk-routes.ts';
import { change, type ChangeParts } from './change.ts';
import { exceptionText } from './exception-text.ts';
import { asMatched, explainEvents } from './explain-rule.ts';
import { createGiving } from './given-to-watch.ts';
import { HEARD } from './heard.ts';
import { createHitCounts } from './hit-counts.ts';
import { digestOf, importRules, nameOf } from './import-rules.ts';
import { readText } from './read-text.ts';
import { countRules, dropText, findRule, insertText, readFilters, readRules, writeState } from './rule-store.ts';
import type { Rules } from './rules.ts';
import { seedOwnRules, type OwnText } from './own/seed-own.ts';
import type { RuleDb, RuleTables } from './tables.ts';
import { documentOf, documentsOf, filtersOf, toRuleDetail, toRuleView } from './views.ts';

export interface RulesParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch: Pick<Watch, 'setRules' | 'setBehaviours' | 'behaviours' | 'onHits'>;
  readonly definitions: readonly BehaviourDefinition[];
  /** Rules that come with this release. */
  readonly own: () => Promise<readonly OwnText[]>;
  readonly events: StoredEvents;
}

interface Room extends RulesParts {
  readonly change: ChangeParts;
  readonly tables: () => RuleDb;
}

/** Sigma rules and behaviours: stored, switched, explained, tried on the past, and given to the watch. */
export function createRules(parts: RulesParts): Rules {
  const { db, watch, definitions, events } = parts;
  const tables = (): RuleDb => db.kysely.withTables<RuleTables>();
  const give = createGiving(parts);
  const hits = createHitCounts(parts);
  watch.onHits((counted) => hits.take(counted));
  const changing: ChangeParts = { ...parts, logsources: HEARD, changed: () => void give() };
  const room: Room = { ...parts, change: changing, tables };
  const backtest = createBacktest({ ...parts, tables });
  return {
    async list(query) {
      const { rows, next } = await readRules(tables(), query);
      return { items: rows.map(toRuleView), next };
    },
    show: async (id) => show(room, id),
    setState: async (id, state, by) => setState(room, id, { state, ...by }),
    remove: async (id, by) => remove(room, id, by),
    import: async (input, actor) => importRules(changing, input, actor),
    backtest: async (input, turn) => backtest.run(input, turn),
    explain: async (id, requestId) => explainOf(room, id, await events.ofRequest(requestId)),
    explainEvent: async (id, event) => explainOf(room, id, [event]),
    except: async (id, input, actor) => except(room, id, { ...input, actor }),
    behaviours: async () => viewBehaviours(tables(), definitions, await watch.behaviours()),
    async setBehaviour(id, to, by) {
      const definition = definitionOf(definitions, id);
      await setBehaviour(changing, { definition, to, ...by });
      const [view] = await viewBehaviours(tables(), [definition], await watch.behaviours());
      if (view === undefined) throw new Error('assertion: a behaviour that was set is there');
      return view;
    },
    bulk: createBulkRoutes({ ...changing, tables }),
    async counts() {
      return countRules(tables());
    },
    async start() {
      await seedOwnRules({ ...changing, log: parts.log }, await parts.own());
      await give();
    },
    tick: give,
    async [Symbol.asyncDispose]() {
      await backtest[Symbol.asyncDispose]();
      await hits.flush();
    },
  };
}

function definitionOf(definitions: readonly BehaviourDefinition[], id: BehaviourId): BehaviourDefinition {
  const found = definitions.find((each) => each.id === id);
  if (found === undefined) throw new Refusal('not-found');
  return found;
}

async function found({ tables }: Room, id: string) {
  const row = await findRule(tables(), id);
  if (row === null) throw new Refusal('not-found');
  return row;
}

async function show(room: Room, id: string): Promise<RuleDetail> {
  return toRuleDetail(await found(room, id), await readFilters(room.tables()));
}

interface By {
  readonly actor: Actor;
  readonly reason: string | null;
}

async function setState(room: Room, id: string, { state, actor, reason }: By & { readonly state: RuleState }): Promise<RuleView> {
  if (state === 'off' && reason === null) throw new Refusal('input-invalid', { errors: [REASON_NEEDED] });
  await change(room.change, async ({ tx, now, events, touch }) => {
    const row = await findRule(tx, id);
    if (row === null) throw new Refusal('not-found');
    if (row.state === state) return;
    await writeState(tx, row.text_id, { state, reason, at: now, by: nameOf(actor) });
    events.push(changed(room, { id, change: state, actor, reason }));
    touch();
  });
  return toRuleView(await found(room, id));
}

interface Changed extends By {
  readonly id: string;
  readonly change: RuleState | 'removed';
}

function changed({ bus }: Room, { id, change: word, actor, reason }: Changed): EventRecord {
  const payload = { rule: id, change: word, reason };
  return bus.newEvent(detectionEvents.ruleChanged, { actor, target: id, reason, payload });
}

async function remove(room: Room, id: string, { actor, reason }: By): Promise<void> {
  await change(room.change, async ({ tx, events, touch }) => {
    const row = await findRule(tx, id);
    if (row === null) throw new Refusal('not-found');
    if (row.origin === 'own')
      throw new Refusal('conflict', {
        errors: [{ pointer: '/rule', detail: 'our own rules come again with every start: switch it off' }],
      });
    await dropText(tx, row.text_id);
    events.push(changed(room, { id, change: 'removed', actor, reason }));
    touch();
  });
}

async function explainOf(room: Room, id: string, events: readonly EventRecord[]) {
  const row = await found(room, id);
  const document = documentOf(row, id);
  if (document === null) throw new Refusal('not-found');
  const filters = filtersOf(document, documentsOf(await readFilters(room.tables())));
  return explainEvents({ id, rule: asMatched(document, filters) }, events);
}

type Excepting = Parameters<Rules['except']>[1] & { readonly actor: Actor };

async function except(room: Room, ruleId: string, { where, reason, actor }: Excepting): Promise<RuleView> {
  const row = await found(room, ruleId);
  const rule = documentOf(row, ruleId);
  if (rule === null) throw new Refusal('not-found');
  const id = randomUUID();
  const text = exceptionText({ rule, ruleId, id }, where);
  const file = `tuning/${id}.yml`;
  const { rules, diagnostics } = readText(text, file);
  if (rules.length !== 1)
    throw new Refusal('input-invalid', {
      errors: diagnostics.slice(0, 8).map(({ message }) => ({ pointer: '/where', detail: message })),
    });
  await change(room.change, async ({ tx, now, events, touch }) => {
    const said = { id, file, text, digest: digestOf(text), changed_at: now, changed_by: nameOf(actor) };
    await insertText(tx, { ...said, origin: 'imported', state: 'on', is_set: true, reason }, rules);
    events.push(changed(room, { id, change: 'on', actor, reason }));
    touch();
  });
  return toRuleView(await found(room, id));
}
