import type { GatewayPatch } from '@holdfast/contract';
import { compilePatches as compileTable, type CompiledPatch, type PatchTable } from '@holdfast/inspect';

export type RequestPatch = CompiledPatch<GatewayPatch>;

export interface PatchTables {
  readonly tables: ReadonlyMap<string, PatchTable<GatewayPatch>>;
  /** As written, to see whether an application's patches are those of before. */
  readonly written: ReadonlyMap<string, string>;
}

export interface CompilePatchesOptions {
  /** What is in force. */
  readonly previous: PatchTables | null;
  readonly onRefused: ((patches: readonly string[]) => void) | undefined;
}

/**
 * Makes the patches of each application ready. The control plane read each of them before it was kept, so one that cannot be
 * read here is a defect of ours: it is left out, and the log says so.
 */
export function compilePatches(patches: readonly GatewayPatch[], { previous, onRefused }: CompilePatchesOptions): PatchTables {
  const tables = new Map<string, PatchTable<GatewayPatch>>();
  const written = new Map<string, string>();
  for (const [application, rules] of Map.groupBy(patches, (patch) => patch.application)) {
    const text = JSON.stringify(rules);
    const held = previous?.written.get(application) === text ? previous.tables.get(application) : undefined;
    const table = held ?? compileTable(rules);
    if (held === undefined && table.refused.length > 0) onRefused?.(table.refused);
    tables.set(application, table);
    written.set(application, text);
  }
  return { tables, written };
}
