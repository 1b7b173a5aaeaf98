import type { EnforcedPolicies } from '@holdfast/contract';
import { createApplicationAccess, type ApplicationAccess } from '../../domains/access/index.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';

/** Makes each set of policies ready once; one that is the same in force keeps what it remembers. Nothing is read before a request. */
export function compileAccess(
  sets: readonly EnforcedPolicies[],
  previous: CompiledSnapshot | null,
): ReadonlyMap<string, ApplicationAccess> {
  return new Map(
    sets.map((set) => {
      const held = previous?.accessFor(set.application) ?? null;
      return [set.application, held?.digest === set.digest ? held : createApplicationAccess(set)];
    }),
  );
}
