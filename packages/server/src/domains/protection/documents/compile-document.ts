import type { Application } from '@holdfast/contract';
import { compileBody, type CompiledBody } from './compile-bodies.ts';
import { compileParameter, type CompiledParameter, type Compiling } from './compile-parameters.ts';
import { ValueCompiler } from './compile-values.ts';
import { DocumentRoutes } from './document-routes.ts';
import { step, type DocumentFault } from './reading/faults.ts';
import { ROUTES_MARK, UNKNOWN_MARK, type KeptDocument, type KeptOperation, type UnknownPolicy } from './reading/read-document.ts';

/** One operation of a document, made ready. */
export interface CompiledOperation {
  readonly pointer: string;
  /** What it was made of. */
  readonly kept: KeptOperation;
  readonly parameters: readonly CompiledParameter[];
  /** Names that the query may have. */
  readonly queryNames: ReadonlySet<string>;
  readonly body: CompiledBody | null;
  readonly unknown: UnknownPolicy;
}

/** What an application says for documents that do not say it themselves. */
export type SchemaSettings = Application['schema'];

/** A whole document made ready: lookups and functions. */
export interface CompiledDocument {
  readonly routes: DocumentRoutes<CompiledOperation>;
  /** The schemas that references lead to. */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly unknownRoutes: UnknownPolicy;
  readonly operations: number;
  /** What is let in unchecked, beside what reading it has told. */
  readonly notes: readonly DocumentFault[];
}

export type DocumentResult =
  | { readonly kind: 'compiled'; readonly document: CompiledDocument }
  | { readonly kind: 'refused'; readonly faults: readonly DocumentFault[] };

/** Compiles a document that `readDocument` has read. All of it at once: the request path compiles nothing. */
export function compileDocument(document: KeptDocument, settings: SchemaSettings): DocumentResult {
  const faults: DocumentFault[] = [];
  const notes: DocumentFault[] = [];
  const schemas = document.components.schemas;
  const compiling: Compiling = { compiler: new ValueCompiler(schemas), schemas };
  const routes = new DocumentRoutes<CompiledOperation>();
  let operations = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    const pointer = step('/paths', path);
    const methods = new Map<string, CompiledOperation>();
    for (const [method, operation] of Object.entries(item)) {
      methods.set(
        method.toUpperCase(),
        compileOperation(operation, step(pointer, method), {
          compiling,
          notes,
          unknown: document[UNKNOWN_MARK] ?? settings.unknown,
        }),
      );
      operations += 1;
    }
    if (!routes.add(path, methods))
      faults.push({ pointer, detail: 'stands for the same requests as another path, or has places with nothing between them' });
  }
  if (faults.length > 0) return { kind: 'refused', faults: faults.slice(0, FAULTS_MAX) };
  const unknownRoutes = document[ROUTES_MARK] ?? settings.routes;
  return { kind: 'compiled', document: { routes, schemas, unknownRoutes, operations, notes } };
}

const FAULTS_MAX = 20;

/** Names that a parameter has in the query: its own, or those of its members. */
const namesOf = ({ name, writing, members }: CompiledParameter): readonly string[] =>
  writing.form === 'spread' ? [...members.keys()] : [name];

interface Into {
  readonly compiling: Compiling;
  readonly notes: DocumentFault[];
  /** Of the whole document, or of the application. */
  readonly unknown: UnknownPolicy;
}

function compileOperation(
  operation: KeptOperation,
  pointer: string,
  { compiling, notes, unknown: otherwise }: Into,
): CompiledOperation {
  const unknown = operation[UNKNOWN_MARK] ?? otherwise;
  const parameters: CompiledParameter[] = [];
  for (const [index, parameter] of operation.parameters.entries()) {
    const at = step(step(pointer, 'parameters'), index);
    const compiled = compileParameter(parameter, at, { ...compiling, unknown });
    parameters.push(compiled);
    if (compiled.writing.form === 'unread' && notes.length < FAULTS_MAX)
      notes.push({ pointer: at, detail: `is let in as it is: style ${parameter.style} does not say how its values are written` });
  }
  const body =
    operation.requestBody === undefined
      ? null
      : compileBody(operation.requestBody, step(pointer, 'requestBody'), { ...compiling, unknown });
  const queryNames = new Set(parameters.filter(({ place }) => place === 'query').flatMap(namesOf));
  return { pointer, kept: operation, parameters, queryNames, body, unknown };
}
