import type { Application, RuleException, Snapshot } from '@holdfast/contract';
import type { ApplicationAccess } from '../../domains/access/index.ts';
import type { CompiledIsolations } from '../isolation/compile-isolations.ts';
import type { PrefixSet } from '../limits/prefix-set.ts';
import type { PatchTables, RequestPatch } from '../patches/compile-patches.ts';
import type { AppliedSchema } from '../schema/applied-schema.ts';

/** A snapshot made ready for the request path: lookups instead of lists. Immutable; swapped whole. */
export interface CompiledSnapshot {
  readonly source: Snapshot;
  applicationForHost(host: string): Application | null;
  /** Proxies that may ask who a visitor is, by application; without an entry nobody may. */
  readonly askingProxies: ReadonlyMap<string, PrefixSet>;
  readonly allows: PrefixSet;
  /** Value = expiry in epoch milliseconds, or Infinity. */
  readonly bans: PrefixSet;
  /** The accepted schema of an application, or null. */
  schemaFor(application: string): AppliedSchema | null;
  /** Virtual patches by application, as they were made ready. */
  readonly patches: PatchTables;
  /** Virtual patches for one application + method + canonical path; indexed by route. */
  patchesFor(application: string, method: string, path: string): readonly RequestPatch[];
  /** What is cut off. */
  readonly isolations: CompiledIsolations;
  /** The access policies of an application, or null: then the sign-in alone decides. */
  accessFor(application: string): ApplicationAccess | null;
  /** Exceptions for one application + method + canonical path; indexed by route, so cost does not grow with their number. */
  exceptionsFor(application: string, method: string, path: string): readonly RuleException[];
}
