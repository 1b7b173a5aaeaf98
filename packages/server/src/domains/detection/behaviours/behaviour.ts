import type { BehaviourId, Detection, EventRecord } from '@holdfast/contract';
import type { WatchedEvent } from '../watch/watched-event.ts';

/** A number that decides when a behaviour fires, as people see and set it. */
export interface Threshold {
  readonly name: string;
  readonly fallback: number;
  /** For example `accounts`, `minutes`, `share`. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly detail: string;
}

export interface BehaviourDefinition {
  readonly id: BehaviourId;
  readonly title: string;
  /** In words, what makes it fire. */
  readonly summary: string;
  readonly severity: EventRecord['severity'];
  /** Types of events that it wants; it is asked for no others. */
  readonly types: readonly string[];
  readonly thresholds: readonly Threshold[];
  /** So long it learns and is silent, from the first event that it saw. */
  readonly learningDays: number;
  create(settings: BehaviourSettings): Behaviour;
}

export interface BehaviourSettings {
  /** The value of a threshold as it is set, or its fallback. */
  readonly value: (threshold: string) => number;
  /** Addresses that are never counted as a source: known gateways of offices and the like. */
  readonly isExempt: (address: string) => boolean;
  /** Routes of which much may be fetched. */
  readonly isBulk: (application: string, route: string) => boolean;
}

/**
 * One behaviour with its memory. No clock and no I/O: time comes with the events, which may be two minutes late and then take
 * their place. Keys are bounded: the longest unseen one goes first, and is counted.
 */
export interface Behaviour {
  observe(seen: WatchedEvent): readonly Detection[];
  /** Once a second, for what fires because nothing came. Milliseconds since the epoch. */
  tick(nowMs: number): readonly Detection[];
  /**
   * What another behaviour or a rule found, state `test` included, right after it did: for chains that begin with a detection.
   * Left out = it looks at events only.
   */
  detected?(found: Detection): readonly Detection[];
  readonly keys: number;
  readonly evicted: number;
  /** JSON that `load` takes; holds personal data, so whoever keeps it seals it. */
  save(): unknown;
  /** Takes what `save` gave, also of an older version or damaged: what cannot be used is left out. Answers what was taken. */
  load(state: unknown): number;
}
