import type { Field, Location } from '../types.ts';
import type { DecodeLimits } from './limits.ts';

const NAME_MAX = 256;
const HEAD_WORDS_MAX = 8;
const OPERATIONS = new Set(['query', 'mutation', 'subscription', 'fragment']);
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
]);
const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What a document gave: its texts as fields, the limit it passed, or that it is no executable document. */
export type GraphqlResult = { kind: 'document'; fields: Field[] } | { kind: 'over-limit'; limit: string } | { kind: 'malformed' };

interface Place {
  location: Location;
  name: string;
}

/** One bracket that is open, with the name it hangs on. */
interface Open {
  bracket: string;
  name: string;
}

interface Reader {
  text: string;
  at: number;
  place: Place;
  limits: DecodeLimits;
  fields: Field[];
  open: Open[];
  /** The name read last. */
  word: string;
  /** Names read since the last operation ended. */
  headWords: number;
  tokens: number;
  aliases: number;
  previous: string;
  operations: number;
}

/**
 * Reads an executable GraphQL document (GraphQL October 2021 §2) far enough to take its strings and comments out: they are what a
 * client puts into it, while the document around them looks like code to every other reader. What is not such a document to its last
 * token is malformed and stays a text.
 *
 * @example parseGraphql('{ user(id: "7") { name } }', { location: 'json', name: 'query' }, DECODE_LIMITS) // query.user.id = '7'
 */
export function parseGraphql(text: string, place: Place, limits: DecodeLimits): GraphqlResult {
  if (text.length > limits.graphqlBytesMax) return { kind: 'over-limit', limit: 'graphqlBytesMax' };
  const reader: Reader = {
    text,
    at: 0,
    place,
    limits,
    fields: [],
    open: [],
    word: '',
    headWords: 0,
    tokens: 0,
    aliases: 0,
    previous: '',
    operations: 0,
  };
  while (reader.at < text.length) {
    if (skipIgnored(reader)) continue;
    if (++reader.tokens > limits.graphqlTokensMax) return { kind: 'over-limit', limit: 'graphqlTokensMax' };
    if (!readToken(reader)) return { kind: 'malformed' };
    if (reader.open.length > limits.graphqlDepthMax) return { kind: 'over-limit', limit: 'graphqlDepthMax' };
    if (reader.aliases > limits.graphqlAliasesMax) return { kind: 'over-limit', limit: 'graphqlAliasesMax' };
  }
  const isWhole = reader.open.length === 0 && reader.operations > 0 && reader.previous === '}';
  return isWhole ? { kind: 'document', fields: reader.fields } : { kind: 'malformed' };
}

