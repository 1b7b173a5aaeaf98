import {
  TUNING_CARDS_MAX,
  type CardDecision,
  type CardExceptionsInput,
  type CardState,
  type EventRecord,
  type ExceptionInput,
  type ExceptionView,
  type PromotionInput,
  type PromotionPlan,
  type PromotionUndo,
  type PromotionView,
  type Simulation,
  type SimulationInput,
  type TuningCard,
  type TuningInbox,
  type TuningSuggestions,
} from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor, Applications } from '../../applications/index.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import { addExceptions } from '../exceptions/exceptions.ts';
import { createCardReader, type CardReader } from './card-reader.ts';
import { decideCards } from './decision-store.ts';
import { createObserver } from './observer.ts';
import type { SelfTestFact } from './readiness.ts';
import { readLatestPromotions, toPromotionView } from './promotion-store.ts';
import { sweepPromotions } from './promotion-sweep.ts';
import { promote, rollBackPromotion } from './promotions.ts';
import { candidateOf, replay } from './simulate.ts';
import { exceptionOf, suggest } from './suggestions.ts';
import type { Vault } from './vault.ts';
import { readRoutes, readVectors, type RouteTotal } from './vector-store.ts';
import type { Vector } from './vectors.ts';
import { createWatch } from './watch.ts';

const DAY_MS = 86_400_000;

/** What is kept of traffic, for those who compare it with something. */
export interface SeenTraffic {
  routes(application: string, since: number): Promise<readonly RouteTotal[]>;
  vectors(application: string, since: number): Promise<readonly Vector[]>;
}

export interface TuningQuery {
  readonly application?: string | undefined;
  readonly state: CardState | 'all';
}

/** From "would have been blocked" to "is blocked": what was found, what to do about it, what a change would do. */
export interface Tuning extends AsyncDisposable {
  /** Every event of the gateway passes here; what is not about a judged request is ignored. */
  observe(event: EventRecord): void;
  inbox(query: TuningQuery, selfTest: SelfTestFact | null): Promise<TuningInbox>;
  suggestions(application: string | undefined): Promise<TuningSuggestions>;
  decide(input: CardDecision, actor: Actor): Promise<string[]>;
  /** The exception that each card proposes. */
  except(input: CardExceptionsInput, actor: Actor): Promise<ExceptionView[]>;
  simulate(input: SimulationInput): Promise<Simulation>;
  /** What a promotion would meet and do. */
  plan(input: PromotionInput, selfTest: SelfTestFact | null): Promise<PromotionPlan>;
  promote(input: PromotionInput, selfTest: SelfTestFact | null, actor: Actor): Promise<PromotionView>;
  rollBack(input: PromotionUndo, actor: Actor): Promise<PromotionView>;
  /** The last promotion of each application. */
  promotions(): Promise<PromotionView[]>;
  /** Writes what is still held in memory, so that an answer holds everything up to now. */
  flush(): Promise<void>;
  /** What was seen of one application, as it is kept: routes with their counts, and requests with findings. */
  readonly seen: SeenTraffic;
  /** Advances, undoes and ends promotions; called each second. */
  sweep(): Promise<void>;
}

export interface TuningParts extends ProtectionParts {
  readonly applications: Applications;
  readonly vault: Vault;
}

/** Everything of the inbox but the promotions. */
async function readInbox(
  reader: CardReader,
  { application, state }: TuningQuery,
  selfTest: SelfTestFact | null,
): Promise<Pick<TuningInbox, 'cards' | 'more' | 'readiness'>> {
  const watched = await reader.watched(application);
  const shown = watched.flatMap(({ cards }) => cards.filter((card) => state === 'all' || card.state === state));
  const readiness = watched.map((one) => reader.readiness(one, selfTest));
  return { cards: shown.slice(0, TUNING_CARDS_MAX), more: Math.max(0, shown.length - TUNING_CARDS_MAX), readiness };
}

function exceptionInput(card: TuningCard, { reason, days }: CardExceptionsInput): ExceptionInput {
  const place = exceptionOf(card);
  if (place !== null) return { ...place, reason, days };
  const detail = `the place of card ${card.id} cannot be written as an exception`;
  throw new Refusal('input-invalid', { errors: [{ pointer: '/cards', detail }] });
}

