import { SCHEMA_CHARS_MAX } from '@holdfast/contract';
import { isDocument, openDocument, importDocument, type DocumentSchema } from '../document-schema.ts';
import { isDeeper, TOO_DEEP } from '../reading/depth.ts';
import type { UnknownPolicy } from '../reading/read-document.ts';
import { readText, type PlacedFault } from './read-text.ts';

/** A document as somebody brought it: its text, or what a program has read already. */
export interface BringJob {
  readonly kind: 'bring';
  readonly text?: string | undefined;
  readonly document?: unknown;
  readonly server?: string | undefined;
  readonly isPartly?: boolean | undefined;
  readonly unknown?: UnknownPolicy | undefined;
  readonly routes?: UnknownPolicy | undefined;
  /** Requests that were seen, with the names of their queries: which of them it lists is told. */
  readonly seen: readonly SeenRoute[];
}

/** A schema as it is kept, read as every gateway will read it. */
export interface OpenJob {
  readonly kind: 'open';
  readonly fragment: unknown;
}

export interface SeenRoute {
  readonly method: string;
  /** Paths that it may stand for. */
  readonly paths: readonly string[];
  readonly names: readonly string[];
}

/** `null` = the route is not listed; otherwise those of its names that are not. */
export type Unlisted = readonly string[] | null;

export type Brought =
  | {
      readonly kind: 'ready';
      readonly fragment: Record<string, unknown>;
      readonly operations: number;
      readonly notes: readonly PlacedFault[];
      /** One for each of `seen`. */
      readonly unlisted: readonly Unlisted[];
    }
  | { readonly kind: 'faulty'; readonly faults: readonly PlacedFault[] };

export type Opened =
  | { readonly kind: 'ready'; readonly operations: number }
  | { readonly kind: 'faulty'; readonly faults: readonly PlacedFault[] };

/** Reads and compiles a document, and holds what was seen against it. */
export function bringDocument({ text, document, seen, ...options }: Omit<BringJob, 'kind'>): Brought {
  const read = text === undefined ? { kind: 'read' as const, value: document, lineAt: () => null } : readText(text);
  if (read.kind === 'faulty') return read;
  if (isDeeper(read.value)) return TOO_DEEP;
  const placed = (faults: readonly { readonly pointer: string; readonly detail: string }[]): PlacedFault[] =>
    faults.map((fault) => ({ ...fault, line: read.lineAt(fault.pointer) }));
  const brought = importDocument(read.value, options);
  if (brought.kind === 'faulty') return { kind: 'faulty', faults: placed(brought.faults) };
  const { fragment, schema, notes } = brought;
  if (JSON.stringify(fragment).length > SCHEMA_CHARS_MAX)
    return {
      kind: 'faulty',
      faults: [{ pointer: '', detail: `what is kept of it is longer than ${SCHEMA_CHARS_MAX} characters`, line: null }],
    };
  const unlisted = seen.map((route) => unlistedIn(route, schema));
  return { kind: 'ready', fragment, operations: schema.operations, notes: placed(notes), unlisted };
}

function unlistedIn({ method, paths, names }: SeenRoute, schema: DocumentSchema): Unlisted {
  const asked = method === 'HEAD' ? 'GET' : method;
  const path = paths.find((sample) => schema.routeFor(asked, sample) !== null);
  if (path === undefined) return null;
  const listed = schema.queryNames(asked, path);
  return listed === null ? [] : names.filter((name) => !listed.has(name));
}

/** Reads a document that is kept. */
export function openKept({ fragment }: OpenJob): Opened {
  if (!isDocument(fragment)) throw new Error('assertion: a document');
  const opened = openDocument(fragment);
  if (opened.kind === 'ready') return { kind: 'ready', operations: opened.schema.operations };
  return { kind: 'faulty', faults: opened.faults.map((fault) => ({ ...fault, line: null })) };
}
