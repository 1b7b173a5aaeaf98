import { EVIDENCE_MAX, type Evidence } from '@holdfast/contract';
import type { FieldValue, Ruleset } from '@holdfast/sigma';

type Correlation = Ruleset['linked']['correlations'][number];
type Fields = ReadonlyMap<string, FieldValue>;

/** Of all groups together; about 200 bytes each. */
const KEPT_MAX = 100_000;

/** Correlations of correlations deeper than this show the events of the upper ones. */
const DEPTH_MAX = 4;

interface Match {
  readonly group: Fields;
  readonly toMs: number;
  readonly all: readonly Correlation[];
}

interface Within extends Match {
  readonly fromMs: number;
  readonly depth: number;
}

/**
 * The last events of each group of each correlation: a correlator keeps times and no events, and a detection shows them. A
 * group that was not fed for longest is let go of first.
 */
export class Windows {
  readonly #groups = new Map<string, Evidence[]>();
  readonly #keptMax: number;
  #kept = 0;

  constructor(keptMax: number = KEPT_MAX) {
    this.#keptMax = keptMax;
  }

  add(key: string, evidence: Evidence): void {
    const known = this.#groups.get(key);
    // Taken out and put in again: the order of the map is the order of use.
    if (known !== undefined) this.#groups.delete(key);
    const list = known ?? [];
    this.#groups.set(key, list);
    list.push(evidence);
    if (list.length > EVIDENCE_MAX) list.shift();
    else this.#kept += 1;
    while (this.#kept > this.#keptMax) this.#dropOldest();
  }

  /** The events of the window that a correlation was satisfied by, with those of the correlations that it is made of. */
  ofMatch(correlation: Correlation, match: Match): Evidence[] {
    const found = new Map<string, Evidence>();
    this.#gather(correlation, { ...match, fromMs: match.toMs - correlation.timespanMs, depth: 0 }, found);
    return [...found.values()].toSorted((a, b) => a.time - b.time).slice(-EVIDENCE_MAX);
  }

  #gather(correlation: Correlation, within: Within, found: Map<string, Evidence>): void {
    const { group, fromMs, toMs, all, depth } = within;
    for (const evidence of this.#groups.get(groupOfMatch(correlation, group)) ?? [])
      if (evidence.time > fromMs && evidence.time <= toMs) found.set(evidence.event, evidence);
    if (depth >= DEPTH_MAX) return;
    for (const part of all.filter(({ metadata }) => isOneOf(correlation.rules, metadata)))
      this.#gather(part, { ...within, fromMs: fromMs - part.timespanMs, depth: depth + 1 }, found);
  }

  save(): readonly (readonly [string, readonly Evidence[]])[] {
    return [...this.#groups];
  }

  load(saved: unknown): void {
    if (!Array.isArray(saved)) return;
    for (const entry of saved as readonly unknown[]) {
      const [key, list] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      if (typeof key !== 'string' || !Array.isArray(list)) continue;
      // Sealed by us and authenticated since: what lies in it has the shape that it was given.
      for (const evidence of list.slice(-EVIDENCE_MAX) as readonly Evidence[]) this.add(key, evidence);
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#groups;
    if (oldest === undefined) return;
    this.#groups.delete(oldest[0]);
    this.#kept -= oldest[1].length;
  }
}

/** The group that an event belongs to, when it comes as the how manieth rule of a correlation; null = to none. */
export function groupOfEvent(correlation: Correlation, input: number, fields: Fields): string | null {
  const rule = correlation.rules[input] ?? '';
  const values = correlation.groupBy.map((name) => fields.get(correlation.aliases.get(name)?.get(rule) ?? name) ?? null);
  return values.includes(null) ? null : groupKey(correlation, values);
}

const isOneOf = (names: readonly string[], { id, name }: Correlation['metadata']): boolean =>
  (id !== null && names.includes(id)) || (name !== null && names.includes(name));

const groupOfMatch = (correlation: Correlation, group: Fields): string =>
  groupKey(
    correlation,
    correlation.groupBy.map((name) => group.get(name) ?? null),
  );

const groupKey = ({ metadata }: Correlation, values: readonly FieldValue[]): string =>
  JSON.stringify([metadata.id ?? metadata.name ?? metadata.title, ...values]);
