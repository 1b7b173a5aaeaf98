import { Refusal } from '../../../platform/refusal.ts';
import type { JsonObject } from './answer.ts';
import { invalid, type Operation } from './call.ts';

const BODY_BYTES_MAX = 1_048_576;
const PATH_CHARS_MAX = 1024;
const SEGMENTS_MAX = 16;
const DEPTH_MAX = 64;
const PREFIX = '/v1/';
const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['LIST', 'list'],
  // Go clients write with PUT, the others with POST.
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);

export interface Target {
  readonly operation: Operation;
  readonly path: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** What is asked for, decoded once. */
export function readTarget(request: Request): Target {
  const { pathname, searchParams: query } = new URL(request.url);
  const operation = OPERATIONS.get(request.method);
  if (operation === undefined) throw new Refusal('method-refused');
  const raw = pathname.slice(PREFIX.length).replace(/\/$/u, '');
  if (!pathname.startsWith(PREFIX) || raw === '' || raw.length > PATH_CHARS_MAX) throw new Refusal('not-found');
  const segments = raw.split('/').map(decodeSegment);
  if (segments.length > SEGMENTS_MAX) throw invalid(`at most ${SEGMENTS_MAX} parts of a path`);
  const isListing = operation === 'read' && ['true', '1', 't'].includes(query.get('list') ?? '');
  return { operation: isListing ? 'list' : operation, path: segments.join('/'), segments, query };
}

function decodeSegment(raw: string): string {
  let text: string;
  try {
    text = decodeURIComponent(raw);
  } catch {
    throw invalid('the path is not well encoded');
  }
  // A slash that was encoded would become another path than the one that was asked for.
  if (text === '' || text === '.' || text === '..' || /[/\\\p{Cc}]/u.test(text))
    throw invalid('the path has a part that cannot be');
  return text;
}

/** These have none; asking the framework for it would cost more than the rest of the call. */
const BODILESS = new Set(['GET', 'HEAD', 'LIST']);

/** The body as an object; nothing is an empty one. */
export async function readBody(request: Request): Promise<JsonObject> {
  if (BODILESS.has(request.method)) return {};
  const text = await readText(request);
  if (text.trim() === '') return {};
  if (isTooDeep(text)) throw invalid(`at most ${DEPTH_MAX} levels of JSON`);
  let value: unknown;
  try {
    value = JSON.parse(text, (key, held: unknown) => {
      if (key === '__proto__') throw invalid('__proto__ is no name of a field');
      return held;
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw invalid('error parsing JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid('the body is not a JSON object');
  // Neither null nor an array: an object whose fields each operation checks.
  return value as JsonObject;
}

async function readText(request: Request): Promise<string> {
  if (request.body === null) return '';
  if (Number(request.headers.get('content-length') ?? 0) > BODY_BYTES_MAX) throw new Refusal('body-too-large');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw new Refusal('body-too-large');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw invalid('the body is not UTF-8');
  }
}

/** Before it is parsed: what walks the value later does so by recursion. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (isInText) {
      if (letter === '\\') at += 1;
      else if (letter === '"') isInText = false;
    } else if (letter === '"') isInText = true;
    else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}
