import { OUTCOMES, type Detection, type EventRecord } from '@holdfast/contract';
import { z } from 'zod';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, lasted } from '../finding.ts';
import type { SketchBudget } from '../state/distinct.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { REPEAT_MS } from '../sign-in/repeat.ts';
import { askerOf, isDenied, type Asker } from './asker.ts';
import { idsOf, type Asked } from './ids-of.ts';
import { walkLength } from './in-order.ts';
import { RouteAudience } from './route-audience.ts';
import { Walk, type Step } from './walk.ts';
import { textOf } from '../payload-text.ts';

const ATTACKS = ['t1190', 't1530'];
const MINUTE_MS = 60_000;
const ROUTES_MAX = 2000;
const SKETCHES_MAX = 60;
/** A thing that more than so many ask for is for everybody; one that fewer ask for is somebody's own. */
const SHARED = 1.5;
const OWN = 1.2;
const IDS_SHOWN = 5;

/**
 * Somebody goes through ids that are not their own. What is not seen: whose a thing is. A refusal for it, by a policy or by the
 * application, says that it is somebody else's; without refusals only going through them in order does.
 */
export const idEnumeration: BehaviourDefinition = {
  id: 'B5',
  title: 'Ids walked through',
  summary:
    'One account, session or source asks for many different ids of one route, and many of them are refused or missing, or they are asked for in order; or several ids are refused to somebody who is signed in. Things that everybody looks at do not count when they are asked for in order.',
  severity: 'high',
  types: ['request.completed'],
  learningDays: 0,
  thresholds: [
    { name: 'ids', fallback: 50, unit: 'ids', min: 10, max: 250, detail: 'so many different ones were asked for' },
    { name: 'deniedShare', fallback: 0.3, unit: 'share', min: 0.05, max: 1, detail: 'of the requests was refused or missing' },
    { name: 'inOrder', fallback: 20, unit: 'ids', min: 5, max: 250, detail: 'asked for one after the other, up or down' },
    { name: 'deniedIds', fallback: 5, unit: 'ids', min: 2, max: 250, detail: 'refused (403) to somebody who is signed in' },
    { name: 'minutes', fallback: 5, unit: 'minutes', min: 1, max: 60, detail: 'within which they are counted' },
  ],
  create: (settings) => new IdEnumeration(settings),
};

const stepSchema = z.object({
  time: z.number(),
  id: z.string().max(128),
  status: z.number(),
  isDenied: z.boolean(),
  event: z.string().max(26),
  requestId: z.string().max(64).nullable(),
  outcome: z.enum(OUTCOMES),
});
const saved = z.object({ firedAt: z.number(), steps: z.array(stepSchema).max(1024) });

