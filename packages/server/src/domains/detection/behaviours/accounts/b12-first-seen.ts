import type { Detection } from '@holdfast/contract';
import { z } from 'zod';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf } from '../finding.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { FIRST_SEEN_TYPES, termsOf, type Dimension, type Term } from './first-seen-terms.ts';

const ATTACKS = ['t1078'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LEARNING_DAYS = 7;
const VALUE_CHARS_MAX = 200;
const KEYS_MAX = 50_000;
const NEW_MAX = 64;

export const firstSeen: BehaviourDefinition = {
  id: 'B12',
  title: 'Seen here for the first time',
  summary:
    'In 30 days nobody signed in from this country, no person or program used this route, nobody asked for this host, or nobody did this in the administration. Told seldom, and not at all where something new comes every day. The first seven days are for learning.',
  severity: 'low',
  types: FIRST_SEEN_TYPES,
  learningDays: LEARNING_DAYS,
  thresholds: [
    { name: 'days', fallback: 30, unit: 'days', min: 7, max: 365, detail: 'after which something is new again' },
    { name: 'hours', fallback: 6, unit: 'hours', min: 1, max: 168, detail: 'between two of one kind at one application' },
    {
      name: 'usual',
      fallback: 5,
      unit: 'terms',
      min: 1,
      max: 1000,
      detail: 'that are new in a week where new ones are nothing special',
    },
  ],
  create: (settings) => new FirstSeen(settings),
};

/** How often something new comes of one kind at one site. */
interface Pace {
  readonly newAt: number[];
  toldAt: number;
  untold: number;
}

const paceSchema = z.object({ newAt: z.array(z.number()).max(NEW_MAX), toldAt: z.number(), untold: z.number() });
const savedSchema = z.object({ since: z.number().nullable(), seen: z.unknown(), paces: z.unknown() });

class FirstSeen implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #seen = new KeyedTable<{ at: number }>({ make: () => ({ at: Number.NEGATIVE_INFINITY }), keysMax: KEYS_MAX });
  readonly #paces = new KeyedTable<Pace>({ make: () => ({ newAt: [], toldAt: 0, untold: 0 }), keysMax: 1000 });
  #since: number | null = null;

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const { time } = seen.event;
    this.#since ??= time;
    const isLearning = time < this.#since + LEARNING_DAYS * DAY_MS;
    let found: Detection[] | null = null;
    for (const term of termsOf(seen)) {
      if (!this.#isNew(term, time) || isLearning) continue;
      if (term.address !== null && this.#settings.isExempt(term.address)) continue;
      const detection = this.#tell(term, seen);
      if (detection !== null) (found ??= []).push(detection);
    }
    return found ?? [];
  }

  #isNew({ dimension, site, value }: Term, time: number): boolean {
    const last = this.#seen.touch(`${dimension} ${site} ${value.slice(0, VALUE_CHARS_MAX)}`);
    const isNew = last.at < time - this.#settings.value('days') * DAY_MS;
    last.at = Math.max(last.at, time);
    return isNew;
  }

  /** Null where it was told a moment ago, or something new is what comes all the time. */
  #tell(term: Term, { event }: WatchedEvent): Detection | null {
    const pace = this.#paces.touch(`${term.dimension} ${term.site}`);
    const { time } = event;
    const inWeek = pace.newAt.filter((at) => at > time - 7 * DAY_MS);
    pace.newAt.splice(0, pace.newAt.length, ...inWeek.slice(-(NEW_MAX - 1)), time);
    const isUsual = inWeek.length >= this.#settings.value('usual');
    if (isUsual || time - pace.toldAt < this.#settings.value('hours') * HOUR_MS) {
      pace.untold += 1;
      return null;
    }
    const { untold } = pace;
    pace.toldAt = time;
    pace.untold = 0;
    return describe(term, { event, untold, days: this.#settings.value('days') });
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#seen.size;
  }

  get evicted(): number {
    return this.#seen.evicted;
  }

  save(): unknown {
    return { since: this.#since, seen: this.#seen.save(({ at }) => at), paces: this.#paces.save((pace) => pace) };
  }

  load(state: unknown): number {
    const { success, data } = savedSchema.safeParse(state);
    if (!success) return 0;
    this.#since = data.since;
    this.#paces.load(data.paces, (saved) => paceSchema.safeParse(saved).data ?? null);
    return this.#seen.load(data.seen, (at) => (typeof at === 'number' ? { at } : null));
  }
}

const SEVERITIES: Readonly<Record<Dimension, 'low' | 'medium'>> = {
  country: 'medium',
  action: 'medium',
  route: 'low',
  host: 'low',
};

interface Described {
  readonly event: WatchedEvent['event'];
  readonly untold: number;
  readonly days: number;
}

function describe(term: Term, { event, untold, days }: Described): Detection {
  const { dimension, site, value, words, entity, address } = term;
  return detectionOf(firstSeen, {
    time: event.time,
    application: event.application,
    entities: [
      entity ?? { kind: 'application', value: site },
      ...(dimension === 'route' ? [{ kind: 'route' as const, value }] : []),
      ...(address === null ? [] : [{ kind: 'address' as const, value: address }]),
    ],
    reason: `for the first time in ${days} days ${words}${untold === 0 ? '' : `; ${untold} other new of this kind were not told`}`,
    figures: { kind: dimension, untold },
    attacks: ATTACKS,
    evidence: [evidenceOf(event, words)],
    events: 1,
    severity: SEVERITIES[dimension],
  });
}
