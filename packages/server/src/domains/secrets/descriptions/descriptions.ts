import { vaultEvents, type EventRecord } from '@holdfast/contract';
import type { JSONColumnType, Kysely } from 'kysely';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';

/** What a read shows beside a value may be this old where another node changed it; what decides is looked up. */
const CACHE_MS = 10_000;
const CACHED_MAX = 10_000;

export type DescriptionTables = {
  secrets_vault_description: {
    mount: string;
    path: string;
    custom: JSONColumnType<Record<string, string>>;
    is_cas_required: boolean;
    versions_kept: number | null;
  };
};
type DescriptionDb = Kysely<DescriptionTables>;

/** What a Vault client keeps beside a secret, or for a whole mount. */
export interface Description {
  readonly custom: Readonly<Record<string, string>>;
  /** Writes must name the version they are based on. */
  readonly isCasRequired: boolean;
  readonly versionsKept: number | null;
}

export interface DescribedPlace {
  readonly mount: string;
  /** Null = the mount itself. */
  readonly path: string | null;
}

export const NO_DESCRIPTION: Description = { custom: {}, isCasRequired: false, versionsKept: null };

export interface Descriptions {
  find(place: DescribedPlace): Promise<Description>;
  /** The same, as it was lately. */
  recall(place: DescribedPlace): Promise<Description>;
  /** What is left out stays. */
  save(place: DescribedPlace, change: Partial<Description>, actor: EventRecord['actor']): Promise<void>;
  remove(place: DescribedPlace): Promise<void>;
}

async function read(db: DescriptionDb, { mount, path }: DescribedPlace): Promise<Description> {
  const row = await db
    .selectFrom('secrets_vault_description')
    .select(['custom', 'is_cas_required', 'versions_kept'])
    .where('mount', '=', mount)
    .where('path', '=', path ?? '')
    .executeTakeFirst();
  if (row === undefined) return NO_DESCRIPTION;
  return { custom: row.custom, isCasRequired: row.is_cas_required, versionsKept: row.versions_kept };
}

interface DescriptionsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
}

const keyOf = ({ mount, path }: DescribedPlace): string => `${mount}/${path ?? ''}`;

export function createDescriptions({ db, bus, clock }: DescriptionsParts): Descriptions {
  const tables = (): DescriptionDb => db.kysely.withTables<DescriptionTables>();
  const cache = new Map<string, { description: Description; until: number }>();
  return {
    find: async (place) => read(tables(), place),
    async recall(place) {
      const now = clock.monotonicMs();
      const cached = cache.get(keyOf(place));
      if (cached !== undefined && cached.until > now) return cached.description;
      const description = await read(tables(), place);
      if (cache.size >= CACHED_MAX) cache.clear();
      cache.set(keyOf(place), { description, until: now + CACHE_MS });
      return description;
    },
    async save(place, change, actor) {
      const fields = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
      if (fields.length === 0) return;
      const { mount, path } = place;
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<DescriptionTables>();
        const { custom, isCasRequired, versionsKept } = { ...(await read(tx, place)), ...change };
        const values = { custom: JSON.stringify(custom), is_cas_required: isCasRequired, versions_kept: versionsKept };
        await tx
          .insertInto('secrets_vault_description')
          .values({ mount, path: path ?? '', ...values })
          .onConflict((conflict) => conflict.columns(['mount', 'path']).doUpdateSet(values))
          .execute();
        const payload = { mount, path, fields };
        await bus.publish(transaction, [bus.newEvent(vaultEvents.described, { actor, target: mount, payload })]);
        transaction.afterCommit(() => void cache.delete(keyOf(place)));
      });
    },
    async remove(place) {
      const { mount, path } = place;
      cache.delete(keyOf(place));
      await tables()
        .deleteFrom('secrets_vault_description')
        .where('mount', '=', mount)
        .where('path', '=', path ?? '')
        .execute();
    },
  };
}
