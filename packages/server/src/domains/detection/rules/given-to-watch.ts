import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { BehaviourDefinition } from '../behaviours/behaviour.ts';
import type { Watch } from '../watch/watch.ts';
import { readBulkRoutes } from './bulk/bulk-routes.ts';
import { readBehaviourSettings } from './behaviour-settings.ts';
import { readTexts, readVersion } from './rule-store.ts';
import type { RuleTables } from './tables.ts';

interface GivingParts {
  readonly db: Database;
  readonly log: Log;
  readonly watch: Pick<Watch, 'setRules' | 'setBehaviours'>;
  readonly definitions: readonly BehaviourDefinition[];
}

/** Gives the watch what is stored, when it is another set than the one it has. One after the other; never rejects. */
export function createGiving({ db, log, watch, definitions }: GivingParts): () => Promise<void> {
  let given: number | null = null;
  let turn: Promise<void> = Promise.resolve();
  const give = async (): Promise<void> => {
    const tables = db.kysely.withTables<RuleTables>();
    try {
      // Read first: a change that comes between is seen as one by the next look.
      const version = await readVersion(tables);
      if (version === given) return;
      const [texts, settings] = [await readTexts(tables), await readBehaviourSettings(tables, definitions)];
      watch.setBehaviours(settings, await readBulkRoutes(tables));
      const { diagnostics, rules } = await watch.setRules(texts);
      given = version;
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0)
        log.warn({ rules, errors: errors.slice(0, 20) }, 'some rules cannot be matched as the whole set stands');
    } catch (error) {
      log.error({ err: error }, 'the watch was not given the rules that are stored; it keeps those that it has');
    }
  };
  return async () => {
    turn = turn.then(give);
    await turn;
  };
}