/** True for texts that begin as executable documents do; asked before a value is read as one. */
export function looksLikeGraphql(text: string): boolean {
  return /^[\s,\uFEFF]{0,64}(?:#|\{\s{0,64}(?:[A-Za-z_#]|\.\.\.)|(?:query|mutation|subscription|fragment)\b)/.test(text);
}

/** White space, commas and byte order marks mean nothing; comments mean nothing to the server but are not hidden from us (§2.1). */
function skipIgnored(reader: Reader): boolean {
  const { text } = reader;
  const character = text.charAt(reader.at);
  if (character === '#') {
    let end = reader.at;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    pushText(reader, 'comment', text.slice(reader.at + 1, end));
    reader.at = end;
    return true;
  }
  if (!' \t\n\r,\uFEFF'.includes(character)) return false;
  reader.at++;
  return true;
}

function readToken(reader: Reader): boolean {
  const { text, at } = reader;
  const character = text.charAt(at);
  if (isNameStart(text.charCodeAt(at))) return readName(reader);
  if (character === '"') return readString(reader);
  if (character === '-' || isDigit(text.charCodeAt(at))) return readNumber(reader);
  if (text.startsWith('...', at)) {
    reader.at += 3;
    return take(reader, '...') && inSelection(reader);
  }
  reader.at++;
  if (CLOSING.has(character)) return openBracket(reader, character);
  if (character === '}' || character === ')' || character === ']') return closeBracket(reader, character);
  return readMark(reader, character);
}

function readMark(reader: Reader, character: string): boolean {
  if (character === ':') {
    if (reader.previous !== 'name' || reader.open.length === 0) return false;
    if (inSelection(reader)) reader.aliases++;
    return take(reader, ':');
  }
  if (character === '$' || character === '@') {
    if (!isNameStart(reader.text.charCodeAt(reader.at))) return false;
    return (character === '@' || inArguments(reader)) && take(reader, character);
  }
  return (character === '!' || character === '=') && inArguments(reader) && take(reader, character);
}

function take(reader: Reader, token: string): boolean {
  reader.previous = token;
  return true;
}

function inSelection({ open }: Reader): boolean {
  return open.length > 0 && open.every(({ bracket }) => bracket === '{');
}

function inArguments(reader: Reader): boolean {
  return reader.open.some(({ bracket }) => bracket === '(');
}

function readName(reader: Reader): boolean {
  const { text } = reader;
  const start = reader.at;
  while (isNameStart(text.charCodeAt(reader.at)) || isDigit(text.charCodeAt(reader.at))) reader.at++;
  const word = text.slice(start, Math.min(reader.at, start + NAME_MAX));
  if (reader.open.length === 0 && !isHeadWord(reader, word)) return false;
  // Keys of input objects reach an application as keys of objects do.
  if (word.startsWith('__') && word.endsWith('__')) reader.fields.push({ ...reader.place, name: path(reader, word), value: '' });
  reader.word = word;
  return take(reader, 'name');
}

/** Between operations stand their kind, their name, directives and the type of a fragment; more words are another language. */
function isHeadWord(reader: Reader, word: string): boolean {
  if (reader.previous !== '' && reader.previous !== '}') return ++reader.headWords <= HEAD_WORDS_MAX;
  reader.headWords = 1;
  return OPERATIONS.has(word);
}

function openBracket(reader: Reader, bracket: string): boolean {
  const { open, previous } = reader;
  if (bracket === '(' && previous !== 'name') return false;
  if (bracket === '{' && open.length === 0) reader.operations++;
  // `{{` and `[` begin nothing outside of arguments.
  if (bracket !== '(' && !inArguments(reader) && (bracket === '[' || previous === '{' || previous === ':')) return false;
  // Names of operations are the client's own and say nothing of where a text goes.
  open.push({ bracket, name: open.length === 0 ? '' : reader.word });
  reader.word = '';
  return take(reader, bracket);
}

function closeBracket(reader: Reader, bracket: string): boolean {
  const last = reader.open.pop();
  if (last === undefined || CLOSING.get(last.bracket) !== bracket) return false;
  // A selection or a list of arguments has something in it.
  if (reader.previous === last.bracket && (last.bracket === '(' || !inArguments(reader)) && last.bracket !== '[') return false;
  reader.word = last.name;
  return take(reader, bracket === ')' ? 'name' : bracket);
}

function readNumber(reader: Reader): boolean {
  const match = /^-?\d{1,64}(?:\.\d{1,64})?(?:[eE][+-]?\d{1,8})?/.exec(reader.text.slice(reader.at, reader.at + 192));
  if (match === null || !inArguments(reader)) return false;
  reader.at += match[0].length;
  return !isNameStart(reader.text.charCodeAt(reader.at)) && take(reader, 'value');
}

function readString(reader: Reader): boolean {
  if (!inArguments(reader)) return false;
  const block = reader.text.startsWith('"""', reader.at);
  const value = block ? readBlock(reader) : readLine(reader);
  if (value === undefined) return false;
  pushText(reader, reader.word, value);
  return take(reader, 'value');
}

function readBlock(reader: Reader): string | undefined {
  const { text } = reader;
  const start = reader.at + 3;
  for (let end = text.indexOf('"""', start); end >= 0; end = text.indexOf('"""', end + 3)) {
    if (text[end - 1] === '\\') continue;
    reader.at = end + 3;
    return text.slice(start, end).replaceAll('\\"""', '"""');
  }
  return undefined;
}

function readLine(reader: Reader): string | undefined {
  const { text } = reader;
  let out = '';
  for (let i = reader.at + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"') {
      reader.at = i + 1;
      return out;
    }
    if (character === '\n' || character === '\r') return undefined;
    if (character !== '\\') {
      out += character;
      continue;
    }
    const escape = readEscape(text, i + 1);
    if (escape === undefined) return undefined;
    out += escape.value;
    i += escape.length;
  }
  return undefined;
}

function readEscape(text: string, at: number): { value: string; length: number } | undefined {
  const kind = text.charAt(at);
  if (kind === '"' || kind === '\\' || kind === '/') return { value: kind, length: 1 };
  const simple = SIMPLE_ESCAPES.get(kind);
  if (simple !== undefined) return { value: simple, length: 1 };
  if (kind !== 'u') return undefined;
  const digits = /^(?:([\dA-Fa-f]{4})|\{([\dA-Fa-f]{1,6})\})/.exec(text.slice(at + 1, at + 9));
  const point = parseInt(digits?.[1] ?? digits?.[2] ?? '', 16);
  if (digits === null || point > 0x10ffff) return undefined;
  return { value: String.fromCodePoint(point), length: digits[0].length + 1 };
}

function pushText(reader: Reader, word: string, value: string): void {
  if (value.trim() !== '') reader.fields.push({ location: reader.place.location, name: path(reader, word), value });
}

/** Name of a text: where the document stood, the fields and keys that lead to it, and its own. */
function path({ place, open }: Reader, word: string): string {
  let name = place.name;
  for (const step of [...open.map((item) => item.name), word]) {
    if (step === '' || name.length + step.length >= NAME_MAX) continue;
    name = name === '' ? step : `${name}.${step}`;
  }
  return name;
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
