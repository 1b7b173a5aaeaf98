import { canonicalPath, decodeRequest } from '@holdfast/inspect';
import { compileDocument, type CompiledDocument, type SchemaSettings } from './compile-document.ts';
import { judgeRequest } from './judge-request.ts';
import { judgedRequest } from './judged-request.ts';
import { readDocument, type ReadOptions } from './reading/read-document.ts';
import type { SchemaViolation } from './violation.ts';

/** For tests: a request as somebody would write it down. */
export interface TestRequest {
  readonly method?: string;
  readonly target: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Reads and compiles a document that has no fault. */
export function compiled(
  document: unknown,
  settings: SchemaSettings = { unknown: 'refuse', routes: 'refuse' },
  options: ReadOptions = {},
): CompiledDocument {
  const reading = readDocument(document, options);
  if (reading.kind === 'faulty') throw new Error(`assertion: ${JSON.stringify(reading.faults)}`);
  const result = compileDocument(reading.document, settings);
  if (result.kind === 'refused') throw new Error(`assertion: ${JSON.stringify(result.faults)}`);
  return result.document;
}

/** Compares a request with a document on the way that requests take in a gateway. */
export function judge(
  document: CompiledDocument,
  { method = 'GET', target, type, headers = {}, body }: TestRequest,
): readonly SchemaViolation[] {
  const [rawPath = '', query = ''] = target.split('?', 2);
  const path = canonicalPath(rawPath);
  if (path.kind !== 'ok') throw new Error('assertion: a path');
  const all = Object.entries({ ...headers, ...(type === undefined ? {} : { 'content-type': type }) });
  const bytes = body === undefined ? null : new TextEncoder().encode(body);
  const decoded = decodeRequest({ method, target, headers: all, body: bytes }, path.path);
  if (decoded.kind !== 'ok') throw new Error(`assertion: read, ${JSON.stringify(decoded)}`);
  const held = { canonical: decoded.request, query, headers: all, bytes, extent: 'whole' as const };
  return judgeRequest(document, judgedRequest(held));
}

/** What a report of them says, without where the document says it. */
export const told = (violations: readonly SchemaViolation[]): string[] =>
  violations.map(({ location, pointer, reason }) => `${location} ${pointer} ${reason}`);
