import type { Application, Snapshot } from '@holdfast/contract';
import { compileSchema } from '@holdfast/inspect';
import { isDocument, openDocument } from '../../domains/protection/index.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { AppliedSchema, ReadySchema } from './applied-schema.ts';

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
  { schemas, applications }: Pick<Snapshot, 'schemas' | 'applications'>,
  { previous, onRefused }: CompileSchemasOptions,
): ReadonlyMap<string, AppliedSchema> {
  const held = new Map(previous?.source.schemas.map(({ application, digest }) => [application, digest]));
  const settings = new Map(applications.map(({ id, schema }) => [id, schema]));
  const compiled = new Map<string, AppliedSchema>();
  for (const { application, digest, fragment, mode } of schemas) {
    const said = settings.get(application) ?? DEFAULTS;
    const same = held.get(application) === digest ? (previous?.schemaFor(application) ?? null) : null;
    const isHeld = same !== null && isCompiledFor(same, said);
    const schema = isHeld ? same : compile(fragment, said);
    if (schema === null) onRefused?.(application);
    else compiled.set(application, isHeld && same.mode === mode ? same : { ...schema, mode });
  }
  return compiled;
}

const DEFAULTS: Application['schema'] = { unknown: 'refuse', routes: 'pass' };

const isCompiledFor = (applied: AppliedSchema, { unknown, routes }: Application['schema']): boolean =>
  applied.kind === 'fragment' || (applied.settings.unknown === unknown && applied.settings.routes === routes);

function compile(text: string, settings: Application['schema']): ReadySchema | null {
  try {
    const fragment: unknown = JSON.parse(text);
    if (isDocument(fragment)) {
      const opened = openDocument(fragment, settings);
      return opened.kind === 'ready' ? { kind: 'document', schema: opened.schema, settings } : null;
    }
    const result = compileSchema(fragment);
    return result.kind === 'compiled' ? { kind: 'fragment', schema: result.schema } : null;
  } catch {
    return null;
  }
}
