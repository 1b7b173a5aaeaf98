import { SCHEMA_REASONS, type SchemaLocation } from '@holdfast/contract';
import { checkRequest, isParameter, parameterName } from '@holdfast/inspect';
import type { CanonicalRequest, CompiledSchema, Violation } from '@holdfast/inspect';
import type { DocumentSchema, SchemaViolation } from '../../domains/protection/index.ts';
import type { Exchange } from '../exchange.ts';
import type { AppliedSchema } from './applied-schema.ts';

/** What a request, or the parts of an upload that have passed, does not fit. */
export function violationsOf(exchange: Exchange, applied: AppliedSchema, request: CanonicalRequest): readonly SchemaViolation[] {
  return applied.kind === 'fragment'
    ? ofFragment(exchange, applied.schema, request)
    : ofDocument(exchange, applied.schema, request);
}

/** A body that streams is compared as it passes: here it is not there yet, and there only pieces of it are. */
function ofFragment({ body, canonical }: Exchange, schema: CompiledSchema, request: CanonicalRequest): SchemaViolation[] {
  const isPart = body.kind === 'stream' || request !== canonical;
  const told = new Map<string, SchemaViolation>();
  for (const violation of checkRequest(schema, request, { isPart }).map(toReport)) {
    const place = `${violation.location} ${violation.pointer}`;
    const held = told.get(place);
    // One for each place: what says most.
    if (held === undefined || rankOf(violation) < rankOf(held)) told.set(place, violation);
  }
  return [...told.values()];
}

const rankOf = ({ reason }: SchemaViolation): number => SCHEMA_REASONS.indexOf(reason);

function ofDocument(
  { body, canonical, head }: Exchange,
  schema: DocumentSchema,
  request: CanonicalRequest,
): readonly SchemaViolation[] {
  const bytes = body.kind === 'buffered' ? body.inflated : null;
  const extent = request !== canonical ? 'piece' : body.kind === 'stream' ? 'head' : 'whole';
  return schema.judge({ canonical: request, query: head.query, headers: head.headers, bytes, extent });
}

const WHOLE: ReadonlySet<string> = new Set(['route', 'method', 'content']);

/** Names of a fragment are flat; where they stand in a document is told by their dots. */
function toReport({ location, name, pointer: at, reason }: Violation): SchemaViolation {
  const place: SchemaLocation = location === 'file-name' ? 'multipart' : location;
  const names = place === 'json' ? name.split('.') : [name];
  const pointer = WHOLE.has(reason) || name === '' ? '' : names.map(escape).join('');
  return {
    location: place,
    pointer,
    name: isParameter(location) ? parameterName(location, name) : name,
    reason,
    at,
    action: 'refuse',
  };
}

/** RFC 6901 §3. */
const escape = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
