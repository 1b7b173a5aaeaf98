import type { Readiness, RuleException, TuningCard } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import { tablesOf, type ProtectionParts } from '../change.ts';
import { readActiveExceptions } from '../exceptions/exceptions.ts';
import { makeCards } from './cards.ts';
import { readDecisions } from './decision-store.ts';
import { readinessOf, type SelfTestFact } from './readiness.ts';
import type { Vault } from './vault.ts';
import { readRoutes, readVectors } from './vector-store.ts';

interface ReaderParts extends Pick<ProtectionParts, 'db' | 'clock'> {
  readonly applications: Applications;
  readonly vault: Vault;
  /** Writes what is still held in memory, so that an answer holds everything up to now. */
  readonly flush: () => Promise<void>;
}

export interface CardReader {
  /** Ids of the named application, or of all. */
  named(application: string | undefined): Promise<string[]>;
  /** Cards of the named application, or of all. */
  cards(application: string | undefined): Promise<TuningCard[]>;
  /** Refuses when one of them is on no card. */
  find(ids: readonly string[]): Promise<TuningCard[]>;
  readiness(application: string, selfTest: SelfTestFact | null, cards?: readonly TuningCard[]): Promise<Readiness>;
}

export function createCardReader({ db, clock, applications, vault, flush }: ReaderParts): CardReader {
  const cardsOf = async (application: string, exceptions: readonly RuleException[]): Promise<TuningCard[]> => {
    const tables = tablesOf(db);
    const now = clock.now();
    return makeCards(await readVectors({ db: tables, vault }, application), {
      now,
      routes: await readRoutes({ db: tables, vault }, application),
      exceptions,
      decisions: await readDecisions(tables, application),
    });
  };
  const named: CardReader['named'] = async (application) => {
    if (application !== undefined) return [(await applications.get(application)).application.id];
    return (await applications.list()).map((view) => view.application.id);
  };
  const cards: CardReader['cards'] = async (application) => {
    await flush();
    const found: TuningCard[] = [];
    const exceptions = await readActiveExceptions(tablesOf(db), clock.now());
    for (const id of await named(application)) found.push(...(await cardsOf(id, exceptions)));
    return found;
  };
  return {
    named,
    cards,
    async find(ids) {
      const known = new Map((await cards(undefined)).map((card) => [card.id, card]));
      const errors = ids.flatMap((id, index) => (known.has(id) ? [] : [{ pointer: `/cards/${index}`, detail: `no card ${id}` }]));
      if (errors.length > 0) throw new Refusal('input-invalid', { errors });
      return ids.map((id) => known.get(id)).filter((card) => card !== undefined);
    },
    async readiness(id, selfTest, given) {
      const { application } = await applications.get(id);
      const all = given ?? (await cards(id));
      const openCards = all.filter((card) => card.application === id && card.state === 'open').length;
      const routes = await readRoutes({ db: tablesOf(db), vault }, id);
      return readinessOf({ application: id, mode: application.mode, now: clock.now(), routes, openCards, selfTest });
    },
  };
}
