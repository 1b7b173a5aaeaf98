import { isCampaignMark, parsePairs, type CanonicalRequest } from '@holdfast/inspect';
import type { CompiledDocument, CompiledOperation } from './compile-document.ts';
import type { CompiledParameter } from './compile-parameters.ts';
import type { FoundItem } from './document-routes.ts';
import { judgeBody, type JudgedBody } from './judge-body.ts';
import { judgeParameter, type Pair } from './judge-parameters.ts';
import { step } from './reading/faults.ts';
import { Sink, type SchemaViolation } from './violation.ts';

/** What of a request is compared with a document. */
export interface JudgedRequest {
  readonly canonical: CanonicalRequest;
  /** As received, without `?`: a list in one value is divided before it is anything else. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null = it has none, or none is here to be compared. */
  readonly body: JudgedBody | null;
  /** Pieces of a body that streams, after its head was judged. */
  readonly isPart: boolean;
}

const PAIRS_MAX = 256;
/** Methods that ask about a resource and carry nothing to it. */
const QUESTIONS: ReadonlySet<string> = new Set(['OPTIONS']);
/** Names that reach behind the objects of a program whatever a document says (CWE-1321). */
const PROTOTYPE = /(?:^|[.[])__proto__(?:$|[.\]])/u;

/** Compares a request with a document. Total; bounded by what the decoder lets in. */
export function judgeRequest(document: CompiledDocument, request: JudgedRequest): readonly SchemaViolation[] {
  const { method, path } = request.canonical;
  const items = document.routes.find(path);
  const found = operationOf(items, method);
  const sink = new Sink();
  if (found === null) {
    const policy = document.unknownRoutes;
    if (policy === 'pass' || (QUESTIONS.has(method) && items.length > 0)) return [];
    const reason = items.length === 0 ? 'route' : 'method';
    const at = step('/paths', items[0]?.item.path ?? '').replace(/\/$/u, '');
    sink.tell({ location: 'path', pointer: '', name: '', reason, at, action: policy });
    return sink.violations;
  }
  const { operation, item } = found;
  const { unknown } = operation;
  if (refusesPrototype(request, operation, sink)) return sink.violations;
  if (!request.isPart) judgeHead(request, { operation, item }, sink);
  judgeBody(request.body, { body: operation.body, unknown, pointer: step(operation.pointer, 'requestBody') }, sink);
  return sink.violations;
}

interface Found {
  readonly item: FoundItem<CompiledOperation>;
  readonly operation: CompiledOperation;
}

/** A broad place must not hide a narrower one that does not have the method. */
function operationOf(items: readonly FoundItem<CompiledOperation>[], method: string): Found | null {
  for (const item of items) {
    const { methods } = item.item;
    const operation = methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined);
    if (operation !== undefined) return { item, operation };
  }
  return null;
}

/** Before anything is put together from names of the client. */
function refusesPrototype({ canonical }: JudgedRequest, { pointer }: CompiledOperation, sink: Sink): boolean {
  const found = canonical.fields.find(({ location, name }) => OWN_NAMES.has(location) && PROTOTYPE.test(name));
  if (found === undefined) return false;
  const location = found.location === 'file-name' ? 'multipart' : found.location;
  const names = found.location === 'json' ? found.name.split('.') : [found.name];
  const told = names.slice(0, names.findIndex((name) => PROTOTYPE.test(name)) + 1);
  const name = told.join('.');
  sink.tell({ location, pointer: told.reduce(step, ''), name, reason: 'unknown', at: pointer });
  return true;
}

const OWN_NAMES: ReadonlySet<string> = new Set(['query', 'form', 'json', 'multipart', 'file-name']);

function judgeHead(request: JudgedRequest, { item, operation }: Found, sink: Sink): void {
  const { unknown } = operation;
  const query = queryPairs(request.query);
  const places: Places = { request, item, query, operation };
  for (const parameter of operation.parameters) judgeParameter(parameter, valuesOf(parameter, places), sink);
  if (unknown === 'pass') return;
  for (const pair of query) {
    if (isListed(pair.name, operation) || isCampaignMark({ location: 'query', name: pair.name })) continue;
    const place = { location: 'query' as const, pointer: step('', pair.name), name: pair.name };
    sink.tell({ ...place, reason: 'unknown', at: step(operation.pointer, 'parameters'), action: unknown });
  }
}

/** The pairs as the decoder takes them apart, before it looks for documents within them. */
function queryPairs(query: string): readonly Pair[] {
  const parsed = parsePairs(query, { location: 'query', pairsMax: PAIRS_MAX, limit: 'queryParametersMax' });
  return parsed.kind === 'ok' ? parsed.fields : [];
}

function isListed(name: string, { queryNames, parameters }: CompiledOperation): boolean {
  if (queryNames.has(name)) return true;
  return parameters.some((parameter) => {
    const { writing, name: outer, place } = parameter;
    return (writing.form === 'deep' && isMember(name, outer)) || (place === 'query' && isOpenSpread(parameter));
  });
}

/** Its members are parameters of any name. */
const isOpenSpread = ({ writing, outline }: CompiledParameter): boolean =>
  writing.form === 'spread' && (outline.isOpen || outline.names === null);

/** `filter[price]`: one step, as OpenAPI says of deepObject. */
function isMember(name: string, outer: string): boolean {
  return name.startsWith(`${outer}[`) && name.indexOf(']') === name.length - 1 && name.indexOf('[', outer.length + 1) < 0;
}

interface Places {
  readonly request: JudgedRequest;
  readonly item: FoundItem<CompiledOperation>;
  readonly query: readonly Pair[];
  readonly operation: CompiledOperation;
}

function queryValues(parameter: CompiledParameter, { query, operation: { queryNames } }: Places): readonly Pair[] {
  const { writing, name, members } = parameter;
  if (writing.form === 'deep') return query.filter((pair) => isMember(pair.name, name));
  if (writing.form !== 'spread') return query.filter((pair) => pair.name === name);
  const isOpen = isOpenSpread(parameter);
  return query.filter((pair) => members.has(pair.name) || (isOpen && !queryNames.has(pair.name)));
}

function valuesOf(parameter: CompiledParameter, places: Places): readonly Pair[] {
  const { place, name } = parameter;
  const { request, item } = places;
  if (place === 'query') return queryValues(parameter, places);
  if (place === 'cookie')
    return request.canonical.fields.filter(({ location, name: own }) => location === 'cookie' && own === name);
  if (place === 'header') return request.headers.flatMap(([own, value]) => (own === name ? [{ name, value }] : []));
  const at = item.item.names.indexOf(name);
  const value = item.values[at];
  return value === undefined ? [] : [{ name, value }];
}
