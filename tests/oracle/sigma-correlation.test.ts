import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile, Correlator, DEFAULT_CORRELATOR_LIMITS, readDocuments, type FieldValue } from '@holdfast/sigma';

/** `SIGMA_ORACLE_SCALE=25` tries 10,000 streams. */
const STREAMS = 400 * Number(process.env['SIGMA_ORACLE_SCALE'] ?? '1');
const LATENESS_MS = 20_000;

interface Spec {
  readonly type: string;
  readonly spanS: number;
  readonly groupBy: readonly string[];
  readonly bounds: Record<string, number>;
  readonly percentile: number | null;
  readonly expression: string | null;
}

interface Sent {
  readonly timeMs: number;
  readonly rules: readonly number[];
  readonly fields: Record<string, FieldValue>;
}

const NAMES = ['one', 'two', 'three'];

function textOf({ type, spanS, groupBy, bounds, percentile, expression }: Spec): string {
  const rules = NAMES.map((name) => ({ title: name, name, logsource: {}, detection: { s: { [name]: true }, condition: 's' } }));
  const field = type.startsWith('value_') ? { field: type === 'value_count' && spanS % 2 === 0 ? ['v', 'w'] : 'v' } : {};
  const condition = expression ?? { ...bounds, ...field, ...(percentile === null ? {} : { percentile }) };
  const correlation = { type, rules: NAMES, 'group-by': groupBy, timespan: `${spanS}s`, condition };
  return [...rules, { title: 'c', correlation }].map((document) => JSON.stringify(document)).join('\n---\n');
}

/** Keeps every event for ever and looks at all of them again for each one that comes. */
class Naive {
  readonly #spec: Spec;
  readonly #kept: { timeMs: number; rule: number; v: unknown; key: string }[] = [];
  readonly #fired = new Map<string, number>();
  #newest = Number.NEGATIVE_INFINITY;

  constructor(spec: Spec) {
    this.#spec = spec;
  }

  observe(sent: Sent): string[] {
    this.#newest = Math.max(this.#newest, sent.timeMs);
    if (sent.timeMs < this.#newest - LATENESS_MS) return [];
    return sent.rules.flatMap((rule) => this.#one(rule, sent));
  }

  #one(rule: number, { timeMs, fields }: Sent): string[] {
    const parts = this.#spec.groupBy.map((name) => fields[name]);
    const v = this.#value(fields);
    if (parts.includes(undefined) || v === undefined) return [];
    const key = JSON.stringify(parts);
    const own = { timeMs, rule, v, key };
    this.#kept.push(own);
    const span = this.#spec.spanS * 1000;
    const group = this.#kept.filter((event) => event.key === key);
    const ends = [...new Set(group.map((event) => event.timeMs))]
      .filter((end) => end >= timeMs && end < timeMs + span)
      .sort((a, b) => a - b);
    for (const end of ends) {
      const last = this.#fired.get(key);
      if (last !== undefined && Math.abs(end - last) < span) continue;
      // Of one time, what came last is the newest.
      const newest = group.filter((event) => event.timeMs === end).at(-1);
      if (
        this.#holds(
          group.filter((event) => event.timeMs > end - span && event.timeMs <= end),
          newest?.v,
        )
      ) {
        this.#fired.set(key, end);
        return [`${key}@${end}`];
      }
    }
    return [];
  }

  #value(fields: Record<string, FieldValue>): unknown {
    const { type, spanS, percentile } = this.#spec;
    if (!type.startsWith('value_')) return null;
    if (type === 'value_count' && spanS % 2 === 0)
      return fields['v'] === undefined || fields['w'] === undefined ? undefined : JSON.stringify([fields['v'], fields['w']]);
    if (type === 'value_count' || (type === 'value_percentile' && percentile === null))
      return fields['v'] === undefined ? undefined : String(fields['v']);
    return fields['v'] === undefined || Number.isNaN(Number(fields['v'])) ? undefined : Number(fields['v']);
  }

  #holds(window: readonly { timeMs: number; rule: number; v: unknown }[], newest: unknown): boolean {
    const { type, expression, bounds } = this.#spec;
    const present = new Set(window.map(({ rule }) => rule));
    if (expression !== null) {
      // The expressions are and, or, not and names: JavaScript with other words.
      const words = expression
        .split(/\b/u)
        .map(
          (word) =>
            ({ and: '&&', or: '||', not: '!' })[word] ?? (NAMES.includes(word) ? String(present.has(NAMES.indexOf(word))) : word),
        );
      // oxlint-disable-next-line typescript/no-implied-eval
      const isTrue = new Function(`return ${words.join('')}`) as () => boolean;
      return isTrue() && (type === 'temporal' || chain(window) === present.size);
    }
    const quantity = this.#quantity(window, present.size, newest);
    return Object.entries(bounds).every(
      ([op, number]) =>
        ({
          gt: quantity > number,
          gte: quantity >= number,
          lt: quantity < number,
          lte: quantity <= number,
          eq: quantity === number,
          neq: quantity !== number,
        })[op],
    );
  }

  #quantity(window: readonly { timeMs: number; rule: number; v: unknown }[], present: number, newest: unknown): number {
    const { type, percentile } = this.#spec;
    const numbers = window.map(({ v }) => Number(v)).sort((a, b) => a - b);
    const sum = numbers.reduce((all, number) => all + number, 0);
    const rank = ((type === 'value_median' ? 50 : (percentile ?? 0)) / 100) * (numbers.length - 1);
    const [low = 0, high = 0] = [numbers[Math.floor(rank)], numbers[Math.ceil(rank)]];
    const quantities: Record<string, number> = {
      event_count: window.length,
      value_count: new Set(window.map(({ v }) => v)).size,
      temporal: present,
      temporal_ordered: chain(window),
      value_sum: sum,
      value_avg: sum / numbers.length,
      value_median: low + (high - low) * (rank - Math.floor(rank)),
      value_percentile:
        percentile === null
          ? (window.filter(({ v }) => v === newest).length / window.length) * 100
          : low + (high - low) * (rank - Math.floor(rank)),
    };
    return quantities[type] ?? Number.NaN;
  }
}

