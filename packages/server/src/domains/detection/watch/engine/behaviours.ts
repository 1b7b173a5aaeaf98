import type { BehaviourId, Detection } from '@holdfast/contract';
import type { Behaviour, BehaviourDefinition } from '../../behaviours/behaviour.ts';
import type { BehaviourFigures, BehaviourSetting, BulkRoute } from '../watch.ts';
import type { WatchedEvent } from '../watched-event.ts';
import { bulkOf } from './bulk.ts';

const DAY_MS = 86_400_000;

interface Running {
  readonly definition: BehaviourDefinition;
  readonly behaviour: Behaviour;
  readonly state: 'on' | 'test';
  /** It has seen an event: `firstAt` has it. */
  isBegun: boolean;
}

interface BehavioursParts {
  readonly definitions: readonly BehaviourDefinition[];
  readonly isExempt: (address: string) => boolean;
  /** A behaviour that throws is told, and the others go on. */
  readonly onFault: (detector: string, cause: unknown) => void;
}

/** What a behaviour found, and whether it is to be told. */
export interface FoundByBehaviour {
  readonly detection: Detection;
  readonly isTold: boolean;
}

/** Runs the behaviours: each gets the events that it asked for, and says nothing as long as it learns. */
export class Behaviours {
  readonly #parts: BehavioursParts;
  #running: readonly Running[] = [];
  #byType: ReadonlyMap<string, readonly Running[]> = new Map();
  #listening: readonly Running[] = [];
  #settings: readonly BehaviourSetting[] = [];
  #isBulk: ReturnType<typeof bulkOf> = () => false;
  /** Time of the first event that each of them saw: learning counts from there. */
  readonly #firstAt = new Map<string, number>();
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(parts: BehavioursParts) {
    this.#parts = parts;
    this.set([]);
  }

  /** Those that run on keep what they know. */
  set(settings: readonly BehaviourSetting[], bulk: readonly BulkRoute[] = []): void {
    this.#isBulk = bulkOf(bulk);
    const before = new Map(this.#running.map((one) => [one.definition.id, one]));
    this.#settings = settings;
    this.#running = this.#parts.definitions.flatMap((definition) => this.#make(definition, before.get(definition.id)));
    const byType = new Map<string, Running[]>();
    for (const one of this.#running) {
      for (const type of one.definition.types) {
        const others = byType.get(type);
        if (others === undefined) byType.set(type, [one]);
        else others.push(one);
      }
    }
    this.#byType = byType;
    this.#listening = this.#running.filter(({ behaviour }) => behaviour.detected !== undefined);
  }

  wants(type: string): boolean {
    return this.#byType.has(type);
  }

  observe(seen: WatchedEvent): readonly FoundByBehaviour[] {
    const { time, type } = seen.event;
    const asked = this.#byType.get(type);
    if (asked === undefined) return NONE;
    this.#newestMs = Math.max(this.#newestMs, time);
    let found: FoundByBehaviour[] | null = null;
    for (const one of asked) {
      if (!one.isBegun) this.#begin(one, time);
      // Thousands of times a second, five behaviours each: no closure for each of them, as #guard takes one.
      try {
        const detections = one.behaviour.observe(seen);
        if (detections.length === 0) continue;
        for (const detection of detections) (found ??= []).push({ detection, isTold: this.#isTold(one, time) });
      } catch (error) {
        this.#parts.onFault(one.definition.id, error);
      }
    }
    return found ?? NONE;
  }

  #begin(one: Running, time: number): void {
    if (!this.#firstAt.has(one.definition.id)) this.#firstAt.set(one.definition.id, time);
    one.isBegun = true;
  }

  tick(nowMs: number): readonly FoundByBehaviour[] {
    return this.#running.flatMap((one) =>
      this.#guard(one, () => one.behaviour.tick(nowMs)).map((detection) => ({ detection, isTold: this.#isTold(one, nowMs) })),
    );
  }

  /** What rules and other behaviours found goes to those that wait for it; what they find of it goes no further. */
  detected(detection: Detection): readonly FoundByBehaviour[] {
    if (this.#listening.length === 0) return NONE;
    return this.#listening
      .filter(({ definition: { id } }) => id !== detection.detector)
      .flatMap((one) =>
        this.#guard(one, () => one.behaviour.detected?.(detection) ?? []).map((found) => ({
          detection: found,
          isTold: this.#isTold(one, detection.time),
        })),
      );
  }

  figures(): readonly BehaviourFigures[] {
    return this.#running.map(({ definition: { id, learningDays }, behaviour: { keys, evicted } }) => {
      const until = (this.#firstAt.get(id) ?? Number.NaN) + learningDays * DAY_MS;
      return { id, keys, evicted, learningUntil: learningDays > 0 && until > this.#newestMs ? until : null };
    });
  }

  save(): unknown {
    return {
      firstAt: [...this.#firstAt],
      memories: this.#running.map((one) => [one.definition.id, one.behaviour.save()]),
    };
  }

  /** How many took up what they knew. */
  load(saved: unknown): number {
    const { firstAt, memories } = isRecord(saved) ? saved : {};
    for (const [id, time] of pairsOf(firstAt)) if (typeof time === 'number') this.#firstAt.set(id, time);
    const byId = new Map(pairsOf(memories));
    let loaded = 0;
    for (const one of this.#running) {
      const memory = byId.get(one.definition.id);
      if (memory !== undefined) loaded += this.#guardLoad(one, memory);
    }
    return loaded;
  }

  #make(definition: BehaviourDefinition, before: Running | undefined): readonly Running[] {
    const setting = this.#settings.find(({ id }) => id === definition.id);
    const state = setting?.state ?? 'on';
    if (state === 'off') return [];
    const thresholds = new Map(Object.entries(setting?.thresholds ?? {}));
    const fallback = new Map(definition.thresholds.map((threshold) => [threshold.name, threshold.fallback]));
    const behaviour = definition.create({
      value: (name) => thresholds.get(name) ?? fallback.get(name) ?? Number.NaN,
      isExempt: this.#parts.isExempt,
      isBulk: this.#isBulk,
    });
    const made: Running = { definition, behaviour, state, isBegun: false };
    if (before !== undefined) this.#guardLoad(made, before.behaviour.save());
    return [made];
  }

  #isTold({ definition: { id, learningDays }, state }: Running, timeMs: number): boolean {
    return state === 'on' && timeMs >= (this.#firstAt.get(id) ?? timeMs) + learningDays * DAY_MS;
  }

  #guard({ definition: { id } }: Running, run: () => readonly Detection[]): readonly Detection[] {
    try {
      return run();
    } catch (error) {
      this.#parts.onFault(id, error);
      return [];
    }
  }

  #guardLoad({ definition: { id }, behaviour }: Running, memory: unknown): number {
    try {
      behaviour.load(memory);
      return 1;
    } catch (error) {
      this.#parts.onFault(id satisfies BehaviourId, error);
      return 0;
    }
  }
}

const NONE: readonly FoundByBehaviour[] = [];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function pairsOf(value: unknown): [string, unknown][] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((pair): [string, unknown][] => {
    const [key, inner] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    return typeof key === 'string' ? [[key, inner]] : [];
  });
}
