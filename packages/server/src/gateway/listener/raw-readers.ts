import { METHODS } from '../front-gate/front-gate-methods.ts';
import { CR, IS_NAME, IS_TARGET, IS_TOKEN, IS_VALUE, COLON, LF, SP, TAB, UNDERSCORE } from './http-bytes.ts';
import { beginHead, endField, endSection, isNameRead, nameField } from './raw-framing.ts';
import { CHUNK_READERS } from './raw-chunks.ts';
import type { RawGate, Reader } from './raw-gate.ts';
import * as S from './raw-states.ts';

const METHOD_BYTES_MAX = 32;
const VERSION_BYTES = 8;
const NAME_BYTES_MAX = 256;

const text = (chunk: Buffer, from: number, to: number): string => chunk.toString('latin1', from, to);

/** RFC 9112 §2.2 allows a server to skip an empty line before the request line; one, not many. */
const readStart: Reader = (gate, chunk, at) => {
  const byte = chunk[at];
  if (byte === CR) {
    if (gate.leadingLines > 0) return gate.fail('leading-lines');
    gate.leadingLines += 1;
    gate.state = S.START_LF;
    return at + 1;
  }
  if (byte === LF) return gate.fail('bare-lf');
  beginHead(gate);
  gate.state = S.METHOD;
  return at;
};

const readMethod: Reader = (gate, chunk, at) => {
  let next = at;
  while (next < chunk.length && IS_TOKEN[chunk[next]!] === 1) next += 1;
  if (gate.held.length + next - at > METHOD_BYTES_MAX) return gate.fail('method-long', 'method-refused');
  gate.held += text(chunk, at, next);
  if (next === chunk.length) return next;
  if (chunk[next] !== SP || gate.held === '') return gate.fail('request-line');
  if (!METHODS.has(gate.held)) return gate.fail('method', 'method-refused');
  gate.method = gate.held;
  gate.held = '';
  gate.state = S.TARGET;
  return next + 1;
};

const readTarget: Reader = (gate, chunk, at) => {
  let next = at;
  while (next < chunk.length && IS_TARGET[chunk[next]!] === 1) next += 1;
  if (gate.held.length + next - at > gate.limits.targetBytesMax) return gate.fail('target-long', 'target-too-long');
  gate.held += text(chunk, at, next);
  if (next === chunk.length) return next;
  if (chunk[next] !== SP || gate.held === '') return gate.fail('target-bytes');
  gate.target = gate.held;
  gate.held = '';
  gate.state = S.VERSION;
  return next + 1;
};

const readVersion: Reader = (gate, chunk, at) => {
  let next = at;
  while (next < chunk.length && chunk[next]! > SP) next += 1;
  if (gate.held.length + next - at > VERSION_BYTES) return gate.fail('version');
  gate.held += text(chunk, at, next);
  if (next === chunk.length) return next;
  if (chunk[next] !== CR) return gate.fail(chunk[next] === LF ? 'bare-lf' : 'request-line');
  gate.version = gate.held;
  gate.held = '';
  if (gate.version !== 'HTTP/1.1' && gate.version !== 'HTTP/1.0') {
    const isVersion = /^HTTP\/\d\.\d$/u.test(gate.version);
    return gate.fail('version', isVersion ? 'version-unsupported' : 'request-malformed');
  }
  gate.state = S.LINE_LF;
  return next + 1;
};

/** A reader of the LF that must follow a CR: RFC 9112 §2.2 forbids to read a bare CR as a line end. */
const lineFeed =
  (then: (gate: RawGate) => void): Reader =>
  (gate, chunk, at) => {
    if (chunk[at] !== LF) return gate.fail('bare-cr');
    then(gate);
    return at + 1;
  };

const toNameStart = (gate: RawGate): void => {
  // The request line has its own limits; the header block counts from here.
  gate.headBytes = 0;
  gate.state = S.NAME_START;
};

const readNameStart: Reader = (gate, chunk, at) => {
  const byte = chunk[at]!;
  if (byte === CR) {
    gate.state = S.SECTION_LF;
    return at + 1;
  }
  if (byte === LF) return gate.fail('bare-lf');
  // RFC 9112 §5.2: a server rejects line folding.
  if (byte === SP || byte === TAB) return gate.fail('line-folding');
  gate.headerCount += 1;
  if (gate.headerCount > gate.limits.headerCountMax) return gate.fail('header-count', 'headers-too-large');
  gate.state = S.NAME;
  return at;
};

const readName: Reader = (gate, chunk, at) => {
  let next = at;
  while (next < chunk.length && IS_NAME[chunk[next]!] === 1) next += 1;
  if (gate.held.length + next - at > NAME_BYTES_MAX) return gate.fail('header-name-long', 'headers-too-large');
  if (next === chunk.length) {
    gate.held += text(chunk, at, next);
    return next;
  }
  const byte = chunk[next];
  if (byte !== COLON) return gate.fail(byte === UNDERSCORE ? 'header-underscore' : 'header-name');
  const length = gate.held.length + next - at;
  if (length === 0) return gate.fail('header-name');
  if (!nameField(gate, isNameRead(gate, length) ? gate.held + text(chunk, at, next) : '')) return gate.fail('trailer-field');
  gate.held = '';
  gate.state = S.VALUE;
  return next + 1;
};

const readValue: Reader = (gate, chunk, at) => {
  let next = at;
  while (next < chunk.length && IS_VALUE[chunk[next]!] === 1) next += 1;
  if (gate.headBytes + next - at > gate.limits.headerBytesMax) return gate.fail('header-bytes', 'headers-too-large');
  // Trailer bytes are counted nowhere else: a body may not hide an endless header behind it.
  if (gate.inTrailer) gate.headBytes += next - at;
  if (gate.field !== S.FIELD_OTHER) gate.held += text(chunk, at, next);
  if (next === chunk.length) return next;
  if (chunk[next] !== CR) return gate.fail(chunk[next] === LF ? 'bare-lf' : 'header-value');
  gate.state = S.VALUE_LF;
  return next + 1;
};

const readValueLf: Reader = (gate, chunk, at) => {
  if (chunk[at] !== LF) return gate.fail('bare-cr');
  const fault = endField(gate);
  if (fault !== null) return gate.fail(fault);
  gate.state = S.NAME_START;
  return at + 1;
};

const readSectionLf: Reader = (gate, chunk, at) => {
  if (chunk[at] !== LF) return gate.fail('bare-cr');
  const fault = endSection(gate);
  return fault === null ? at + 1 : gate.fail(fault);
};

const readOpaque: Reader = (_gate, chunk) => chunk.length;

/** In the order of `raw-states.ts`. */
export const READERS: readonly Reader[] = [
  readStart,
  lineFeed((gate) => {
    gate.state = S.START;
  }),
  readMethod,
  readTarget,
  readVersion,
  lineFeed(toNameStart),
  readNameStart,
  readName,
  readValue,
  readValueLf,
  readSectionLf,
  ...CHUNK_READERS,
  readOpaque,
];