class IdEnumeration implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #widthMs: number;
  readonly #walks: KeyedTable<Walk>;
  readonly #routes: KeyedTable<RouteAudience>;

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
    this.#widthMs = settings.value('minutes') * MINUTE_MS;
    const budget: SketchBudget = { left: SKETCHES_MAX };
    this.#walks = new KeyedTable({ make: () => new Walk(this.#widthMs) });
    this.#routes = new KeyedTable({
      make: () => new RouteAudience(budget),
      keysMax: ROUTES_MAX,
      onGone: (audience) => audience.release(),
    });
  }

  observe({ event }: WatchedEvent): readonly Detection[] {
    const asked = idsOf(event);
    const asker = asked === null ? null : askerOf(event);
    const { time, payload, application } = event;
    if (asked === null || asker === null || !isAnswered(event)) return [];
    if (this.#settings.isExempt(textOf(payload['address']))) return [];
    const route = `${application ?? ''} ${asked.route}`;
    const audience = this.#routes.touch(route);
    audience.add(time, asker.key, asked.id);
    this.#walks.sweep((walk) => walk.newest < time - Math.max(this.#widthMs, REPEAT_MS));
    const walk = this.#walks.touch(`${asker.key} ${route}`);
    walk.add(stepOf(event, asked.id));
    if (walk.firedAt > time - REPEAT_MS) return [];
    const why = this.#why({ walk, asker, audience });
    if (why === null) return [];
    walk.firedAt = time;
    return [this.#tell({ event, asked, asker, walk, why })];
  }

  /** In words; null = nothing to tell. */
  #why({ walk, asker, audience }: { walk: Walk; asker: Asker; audience: RouteAudience }): string | null {
    const { value } = this.#settings;
    const isSignedIn = asker.noun !== 'source';
    if (isSignedIn && walk.deniedIds >= value('deniedIds') && walk.deniedIds >= walk.ids * value('deniedShare'))
      return `${counted(walk.deniedIds, 'id')} refused`;
    if (walk.ids < value('ids')) return null;
    if (walk.missedShare >= value('deniedShare')) return `${counted(walk.missed, 'request')} refused or missing`;
    if (!isOwnThings({ isSignedIn, isService: asker.isService, audience })) return null;
    const inOrder = walkLength(walk.steps.map(({ id }) => id));
    return inOrder >= value('inOrder') ? `${counted(inOrder, 'id')} in order` : null;
  }

  #tell({ event, asked, asker, walk, why }: Found): Detection {
    const { application, payload, time } = event;
    const { steps, ids, missed, deniedIds } = walk;
    const shown = [...new Set(steps.map(({ id }) => id))];
    const list = [...shown.slice(0, IDS_SHOWN), ...(shown.length > IDS_SHOWN ? ['…', shown.at(-1)] : [])].join(', ');
    const said = `${counted(ids, 'id')} of ${asked.route.slice(0, 160)} asked for by 1 ${asker.noun}, ${why}`;
    return detectionOf(idEnumeration, {
      time,
      application,
      entities: [asker.entity, { kind: 'route', value: asked.route }, { kind: 'address', value: textOf(payload['address']) }],
      reason: `${said}, in ${lasted(time - (steps[0]?.time ?? time))}: ${list}`,
      figures: {
        ids,
        requests: steps.length,
        missed,
        deniedIds,
        first: (shown[0] ?? '').slice(0, 64),
        route: asked.route.slice(0, 128),
      },
      attacks: ATTACKS,
      evidence: steps.slice(-100).map(({ time, event, requestId, outcome, status, id }) => ({
        event,
        type: 'request.completed',
        time,
        requestId,
        outcome,
        summary: `${asked.route} ${status}, id ${id}`.slice(0, 300),
      })),
      events: steps.length + walk.cut,
    });
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#walks.size;
  }

  get evicted(): number {
    return this.#walks.evicted;
  }

  save(): unknown {
    return {
      walks: this.#walks.save(({ firedAt, steps }) => ({ firedAt, steps })),
      routes: this.#routes.save((audience) => audience.save()),
    };
  }

  load(state: unknown): number {
    if (typeof state !== 'object' || state === null) return 0;
    const { walks, routes } = state as Record<string, unknown>;
    const taken = this.#walks.load(walks, (packed) => {
      const { success, data } = saved.safeParse(packed);
      if (!success) return null;
      const walk = new Walk(this.#widthMs);
      walk.firedAt = data.firedAt;
      for (const step of data.steps) walk.add(step);
      return walk;
    });
    return taken + this.#routes.load(routes, (packed, key) => this.#routes.touch(key).load(packed));
  }
}

interface Found {
  readonly event: EventRecord;
  readonly asked: Asked;
  readonly asker: Asker;
  readonly walk: Walk;
  readonly why: string;
}

/** What Holdfast refused for another reason than who asks never reached the things. */
function isAnswered(event: EventRecord): boolean {
  const { status, problem } = event.payload;
  return typeof status === 'number' && status < 500 && status !== 429 && (problem === null || isDenied(event));
}

function stepOf(event: EventRecord, id: string): Step {
  const { status } = event.payload;
  const { time, id: event_, requestId, outcome } = event;
  return { time, id, status: Number(status), isDenied: isDenied(event) || status === 403, event: event_, requestId, outcome };
}

/**
 * Going through things in order is for programs and search engines what reading is for people: it only tells where the things
 * are somebody's own. A visitor's walk needs a route that is known for it; somebody's who is signed in one that is not known not to be.
 */
function isOwnThings(of: { isSignedIn: boolean; isService: boolean; audience: RouteAudience }): boolean {
  const { isSignedIn, isService, audience } = of;
  if (isService) return false;
  if (!isSignedIn) return audience.isKnown && audience.askersPerId < OWN;
  return !audience.isKnown || audience.askersPerId < SHARED;
}