/** Tries every subset of the rules, longest first, and every choice of events for it. */
function chain(window: readonly { timeMs: number; rule: number }[]): number {
  const follow = (rules: readonly number[], from: number): boolean => {
    const [rule, ...rest] = rules;
    return (
      rule === undefined || window.some((event) => event.rule === rule && event.timeMs >= from && follow(rest, event.timeMs))
    );
  };
  const subsets = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];
  return subsets.find((rules) => follow(rules, Number.NEGATIVE_INFINITY))?.length ?? 0;
}

const small = fc.integer({ min: 0, max: 6 });
const spec: fc.Arbitrary<Spec> = fc
  .constantFrom(
    'event_count',
    'value_count',
    'temporal',
    'temporal_ordered',
    'value_sum',
    'value_avg',
    'value_percentile',
    'value_median',
  )
  .chain((type) => {
    const isTemporal = type.startsWith('temporal');
    return fc.record({
      type: fc.constant(type),
      spanS: fc.integer({ min: 5, max: 40 }),
      groupBy: fc.constantFrom<readonly string[]>([], ['g'], ['g', 'k']),
      bounds: fc.oneof(
        fc
          .tuple(
            fc.constantFrom('gt', 'gte', 'gte', 'gte', 'lt', 'lte', 'eq', 'neq'),
            type === 'value_percentile' ? fc.constantFrom(1, 20, 50) : small,
          )
          .map(([op, number]) => ({ [op]: number })),
        small.map((number) => ({ gte: number, lte: number + 2 })),
      ),
      percentile: type === 'value_percentile' ? fc.constantFrom(null, 0, 25, 50, 90, 100) : fc.constant(null),
      expression: isTemporal
        ? fc.constantFrom(
            null,
            null,
            'one and two and three',
            'one and two and not three',
            '(one or two) and three',
            'not one and (two or three)',
          )
        : fc.constant(null),
    });
  });
const sent: fc.Arbitrary<Sent> = fc.record({
  // In order on the whole, with disorder within, and sometimes beyond, what is allowed.
  timeMs: fc.constantFrom(0, 0, 0, -1, -3, -8, -15, -30).map((seconds) => seconds * 1000),
  rules: fc.subarray([0, 1, 2], { minLength: 1 }),
  fields: fc.record(
    {
      g: fc.constantFrom('a', 'b'),
      k: fc.constantFrom(1, 2),
      v: fc.constantFrom<FieldValue>(0, 1, 2, 3, 4, '2', '0.5', 'x'),
      w: fc.constantFrom('p', 'q'),
    },
    { requiredKeys: [] },
  ),
});
const stream = fc.array(fc.tuple(sent, fc.integer({ min: 0, max: 6 })), { minLength: 5, maxLength: 50 }).map((steps) => {
  let now = 1_000_000;
  return steps.map(([event, step]) => {
    now += step * 1000;
    return { ...event, timeMs: now + event.timeMs };
  });
});

test(`correlations fire as brute force says, on ${STREAMS} random streams out of order`, { timeout: 1_200_000 }, () => {
  let firings = 0;
  const firedTypes = new Set<string>();
  fc.assert(
    fc.property(spec, stream, fc.nat(50), (one, events, restartAt) => {
      const { documents, diagnostics } = readDocuments(textOf(one), 'random.yml');
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { ruleset } = compile(documents);
      if (ruleset === null) throw new Error('assert: the rules compile');
      const limits = { ...DEFAULT_CORRELATOR_LIMITS, latenessMs: LATENESS_MS };
      let correlator = new Correlator(ruleset.linked, limits);
      const naive = new Naive(one);
      for (const [index, event] of events.entries()) {
        if (index === restartAt) {
          const state: unknown = JSON.parse(JSON.stringify(correlator.save()));
          correlator = new Correlator(ruleset.linked, limits);
          correlator.load(state);
        }
        const found = correlator.observe(event.rules, { timeMs: event.timeMs, fields: new Map(Object.entries(event.fields)) });
        const shown = found.map(({ timeMs, group }) => `${JSON.stringify([...group.values()])}@${timeMs}`);
        const expected = naive.observe(event);
        expect(shown).toEqual(expected);
        firings += expected.length;
        if (expected.length > 0) firedTypes.add(one.type);
      }
    }),
    { numRuns: STREAMS, seed: 20261122 },
  );
  expect(firings).toBeGreaterThan(STREAMS / 2);
  expect(firedTypes.size).toBe(8);
});
