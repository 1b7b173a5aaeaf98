import type { RawGate } from './raw-gate.ts';
import * as S from './raw-states.ts';

// At most 15 digits: every such number is exact in a double and below 2^63, where parsers begin to disagree.
const CONTENT_LENGTH = /^[0-9]{1,15}$/u;
const CHUNKED = /^ *chunked *$/iu;
const TRAILER_FIELDS_MAX = 32;

/** RFC 9110 §6.5.1: fields of framing, routing, authentication and content must not come after the content. */
const NOT_IN_TRAILER: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function beginHead(gate: RawGate): void {
  gate.requests += 1;
  gate.phase = 'head';
  gate.held = '';
  gate.leadingLines = 0;
  gate.headBytes = 0;
  gate.headerCount = 0;
  gate.lengthText = null;
  gate.isChunked = false;
  gate.upgradeText = null;
  gate.connectionText = '';
  gate.inTrailer = false;
}

const FIELD_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['content-length', S.FIELD_LENGTH],
  ['transfer-encoding', S.FIELD_CODING],
  ['upgrade', S.FIELD_UPGRADE],
  ['connection', S.FIELD_CONNECTION],
]);
// `upgrade`, `connection`, `content-length`, `transfer-encoding`: only names of these lengths are looked at.
const NAME_LENGTHS: ReadonlySet<number> = new Set([...FIELD_BY_NAME.keys()].map((name) => name.length));

/** Most names are told apart from those that count by their length alone. */
export const isNameRead = (gate: RawGate, length: number): boolean => gate.inTrailer || NAME_LENGTHS.has(length);

/** Notes which field begins; false when a trailer holds what it must not. */
export function nameField(gate: RawGate, name: string): boolean {
  gate.field = S.FIELD_OTHER;
  if (gate.inTrailer) return gate.headerCount <= TRAILER_FIELDS_MAX && !NOT_IN_TRAILER.has(name.toLowerCase());
  if (name !== '') gate.field = FIELD_BY_NAME.get(name.toLowerCase()) ?? S.FIELD_OTHER;
  return true;
}

/** RFC 9110 §5.5: optional whitespace around a value is SP and HTAB only; `trim` would take more. */
function trimValue(value: string): string {
  let from = 0;
  let to = value.length;
  const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
  while (from < to && isBlank(value.charCodeAt(from))) from += 1;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to -= 1;
  return value.slice(from, to);
}

/** Takes the value of a framing field; the rule it breaks, or null. */
export function endField(gate: RawGate): string | null {
  if (gate.field === S.FIELD_OTHER) return null;
  const { held } = gate;
  const value = trimValue(held);
  gate.held = '';
  switch (gate.field) {
    case S.FIELD_LENGTH:
      if (gate.lengthText !== null) return 'cl-duplicate';
      gate.lengthText = value;
      return CONTENT_LENGTH.test(value) ? null : 'cl-value';
    case S.FIELD_CODING:
      if (gate.isChunked) return 'te-duplicate';
      gate.isChunked = true;
      // RFC 9112 §6.1: a coding we do not know leaves the length of the body unknown. Tabs around it are legal, but Node's
      // parser does not see `chunked` behind one, so the two would read different bodies.
      return CHUNKED.test(held) ? null : 'te-value';
    case S.FIELD_UPGRADE:
      if (gate.upgradeText !== null) return 'upgrade-duplicate';
      gate.upgradeText = value.toLowerCase();
      return null;
    default:
      gate.connectionText += `,${value.toLowerCase()}`;
      return null;
  }
}

const hasToken = (list: string, token: string): boolean => list.split(',').some((item) => trimValue(item) === token);

/** The empty line: ends a head or, in a trailer, a request. The rule that the head breaks, or null. */
export function endSection(gate: RawGate): string | null {
  if (gate.inTrailer) {
    endRequest(gate);
    return null;
  }
  if (gate.isChunked && gate.lengthText !== null) return 'te-with-cl';
  if (gate.isChunked && gate.version === 'HTTP/1.0') return 'te-on-http10';
  const length = gate.lengthText === null ? 0 : Number(gate.lengthText);
  const upgrade = offersUpgrade(gate) && gate.upgradeText === 'websocket';
  if (offersUpgrade(gate) && (gate.isChunked || length > 0)) return 'upgrade-with-body';
  const framing = gate.isChunked ? 'chunked' : length > 0 ? 'length' : 'none';
  const { method, target, version, headerCount } = gate;
  if (!gate.addHead({ method, target, version, headerCount, framing, upgrade, body: null })) return 'pipeline-long';
  gate.bodyBytes = length;
  gate.bodyLeft = length;
  gate.extensionBytes = 0;
  enterBody(gate, framing, upgrade);
  return null;
}

function offersUpgrade(gate: RawGate): boolean {
  return gate.upgradeText !== null && gate.version === 'HTTP/1.1' && hasToken(gate.connectionText, 'upgrade');
}

function enterBody(gate: RawGate, framing: 'none' | 'length' | 'chunked', upgrade: boolean): void {
  if (upgrade) {
    gate.state = S.OPAQUE;
    gate.phase = 'opaque';
  } else if (framing === 'none') endRequest(gate);
  else {
    gate.phase = 'body';
    gate.state = framing === 'length' ? S.BODY : S.CHUNK_SIZE;
    gate.chunkSize = 0;
    gate.chunkDigits = 0;
  }
}

/**
 * The request is whole. After `Connection: close` nothing that follows is a request (RFC 9112 §9.6). A request with `Upgrade`
 * that is not taken up (`h2c`, or no `Connection: Upgrade`) is the last one too: its answer closes the connection, and what an
 * impatient client sent behind it may not reach the application unanswered.
 */
export function endRequest(gate: RawGate): void {
  gate.inTrailer = false;
  gate.phase = 'idle';
  gate.state = S.START;
  const isLast =
    gate.version === 'HTTP/1.0' ? !hasToken(gate.connectionText, 'keep-alive') : hasToken(gate.connectionText, 'close');
  if (isLast || gate.upgradeText !== null) gate.stop();
}
