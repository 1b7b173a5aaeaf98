import type { Application, Readiness, RuleException, TuningCard } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import { readActiveExceptions } from '../exceptions/exceptions.ts';
import { makeCards } from './cards.ts';
import { readDecisions } from './decision-store.ts';
import { readinessOf, type SelfTestFact } from './readiness.ts';
import type { Vault } from './vault.ts';
import { readRoutes, readVectors, type RouteTotal } from './vector-store.ts';

interface ReaderParts extends Pick<ProtectionParts, 'db' | 'clock'> {
  readonly applications: Applications;
  readonly vault: Vault;
  /** Writes what is still held in memory, so that an answer holds everything up to now. */
  readonly flush: () => Promise<void>;
}

/** An application and what was seen of it. */
export interface Watched {
  readonly application: Application;
  readonly routes: readonly RouteTotal[];
  readonly cards: readonly TuningCard[];
}

export interface CardReader {
  /** The named application, or all. */
  watched(application: string | undefined): Promise<Watched[]>;
  /** Cards of the named application, or of all. */
  cards(application: string | undefined): Promise<TuningCard[]>;
  /** Refuses when one of them is on no card. */
  find(ids: readonly string[]): Promise<TuningCard[]>;
  readiness(watched: Watched, selfTest: SelfTestFact | null): Readiness;
}

export function createCardReader({ db, clock, applications, vault, flush }: ReaderParts): CardReader {
  const tables = tablesOf(db);
  const watch = async (application: Application, exceptions: readonly RuleException[]): Promise<Watched> => {
    const { id } = application;
    const vectors = await readVectors({ db: tables, vault }, id);
    const routes = await readRoutes({ db: tables, vault }, id);
    const decisions = await readDecisions(tables, id);
    return { application, routes, cards: makeCards(vectors, { now: clock.now(), routes, exceptions, decisions }) };
  };
  const watched: CardReader['watched'] = async (application) => {
    await flush();
    const named = application === undefined ? await applications.list() : [await applications.get(application)];
    const exceptions = await readActiveExceptions(tables, clock.now());
    const found: Watched[] = [];
    for (const view of named) found.push(await watch(view.application, exceptions));
    return found;
  };
  const cards: CardReader['cards'] = async (application) => (await watched(application)).flatMap((one) => one.cards);
  return {
    watched,
    cards,
    async find(ids) {
      const known = new Map((await cards(undefined)).map((card) => [card.id, card]));
      const errors = ids.flatMap((id, index) => (known.has(id) ? [] : [{ pointer: `/cards/${index}`, detail: `no card ${id}` }]));
      if (errors.length > 0) throw new Refusal('input-invalid', { errors });
      return ids.map((id) => known.get(id)).filter((card) => card !== undefined);
    },
    readiness({ application: { id, mode }, routes, cards: all }, selfTest) {
      const openCards = all.filter(({ state }) => state === 'open').length;
      return readinessOf({ application: id, mode, now: clock.now(), routes, openCards, selfTest });
    },
  };
}