async function simulate(
  { db, clock, applications, vault }: TuningParts,
  reader: CardReader,
  input: SimulationInput,
): Promise<Simulation> {
  const { application } = await applications.get(input.application);
  const cards = await reader.cards(application.id);
  const since = clock.now() - input.days * DAY_MS;
  const excepted = cards.filter(({ state }) => state === 'excepted').map(({ id }) => id);
  return replay({
    application: application.id,
    days: input.days,
    vectors: await readVectors({ db: tablesOf(db), vault }, application.id, since),
    routes: await readRoutes({ db: tablesOf(db), vault }, application.id, since),
    candidate: candidateOf(application, input),
    excepted: new Set([...excepted, ...input.exceptions]),
  });
}

const BASELINE_DAYS = 7;

/** How long the application has been watched, as far as the simulation of a promotion looks back. */
async function seenMs({ db, clock, vault }: TuningParts, application: string): Promise<number> {
  const now = clock.now();
  const routes = await readRoutes({ db: tablesOf(db), vault }, application, now - BASELINE_DAYS * DAY_MS);
  return now - Math.min(now, ...routes.map(({ firstHour }) => firstHour));
}

async function plan(
  parts: TuningParts,
  reader: CardReader,
  { input, selfTest }: { readonly input: PromotionInput; readonly selfTest: SelfTestFact | null },
): Promise<PromotionPlan> {
  const { application, group } = input;
  const [watched] = await reader.watched(application);
  if (watched === undefined) throw new Refusal('not-found');
  const cards = watched.cards.filter((card) => group === undefined || card.group === group);
  const change = group === undefined ? { mode: 'enforce' as const, rules: {} } : { rules: { [group]: 'block' as const } };
  return {
    readiness: reader.readiness({ ...watched, cards }, selfTest),
    simulation: await simulate(parts, reader, { application, ...change, exceptions: [], days: BASELINE_DAYS }),
  };
}

const isNamed = (query: TuningQuery, { application }: PromotionView): boolean =>
  query.application === undefined || query.application === application;

export function createTuning(parts: TuningParts): Tuning {
  const { db, clock, applications, vault } = parts;
  const watch = createWatch();
  const observer = createObserver({
    db,
    clock,
    vault,
    onRequest: (seen) => watch.request(seen),
    onBlocked: (vector, isEstablished) => watch.blocked(vector, isEstablished),
  });
  const reader = createCardReader({ db, clock, applications, vault, flush: () => observer.flush() });
  const promotions = async (): Promise<PromotionView[]> => (await readLatestPromotions(tablesOf(db))).map(toPromotionView);
  return {
    observe: (event) => observer.observe(event),
    inbox: async (query, selfTest) => ({
      ...(await readInbox(reader, query, selfTest)),
      dropped: observer.dropped(),
      promotions: (await promotions()).filter((one) => isNamed(query, one)),
    }),
    async suggestions(application) {
      const open = (await reader.cards(application)).filter(({ state }) => state === 'open');
      return { suggestions: open.slice(0, TUNING_CARDS_MAX).map(suggest), more: Math.max(0, open.length - TUNING_CARDS_MAX) };
    },
    async decide(input, actor) {
      const cards = await reader.find(input.cards);
      await decideCards(parts, { cards, input }, actor);
      return cards.map(({ id }) => id);
    },
    async except(input, actor) {
      const inputs = (await reader.find(input.cards)).map((card) => exceptionInput(card, input));
      return addExceptions(parts, inputs, { actor });
    },
    simulate: async (input) => simulate(parts, reader, input),
    plan: async (input, selfTest) => plan(parts, reader, { input, selfTest }),
    async promote(input, selfTest, actor) {
      const planned = await plan(parts, reader, { input, selfTest });
      const view = await promote(parts, input, { ...planned, actor, seenMs: await seenMs(parts, input.application) });
      watch.begin(view.application, view.startedAt);
      return view;
    },
    rollBack: async (input, actor) => rollBackPromotion(parts, input, actor),
    promotions,
    flush: () => observer.flush(),
    seen: {
      async routes(application, since) {
        await observer.flush();
        return readRoutes({ db: tablesOf(db), vault }, application, since);
      },
      async vectors(application, since) {
        await observer.flush();
        return readVectors({ db: tablesOf(db), vault }, application, since);
      },
    },
    sweep: async () => sweepPromotions(parts, watch),
    [Symbol.asyncDispose]: () => observer[Symbol.asyncDispose](),
  };
}
