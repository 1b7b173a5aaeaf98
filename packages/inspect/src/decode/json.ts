import type { Field } from '../types.ts';
import type { DecodeLimits } from './limits.ts';
import { ambiguous, overLimit, type AmbiguityReason, type Parsed } from './outcome.ts';
import { hexByte } from './percent.ts';

const NAME_MAX = 256;
const SIMPLE_ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

type Stop = { reason: AmbiguityReason; name: string } | { limit: string };

/** Cursor over one document. It stops at the first fault and keeps it, so no exception is needed to unwind. */
interface Reader {
  text: string;
  at: number;
  keys: number;
  fields: Field[];
  limits: DecodeLimits;
  stop: Stop | undefined;
}

/**
 * Reads JSON strictly (RFC 8259) and flattens it to dotted names. Own parser, because JSON.parse keeps the last of two equal keys
 * without a word and takes any depth; duplicates are where two parsers disagree (RFC 8259 §4).
 *
 * @example parseJson('{"a":{"b":["x"]}}', DECODE_LIMITS) // field a.b.0 = 'x'
 */
export function parseJson(text: string, limits: DecodeLimits): Parsed {
  if (text.length > limits.jsonBytesMax) return overLimit('jsonBytesMax', 'json');
  const reader: Reader = { text, at: 0, keys: 0, fields: [], limits, stop: undefined };
  readValue(reader, '', 0);
  skipSpace(reader);
  if (reader.at < text.length) fail(reader, 'json-syntax', '');
  if (reader.stop === undefined) return { kind: 'ok', fields: reader.fields };
  return 'limit' in reader.stop ? overLimit(reader.stop.limit, 'json') : ambiguous(reader.stop.reason, 'json', reader.stop.name);
}

function fail(reader: Reader, reason: AmbiguityReason, name: string): void {
  reader.stop ??= { reason, name: name.slice(0, NAME_MAX) };
  reader.at = reader.text.length;
}

function exceed(reader: Reader, limit: string): void {
  reader.stop ??= { limit };
  reader.at = reader.text.length;
}

function skipSpace(reader: Reader): void {
  const { text } = reader;
  for (;;) {
    const code = text.charCodeAt(reader.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    reader.at++;
  }
}

function readValue(reader: Reader, name: string, depth: number): void {
  if (depth > reader.limits.jsonDepthMax) return exceed(reader, 'jsonDepthMax');
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === '{') return readObject(reader, name, depth);
  if (first === '[') return readArray(reader, name, depth);
  const value = first === '"' ? readString(reader, name) : readScalar(reader, name);
  if (value !== undefined) reader.fields.push({ location: 'json', name, value });
}

function readObject(reader: Reader, name: string, depth: number): void {
  const seen = new Set<string>();
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === '}') {
    reader.at++;
    return pushEmpty(reader, name);
  }
  for (;;) {
    skipSpace(reader);
    const key = reader.text[reader.at] === '"' ? readString(reader, name) : undefined;
    if (key === undefined) return fail(reader, 'json-syntax', name);
    const child = joinName(name, key);
    if (seen.has(key)) return fail(reader, 'json-duplicate-key', child);
    if (++reader.keys > reader.limits.jsonKeysMax) return exceed(reader, 'jsonKeysMax');
    seen.add(key);
    if (name.length + key.length >= NAME_MAX) pushLong(reader, name, key);
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') return fail(reader, 'json-syntax', child);
    reader.at++;
    readValue(reader, child, depth + 1);
    if (closes(reader, '}', name)) return;
  }
}

function readArray(reader: Reader, name: string, depth: number): void {
  reader.at++;
  skipSpace(reader);
  if (reader.text[reader.at] === ']') {
    reader.at++;
    return pushEmpty(reader, name);
  }
  for (let index = 0; ; index++) {
    // Elements count as keys: a million-element array costs what a million keys cost.
    if (++reader.keys > reader.limits.jsonKeysMax) return exceed(reader, 'jsonKeysMax');
    readValue(reader, joinName(name, String(index)), depth + 1);
    if (closes(reader, ']', name)) return;
  }
}

/** After a member: true when the container ends (or a fault ends everything), false after a comma. */
function closes(reader: Reader, bracket: string, name: string): boolean {
  if (reader.stop !== undefined) return true;
  skipSpace(reader);
  const next = reader.text[reader.at];
  reader.at++;
  if (next === bracket) return true;
  if (next === ',') return false;
  fail(reader, 'json-syntax', name);
  return true;
}

/** An empty member has a name all the same, and `{"$ne":{}}` is one that matters. */
function pushEmpty(reader: Reader, name: string): void {
  if (name !== '') reader.fields.push({ location: 'json', name, value: '' });
}

/** Names are bounded so that deep nesting of long keys cannot grow quadratically. The end is kept: keys nearest to a value name it. */
function joinName(parent: string, key: string): string {
  const joined = parent === '' ? key : `${parent}.${key}`;
  return joined.length > NAME_MAX ? joined.slice(-NAME_MAX) : joined;
}

/** Nothing that a bounded name drops goes unseen: the way so far becomes a field of its own, and so does a key that is longer. */
function pushLong(reader: Reader, parent: string, key: string): void {
  if (parent !== '') reader.fields.push({ location: 'json', name: parent, value: '' });
  if (key.length > NAME_MAX) reader.fields.push({ location: 'json', name: key.slice(0, NAME_MAX), value: key });
}

function readString(reader: Reader, name: string): string | undefined {
  const { text } = reader;
  let out = '';
  let from = reader.at + 1;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      reader.at = i + 1;
      return from === i ? out : out + text.slice(from, i);
    }
    if (code < 32) break;
    if (code !== 92) continue;
    const escape = readEscape(text, i + 1);
    if (escape === undefined) break;
    out += text.slice(from, i) + escape.value;
    i += escape.length;
    from = i + 1;
  }
  fail(reader, 'json-syntax', name);
  return undefined;
}

function readEscape(text: string, at: number): { value: string; length: number } | undefined {
  const simple = SIMPLE_ESCAPES.get(text.charAt(at));
  if (simple !== undefined) return { value: simple, length: 1 };
  if (text[at] !== 'u') return undefined;
  const high = hexByte(text, at + 1);
  const low = hexByte(text, at + 3);
  return high < 0 || low < 0 ? undefined : { value: String.fromCharCode(high * 256 + low), length: 5 };
}

/** Sticky and anchored, with no nested repetition: one pass whatever the input. */
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readScalar(reader: Reader, name: string): string | undefined {
  SCALAR.lastIndex = reader.at;
  const match = SCALAR.exec(reader.text);
  if (match === null) {
    fail(reader, 'json-syntax', name);
    return undefined;
  }
  reader.at += match[0].length;
  return match[0];
}
