import type { SigmaCorrelation } from './correlation.ts';
import type { Counted } from './tally.ts';
import { Window } from './window.ts';

/** What a correlator knows, as plain JSON: to be stored by the caller and handed back after a restart. */
export interface CorrelatorState {
  readonly version: 1;
  readonly newestMs: number | null;
  readonly correlations: readonly {
    readonly key: string;
    readonly groups: readonly {
      readonly key: string;
      readonly firedAt: number | null;
      readonly times: readonly number[];
      readonly values: readonly Counted[];
    }[];
  }[];
}

interface Running {
  readonly correlation: SigmaCorrelation;
  readonly groups: Map<string, Window>;
  readonly eventsMax: number;
}

/** The same rule with the same meaning: a correlation that was changed begins anew. */
export function identityOf(correlation: SigmaCorrelation): string {
  const { metadata, type, rules, groupBy, timespanMs, aliases, condition } = correlation;
  const fields = [...aliases].map(([alias, map]) => [alias, [...map]]);
  return JSON.stringify([metadata.id ?? metadata.name ?? metadata.title, type, rules, groupBy, timespanMs, fields, condition]);
}

export function writeState(newestMs: number, running: readonly Running[]): CorrelatorState {
  return {
    version: 1,
    newestMs: Number.isFinite(newestMs) ? newestMs : null,
    correlations: running.map(({ correlation, groups }) => ({
      key: identityOf(correlation),
      groups: [...groups].map(([key, { firedAt, times, values }]) => ({ key, firedAt, times: [...times], values: [...values] })),
    })),
  };
}

/** Reads a state into the correlations it fits. What has another shape is left out: a damaged file costs memory of the past, not the future. */
export function readState(state: unknown, running: readonly Running[]): { newestMs: number; loaded: number } {
  const { version, newestMs, correlations } = isRecord(state) ? state : {};
  if (version !== 1 || !Array.isArray(correlations)) return { newestMs: Number.NEGATIVE_INFINITY, loaded: 0 };
  const byKey = new Map(running.map((one) => [identityOf(one.correlation), one]));
  let loaded = 0;
  for (const saved of correlations as readonly unknown[]) {
    const { key, groups } = isRecord(saved) ? saved : {};
    const target = typeof key === 'string' ? byKey.get(key) : undefined;
    if (target === undefined || !Array.isArray(groups)) continue;
    loaded += 1;
    for (const group of groups as readonly unknown[]) readGroup(group, target);
  }
  return { newestMs: typeof newestMs === 'number' && Number.isFinite(newestMs) ? newestMs : Number.NEGATIVE_INFINITY, loaded };
}

function readGroup(group: unknown, { groups, eventsMax }: Running): void {
  const { key, firedAt, times, values } = isRecord(group) ? group : {};
  if (typeof key !== 'string' || !Array.isArray(times) || !Array.isArray(values)) return;
  const isSound =
    times.length <= eventsMax &&
    times.every((time, index) => typeof time === 'number' && Number.isFinite(time) && time >= (times[index - 1] ?? time)) &&
    (values.length === 0 || values.length === times.length) &&
    values.every((value) => value === null || typeof value === 'string' || typeof value === 'number');
  if (!isSound) return;
  const window = new Window();
  window.times = times as number[];
  window.values = values as Counted[];
  window.firedAt = typeof firedAt === 'number' && Number.isFinite(firedAt) ? firedAt : null;
  groups.set(key, window);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
