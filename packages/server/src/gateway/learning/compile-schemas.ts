import type { EnforcedSchema } from '@holdfast/contract';
import { compileSchema } from '@holdfast/inspect';
import type { CompiledSchema } from '@holdfast/inspect';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';

export interface CompileSchemasOptions {
  /** What is in force: a schema that is the same there is not compiled again. */
  readonly previous: CompiledSnapshot | null;
  readonly onRefused: ((application: string) => void) | undefined;
}

/**
 * Compiles each accepted schema once. The control plane compiled it before it accepted it, so one that cannot be read here is
 * a defect of ours: its application is served without a schema, as it was before there was one, and the log says so.
 */
export function compileSchemas(
  schemas: readonly EnforcedSchema[],
  { previous, onRefused }: CompileSchemasOptions,
): ReadonlyMap<string, CompiledSchema> {
  const held = new Map(previous?.source.schemas.map(({ application, digest }) => [application, digest]));
  const compiled = new Map<string, CompiledSchema>();
  for (const { application, digest, fragment } of schemas) {
    const same = held.get(application) === digest ? previous?.schemaFor(application) : null;
    const schema = same ?? compile(fragment);
    if (schema === null) onRefused?.(application);
    else compiled.set(application, schema);
  }
  return compiled;
}

function compile(fragment: string): CompiledSchema | null {
  try {
    const result = compileSchema(JSON.parse(fragment));
    return result.kind === 'compiled' ? result.schema : null;
  } catch {
    return null;
  }
}
