import type { BehaviourId, Detection } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { randomOf, type Random } from './random.ts';

/** What happened, as the watch would see it: an attack that has to be told, or its innocent twin that must not be. */
export interface Trace {
  readonly behaviour: BehaviourId;
  readonly name: string;
  readonly isAttack: boolean;
  /** In any order; `play` puts it into that of time, with disorder. */
  readonly make: (random: Random) => readonly WatchedEvent[];
}

/** Noon of a Monday in the middle of a month. */
export const BEGIN = Date.UTC(2026, 2, 16, 12);
const DISORDER_MS = 30_000;

export function settingsOf(
  definition: BehaviourDefinition,
  thresholds: Readonly<Record<string, number>> = {},
): BehaviourSettings {
  const fallbacks = new Map(definition.thresholds.map(({ name, fallback }) => [name, fallback]));
  return {
    value: (name) => {
      const value = thresholds[name] ?? fallbacks.get(name);
      if (value === undefined) throw new Error(`assertion: ${definition.id} has a threshold ${name}`);
      return value;
    },
    isExempt: () => false,
    isBulk: () => false,
  };
}

/** Events as they come: in their order, some of them up to half a minute late. */
export function arrivalsOf(events: readonly WatchedEvent[], random: Random): WatchedEvent[] {
  const arriving = events.map((seen) => ({
    at: seen.event.time + (random.chance(0.2) ? random.between(0, DISORDER_MS) : 0),
    seen,
  }));
  return arriving.toSorted((a, b) => a.at - b.at).map(({ seen }) => seen);
}

export function feed(definition: BehaviourDefinition, behaviour: Behaviour, events: Iterable<WatchedEvent>): Detection[] {
  const wanted = new Set(definition.types);
  const found: Detection[] = [];
  let tickedAt = 0;
  for (const seen of events) {
    const { time, type } = seen.event;
    if (wanted.has(type)) found.push(...behaviour.observe(seen));
    if (time - tickedAt < 60_000) continue;
    tickedAt = time;
    found.push(...behaviour.tick(time));
  }
  return found;
}

/** What a behaviour, begun anew, finds in one trace of one seed. */
export function play(definition: BehaviourDefinition, trace: Trace, seed: number): Detection[] {
  const random = randomOf(seed);
  const events = arrivalsOf(trace.make(random), random);
  return feed(definition, definition.create(settingsOf(definition)), events);
}
