import { compileDocument, type CompiledDocument, type SchemaSettings } from './compile-document.ts';
import { judgeRequest } from './judge-request.ts';
import { judgedRequest, type HeldRequest } from './judged-request.ts';
import { isJson, own, type DocumentFault } from './reading/faults.ts';
import {
  DOCUMENT_MARK,
  readDocument,
  ROUTES_MARK,
  UNKNOWN_MARK,
  type ReadOptions,
  type UnknownPolicy,
} from './reading/read-document.ts';
import { documentForm, type DocumentForm } from './page-form.ts';
import type { SchemaViolation } from './violation.ts';

/** A whole OpenAPI document in force. */
export interface DocumentSchema {
  readonly operations: number;
  /** What is let in unchecked, beside what reading it has told. */
  readonly notes: readonly DocumentFault[];
  /** Total; nothing is compiled here. */
  judge(request: HeldRequest): readonly SchemaViolation[];
  /** The path of the document that such a request fits, with its method; null when none does. */
  routeFor(method: string, path: string): string | null;
  /** What a page may know of such a path; null when it is not listed. */
  pageForm(path: string): DocumentForm | null;
  /** Names that the query of such a request may have; null = any, or no such route. */
  queryNames(method: string, path: string): ReadonlySet<string> | null;
}

export type SchemaReading =
  | { readonly kind: 'ready'; readonly schema: DocumentSchema }
  | { readonly kind: 'faulty'; readonly faults: readonly DocumentFault[] };

/** Whether this is a document as it is kept, and not a fragment that was learned. */
export const isDocument = (fragment: unknown): boolean => isJson(fragment) && own(fragment, DOCUMENT_MARK) !== undefined;

export type DocumentImport =
  | {
      readonly kind: 'ready';
      readonly fragment: Record<string, unknown>;
      readonly schema: DocumentSchema;
      readonly notes: readonly DocumentFault[];
    }
  | { readonly kind: 'faulty'; readonly faults: readonly DocumentFault[] };

/** Reads somebody's document into the form that is kept, and compiles it as every gateway will. */
export function importDocument(
  raw: unknown,
  {
    unknown,
    routes,
    ...options
  }: ReadOptions & {
    readonly unknown?: UnknownPolicy | undefined;
    readonly routes?: UnknownPolicy | undefined;
  },
): DocumentImport {
  const reading = readDocument(raw, options);
  if (reading.kind === 'faulty') return reading;
  const said = {
    ...(unknown === undefined ? {} : { [UNKNOWN_MARK]: unknown }),
    ...(routes === undefined ? {} : { [ROUTES_MARK]: routes }),
  };
  // Through JSON: what is kept is exactly what can be written down.
  const fragment = JSON.parse(JSON.stringify({ ...reading.document, ...said })) as Record<string, unknown>;
  const opened = openDocument(fragment);
  return opened.kind === 'faulty'
    ? opened
    : { kind: 'ready', fragment, schema: opened.schema, notes: [...reading.notes, ...opened.schema.notes] };
}

/** Names that are not listed are compiled in as well: whatever an application says of them later can be compiled too. */
const DEFAULTS: SchemaSettings = { unknown: 'record', routes: 'pass' };

/** Compiles a document as it is kept: the control plane before it is accepted, and every gateway when it takes it over. */
export function openDocument(kept: unknown, settings: SchemaSettings = DEFAULTS): SchemaReading {
  const reading = readDocument(kept, { server: '' });
  if (reading.kind === 'faulty') return reading;
  const result = compileDocument(reading.document, settings);
  if (result.kind === 'refused') return { kind: 'faulty', faults: result.faults };
  return { kind: 'ready', schema: schemaOf(result.document) };
}

function schemaOf(document: CompiledDocument): DocumentSchema {
  return {
    operations: document.operations,
    notes: document.notes,
    judge: (request) => judgeRequest(document, judgedRequest(request)),
    routeFor(method, path) {
      const found = document.routes.find(path).find(({ item }) => item.methods.has(method));
      return found === undefined ? null : found.item.path;
    },
    pageForm: (path) => documentForm(document, path),
    queryNames(method, path) {
      const found = document.routes.find(path).find(({ item }) => item.methods.has(method));
      const operation = found?.item.methods.get(method);
      return operation === undefined || operation.unknown === 'pass' ? null : operation.queryNames;
    },
  };
}
