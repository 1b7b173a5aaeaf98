/** A media type with its parameters (RFC 9110 §8.3.1); `malformed` when two readers could disagree. */
export type ContentType = { kind: 'ok'; type: string; parameters: ReadonlyMap<string, string> } | { kind: 'malformed' };

const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
const PARAMETERS_MAX = 8;

/** Parses `type/subtype; name=value` and `name="value"`. A repeated or unreadable parameter is malformed: readers differ on which one wins. */
export function parseContentType(header: string): ContentType {
  const parameters = new Map<string, string>();
  const semicolon = header.indexOf(';');
  const type = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const slash = type.indexOf('/');
  if (!isToken(type.slice(0, slash)) || !isToken(type.slice(slash + 1)) || slash < 1) return { kind: 'malformed' };
  let at = semicolon;
  while (at >= 0 && at < header.length) {
    at = skipBlank(header, at + 1);
    if (at >= header.length) break;
    const parameter = readParameter(header, at);
    if (parameter === undefined || parameters.has(parameter.name) || parameters.size >= PARAMETERS_MAX)
      return { kind: 'malformed' };
    parameters.set(parameter.name, parameter.value);
    at = skipBlank(header, parameter.end);
    if (at < header.length && header[at] !== ';') return { kind: 'malformed' };
  }
  return { kind: 'ok', type, parameters };
}

/** Reads one `name=value` at `at`; used for Content-Disposition parameters as well. */
export function readParameter(text: string, at: number): { name: string; value: string; end: number } | undefined {
  const equals = text.indexOf('=', at);
  if (equals < 0) return undefined;
  const name = text.slice(at, equals).toLowerCase();
  if (!isToken(name)) return undefined;
  if (text[equals + 1] === '"') return readQuoted(text, equals + 2, name);
  const semicolon = text.indexOf(';', equals);
  const end = semicolon < 0 ? text.length : semicolon;
  const value = text.slice(equals + 1, end).trim();
  return value === '' || value.includes('"') ? undefined : { name, value, end };
}

/** Browsers write `\"` or `%22` for a quote and a bare `\` for itself; only `\"` and `\\` are unescaped (RFC 7578 §4.2). */
function readQuoted(text: string, from: number, name: string): { name: string; value: string; end: number } | undefined {
  let value = '';
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"') return { name, value, end: i + 1 };
    const next = text[i + 1];
    if (character === '\\' && (next === '"' || next === '\\')) {
      value += next;
      i++;
    } else value += character;
  }
  return undefined;
}

/** Skips blanks and tabs. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function isToken(text: string): boolean {
  if (text === '') return false;
  for (const character of text) if (!TOKEN.includes(character)) return false;
  return true;
}
