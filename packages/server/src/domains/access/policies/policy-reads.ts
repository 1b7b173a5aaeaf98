import {
  API_POLICIES,
  SECRET_POLICIES,
  type Mode,
  type PolicyCheck,
  type PolicyStatus,
  type PolicySummary,
  type PolicyVersionView,
} from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import { readPolicies } from '../cedar/read-policies.ts';
import type { PolicyKind } from '../cedar/schemas.ts';
import { inForce, readAllInForce, readDraft, readDraftSets, readText, readVersions } from './policy-store.ts';
import type { AccessTables } from './tables.ts';

const OWN_SETS: ReadonlyMap<string, PolicyKind> = new Map([
  [API_POLICIES, 'api'],
  [SECRET_POLICIES, 'secrets'],
]);

/** Those of Holdfast itself: they belong to no application and always enforce. */
export const isOwnSet = (set: string): boolean => OWN_SETS.has(set);

export const kindOf = (set: string): PolicyKind => OWN_SETS.get(set) ?? 'application';

/** What is asked of sets without changing any. */
export interface PolicyReads {
  list(): Promise<PolicySummary[]>;
  status(set: string): Promise<PolicyStatus>;
  show(set: string, version: number | 'current'): Promise<PolicyVersionView>;
  /** Reads a text as it would be enforced. */
  check(set: string, text: string): Promise<PolicyCheck>;
}

interface Parts {
  readonly db: Database;
  readonly applications: Applications;
}

export function createPolicyReads({ db, applications }: Parts): PolicyReads & { modeOf(set: string): Promise<Mode> } {
  const tables = () => db.kysely.withTables<AccessTables>();
  /** Refuses a set that belongs to nothing. */
  const modeOf = async (set: string): Promise<Mode> =>
    isOwnSet(set) ? 'enforce' : (await applications.get(set)).application.accessMode;

  return {
    modeOf,
    async status(set) {
      const accessMode = await modeOf(set);
      const history = await readVersions(tables(), set);
      return { set, accessMode, inForce: inForce(history), draft: await readDraft(tables(), set), history };
    },
    async list() {
      const versions = new Map((await readAllInForce(tables())).map(({ set, version }) => [set, version]));
      const drafts = await readDraftSets(tables());
      const known = (await applications.list()).filter(({ application }) => !isOwnSet(application.id));
      const sets = [
        ...[...OWN_SETS.keys()].map((set) => ({ set, accessMode: 'enforce' as const })),
        ...known.map(({ application }) => ({ set: application.id, accessMode: application.accessMode })),
      ];
      return sets.map((each) => ({ ...each, inForce: versions.get(each.set) ?? null, hasDraft: drafts.has(each.set) }));
    },
    async show(set, version) {
      await modeOf(set);
      const versions = await readVersions(tables(), set);
      const found = (version === 'current' ? inForce(versions) : versions.find((each) => each.version === version)) ?? null;
      const text = found === null ? null : await readText(tables(), set, found.version);
      if (found === null || text === null) throw new Refusal('policy-missing');
      return { ...found, text };
    },
    async check(set, text) {
      await modeOf(set);
      const reading = readPolicies(text, kindOf(set));
      if (reading.kind === 'faulty') return { faults: [...reading.faults], warnings: [], policies: [] };
      const policies = reading.set.policies.map(({ id, effect, text: own }) => ({ id, effect, text: own }));
      return { faults: [], warnings: [...reading.set.warnings], policies };
    },
  };
}
