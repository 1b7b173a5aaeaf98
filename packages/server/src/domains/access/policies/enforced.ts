import type { CompiledPolicy, EnforcedPolicies } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { UNREADABLE } from '../cedar/own-policies.ts';
import { readPolicies } from '../cedar/read-policies.ts';
import { isOwnSet, kindOf } from './policy-reads.ts';
import { readAllInForce, readText, type InForce } from './policy-store.ts';
import type { AccessTables } from './tables.ts';

interface Ready {
  readonly digest: string;
  readonly version: number;
  readonly policies: readonly CompiledPolicy[];
}

export interface Enforced {
  all(): Promise<EnforcedPolicies[]>;
  of(set: string): Promise<Ready | null>;
}

/** Sets in force, read once each: reading a thousand policies takes half a second. */
export function createEnforced({ db, log }: { readonly db: Database; readonly log: Log }): Enforced {
  const held = new Map<string, Ready>();
  const tables = () => db.kysely.withTables<AccessTables>();

  const ready = async ({ set, version: { version, digest } }: InForce): Promise<Ready> => {
    const known = held.get(set);
    if (known?.digest === digest && known.version === version) return known;
    const text = (await readText(tables(), set, version)) ?? '';
    const reading = readPolicies(text, kindOf(set));
    if (reading.kind === 'faulty') log.error({ set, version }, 'policies in force cannot be read; nobody is let in by them');
    const made = { digest, version, policies: reading.kind === 'ready' ? reading.set.policies : [UNREADABLE] };
    // Bounded by the sets that are in force; those that are not are dropped below.
    held.set(set, made);
    return made;
  };

  return {
    async all() {
      const present = await readAllInForce(tables());
      const sets = new Set(present.map(({ set }) => set));
      for (const set of held.keys()) if (!sets.has(set)) held.delete(set);
      const made: EnforcedPolicies[] = [];
      for (const each of present) {
        if (isOwnSet(each.set)) continue;
        const { digest, version, policies } = await ready(each);
        made.push({ application: each.set, digest, version, policies: [...policies] });
      }
      return made;
    },
    async of(set) {
      const found = (await readAllInForce(tables())).find((each) => each.set === set);
      return found === undefined ? null : ready(found);
    },
  };
}
