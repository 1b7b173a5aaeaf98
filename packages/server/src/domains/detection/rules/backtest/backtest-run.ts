import type { Backtest, EventRecord } from '@holdfast/contract';
import { compile, Correlator, readDocuments, Scanner, type FieldValue, type Ruleset } from '@holdfast/sigma';
import { toSigmaEvent } from '../../watch/fields/sigma-event.ts';
import { ruleIdOf } from '../rule-id.ts';

/** Matches of which more is kept than their number. */
const KEPT_MAX = 50_000;
const SAMPLES_MAX = 20;
const DAY_MS = 86_400_000;
const DAYS_MAX = 90;
/** Alike ones within this time are one alert. */
const REPETITION_MS = 900_000;

export interface BacktestTexts {
  readonly texts: readonly { readonly file: string; readonly text: string }[];
  /** Rules and correlations whose findings count. */
  readonly wanted: readonly string[];
}

export type BacktestFound = Pick<Backtest, 'events' | 'matches' | 'alerts' | 'days' | 'samples'> & { readonly isFull: boolean };

type Sample = Backtest['samples'][number];
interface Kept extends Sample {
  /** Rule and whom it is about. */
  readonly key: string;
}
interface Fed {
  readonly timeMs: number;
  readonly rules: readonly number[];
  readonly fields: ReadonlyMap<string, FieldValue>;
}

/** Rules asked of events of the past, which come newest first; correlations run over what matched, in its own order, at the end. */
export class BacktestRun {
  readonly #ruleset: Ruleset;
  readonly #scanner: Scanner;
  readonly #wanted: ReadonlySet<string>;
  readonly #kept: Kept[] = [];
  readonly #fed: Fed[] = [];
  readonly #days = new Map<number, number>();
  #events = 0;
  #matches = 0;

  constructor({ texts, wanted }: BacktestTexts) {
    const { ruleset } = compile(texts.flatMap(({ file, text }) => readDocuments(text, file).documents));
    if (ruleset === null) throw new Error('assertion: what is tried was read before');
    this.#ruleset = ruleset;
    this.#scanner = new Scanner(ruleset);
    this.#wanted = new Set(wanted);
  }

  /** Enough is kept: older events would not be judged as carefully. */
  get isFull(): boolean {
    return this.#kept.length + this.#fed.length >= KEPT_MAX;
  }

  take(events: readonly EventRecord[]): void {
    const { rules, linked } = this.#ruleset;
    for (const event of events) {
      if (this.isFull) return;
      this.#events += 1;
      const seen = toSigmaEvent(event);
      const matched = [...this.#scanner.match(seen)];
      const feeding = matched.filter((rule) => linked.ofRule.has(rule));
      if (feeding.length > 0) this.#fed.push({ timeMs: event.time, rules: feeding, fields: seen.fields });
      for (const rule of matched) {
        const document = rules[rule];
        if (document === undefined || linked.quietRules.has(rule) || !this.#wanted.has(ruleIdOf(document))) continue;
        this.#count({ ...sampleOf(event), key: `${ruleIdOf(document)} ${entityOf(event)}` });
      }
    }
  }

  finish(): BacktestFound {
    const { isFull } = this;
    this.#correlate();
    const ordered = this.#kept.toSorted((left, right) => left.time - right.time);
    return {
      events: this.#events,
      matches: this.#matches,
      alerts: countAlerts(ordered),
      days: [...this.#days]
        .toSorted(([left], [right]) => left - right)
        .map(([at, matches]) => ({ at, matches }))
        .slice(-DAYS_MAX),
      samples: ordered
        .slice(-SAMPLES_MAX)
        .toReversed()
        .map(({ key: _key, ...sample }) => sample),
      isFull,
    };
  }

  #correlate(): void {
    const correlator = new Correlator(this.#ruleset.linked);
    for (const { timeMs, rules, fields } of this.#fed.toSorted((left, right) => left.timeMs - right.timeMs)) {
      for (const { correlation, timeMs: time, group, events } of correlator.observe(rules, { timeMs, fields })) {
        const id = ruleIdOf(correlation);
        if (!this.#wanted.has(id)) continue;
        const about = [...group].map(([name, value]) => `${name} ${String(value)}`).join(', ');
        const summary = `${events} events${about === '' ? '' : ` of ${about}`}`.slice(0, 300);
        this.#count({ time, requestId: null, type: 'correlation', summary, event: null, key: `${id} ${about}` });
      }
    }
  }

  #count(kept: Kept): void {
    this.#matches += 1;
    const day = Math.floor(kept.time / DAY_MS) * DAY_MS;
    this.#days.set(day, (this.#days.get(day) ?? 0) + 1);
    this.#kept.push(kept);
  }
}

function countAlerts(ordered: readonly Kept[]): number {
  const last = new Map<string, number>();
  let alerts = 0;
  for (const { key, time } of ordered) {
    const before = last.get(key);
    if (before === undefined || time - before > REPETITION_MS) alerts += 1;
    last.set(key, time);
  }
  return alerts;
}

const textAt = ({ payload }: EventRecord, name: string): string | null => {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};

/** Whom it is about, as far as a record says: an address before whoever did it. */
const entityOf = (event: EventRecord): string =>
  textAt(event, 'address') ?? event.subject ?? `${event.actor.kind}:${event.actor.ref}`;

function sampleOf(event: EventRecord): Sample {
  const { id, time, requestId, type, target } = event;
  const request = ['method', 'path', 'status'].map((name) => textAt(event, name)).filter((word) => word !== null);
  const words = request.length > 0 ? request : [type, target ?? ''].filter((word) => word !== '');
  return { time, requestId, type, summary: words.join(' ').slice(0, 300), event: id };
}
