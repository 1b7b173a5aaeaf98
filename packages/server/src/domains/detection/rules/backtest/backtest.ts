import type { Backtest, BacktestInput } from '@holdfast/contract';
import type { SigmaDocument } from '@holdfast/sigma';
import type { Clock } from '../../../../platform/clock.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { typesHeard } from '../heard.ts';
import { readText } from '../read-text.ts';
import { ruleIdOf } from '../rule-id.ts';
import { findRule, findTexts, readFilters } from '../rule-store.ts';
import type { RuleDb } from '../tables.ts';
import type { BacktestFound, BacktestTexts } from './backtest-run.ts';
import { BacktestWorker } from './backtest-worker.ts';
import type { StoredEvents } from './stored-events.ts';

export type { StoredEvents } from './stored-events.ts';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 7;
/** Below what the command line and browsers wait for an answer. */
const TIME_MS = 15_000;
/** Until the thread is there and has compiled: on a busy machine that is no matter of the rule. */
const START_MS = 60_000;
/** For one page, or for what is left at the end. */
const ANSWER_MS = 20_000;
const CHAIN_MAX = 16;
/** Looked at by one: enough for days of a busy site, and an end for a machine that is fast. */
const EVENTS_MAX = 1_000_000;

export interface BacktestParts {
  readonly clock: Clock;
  readonly events: StoredEvents;
  readonly tables: () => RuleDb;
}

export interface Turn {
  readonly mayWait: boolean;
}

export interface Backtests extends AsyncDisposable {
  /** One at a time: while another runs it is refused, unless it may wait for its turn. */
  run(input: BacktestInput, turn?: Turn): Promise<Backtest>;
}

interface Plan extends BacktestTexts {
  readonly types: readonly string[];
}

/** Asks what a rule would have found, of what was recorded; bounded in time, and it says how far back it came. */
export function createBacktest(parts: BacktestParts): Backtests {
  let running: Promise<unknown> | null = null;
  /** Somebody else may have been faster: then it is their turn. */
  const ended = async (): Promise<void> => {
    if (running === null) return;
    await Promise.allSettled([running]);
    await ended();
  };
  return {
    async run(input, { mayWait } = { mayWait: false }) {
      if (mayWait) await ended();
      if (running !== null)
        throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'another backtest runs; it takes some seconds' }] });
      const result = (async () => judge(parts, await planOf(parts, input), input.days ?? DAYS_DEFAULT))();
      running = result;
      try {
        return await result;
      } finally {
        running = null;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([running]);
    },
  };
}

async function planOf({ tables }: BacktestParts, { rule, text = '' }: BacktestInput): Promise<Plan> {
  const row = rule === undefined ? null : await findRule(tables(), rule);
  if (rule !== undefined && row === null) throw new Refusal('not-found');
  const own = row === null ? { file: 'text.yml', text } : { file: row.file, text: row.text };
  const { documents, diagnostics } = readText(own.text, own.file);
  const tried = documents.filter((document) => document.kind !== 'filter' && (rule === undefined || ruleIdOf(document) === rule));
  if (tried.length === 0) {
    const said = diagnostics.map(({ line, message }) => ({ pointer: '/text', detail: message, line })).slice(0, 16);
    const nothing = { pointer: rule === undefined ? '/text' : '/rule', detail: 'there is no rule that could find something' };
    throw new Refusal('input-invalid', { errors: said.length > 0 ? said : [nothing] });
  }
  const texts = new Map([[own.text, own]]);
  const all = [...documents, ...(await referredTo(tables(), documents, texts))];
  for (const filter of await readFilters(tables())) texts.set(filter.text, filter);
  return { texts: [...texts.values()], wanted: tried.map(ruleIdOf), types: typesOf(all) };
}

/** What correlations count stands elsewhere; of what they count in turn too. */
async function referredTo(
  db: RuleDb,
  documents: readonly SigmaDocument[],
  texts: Map<string, { readonly file: string; readonly text: string }>,
): Promise<SigmaDocument[]> {
  const found: SigmaDocument[] = [];
  let waiting = documents;
  for (let round = 0; round < CHAIN_MAX && waiting.length > 0; round += 1) {
    const names = waiting.flatMap((document) => (document.kind === 'correlation' ? document.rules : []));
    const fresh = (await findTexts(db, names)).filter(({ text }) => !texts.has(text));
    for (const each of fresh) texts.set(each.text, each);
    waiting = fresh.flatMap(({ text, file }) => readText(text, file).documents);
    found.push(...waiting);
  }
  return found;
}

function typesOf(documents: readonly SigmaDocument[]): readonly string[] {
  return [...new Set(documents.flatMap((document) => (document.kind === 'rule' ? typesHeard(document.logsource) : [])))];
}

async function judge({ clock, events }: BacktestParts, plan: Plan, days: number): Promise<Backtest> {
  const { types, ...texts } = plan;
  const untilMs = clock.now();
  const sinceMs = Math.max(0, Math.floor(untilMs - days * DAY_MS));
  await using worker = new BacktestWorker(texts);
  if ((await worker.ask({ kind: 'events', events: [] }, START_MS)) === 'late') throw tooSlow();
  const endMs = clock.monotonicMs() + TIME_MS;
  let reachedMs = untilMs;
  let cursor: string | null = null;
  let isCut = types.length > 0;
  let judged = 0;
  while (isCut && clock.monotonicMs() < endMs && judged < EVENTS_MAX) {
    const page = await events.page({ sinceMs, untilMs, types, cursor });
    const told = await worker.ask({ kind: 'events', events: page.events }, ANSWER_MS);
    // What does not answer is ended with this; then nothing of it counts.
    if (told === 'late' || told.kind !== 'taken') throw tooSlow();
    judged += page.events.length;
    reachedMs = page.searchedTo ?? page.events.at(-1)?.time ?? reachedMs;
    cursor = page.next;
    if (cursor === null) isCut = false;
    else if (told.isFull) break;
  }
  const told = await worker.ask({ kind: 'finish' }, ANSWER_MS);
  if (told === 'late' || told.kind !== 'found') throw tooSlow();
  return answerOf(told.found, { plan, events, from: isCut ? reachedMs : sinceMs, to: untilMs, isCut });
}

const tooSlow = (): Refusal =>
  new Refusal('input-invalid', {
    errors: [{ pointer: '/rule', detail: 'it takes too long to match: it was not tried to the end' }],
  });

interface Answering {
  readonly plan: Plan;
  readonly events: StoredEvents;
  readonly from: number;
  readonly to: number;
  readonly isCut: boolean;
}

function answerOf({ isFull, ...found }: BacktestFound, { plan, events, from, to, isCut }: Answering): Backtest {
  const unknown: string[] = [];
  if (plan.types.length === 0) unknown.push('no event that comes here has its log source');
  if (plan.types.includes('request.completed') && !events.hasAllRequests)
    unknown.push('plain allowed requests are not stored (audit.requests is not all), so they were not judged');
  if (isFull) unknown.push('it matched so often that older events were not judged');
  return { ...found, from, to, cut: isCut || isFull, unknown };
}
