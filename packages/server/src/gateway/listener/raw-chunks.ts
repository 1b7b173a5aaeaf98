import { CR, EQUALS, IS_QUOTED, IS_TOKEN, LF, QUOTE, SEMICOLON, hexDigit } from './http-bytes.ts';
import { endRequest } from './raw-framing.ts';
import type { RawGate, Reader } from './raw-gate.ts';
import * as S from './raw-states.ts';

// Eight hexadecimal digits stay below 2^32: larger sizes wrap around in 32-bit parsers.
const SIZE_DIGITS_MAX = 8;
/** Extension bytes of one whole body: a byte of data behind a kilobyte of extension is a known way to burn a server. */
const EXTENSION_BYTES_MAX = 4096;

/** Node's parser holds the same bytes unread meanwhile: below its high-water mark that stops nothing. */
const WHOLE_BODY_BYTES_MAX = 32_768;

const readBody: Reader = (gate, chunk, at) => {
  const taken = Math.min(gate.bodyLeft, chunk.length - at);
  // The last head is the one this body belongs to, unless it has been delivered already; then none is waiting.
  const head = taken === gate.bodyBytes && taken <= WHOLE_BODY_BYTES_MAX ? gate.heads.at(-1) : undefined;
  if (head !== undefined) head.body = chunk.subarray(at, at + taken);
  gate.bodyLeft -= taken;
  if (gate.bodyLeft === 0) endRequest(gate);
  return at + taken;
};

const readSize: Reader = (gate, chunk, at) => {
  const byte = chunk[at]!;
  const digit = hexDigit(byte);
  if (digit >= 0) {
    gate.chunkDigits += 1;
    if (gate.chunkDigits > SIZE_DIGITS_MAX) return gate.fail('chunk-size');
    gate.chunkSize = gate.chunkSize * 16 + digit;
    return at + 1;
  }
  if (gate.chunkDigits === 0) return gate.fail('chunk-size');
  return afterSize(gate, byte, at);
};

function afterSize(gate: RawGate, byte: number, at: number): number {
  if (byte === CR) gate.state = S.CHUNK_SIZE_LF;
  else if (byte === SEMICOLON) {
    gate.state = S.EXTENSION_NAME;
    gate.held = '';
    gate.extensionBytes += 1;
  } else return gate.fail(byte === LF ? 'bare-lf' : 'chunk-size');
  return at + 1;
}

/** Counts extension bytes and leaves for `state`; extensions are checked and dropped, never forwarded. */
function stepExtension(gate: RawGate, at: number, state: number): number {
  gate.extensionBytes += 1;
  if (gate.extensionBytes > EXTENSION_BYTES_MAX) return gate.fail('chunk-extension');
  gate.state = state;
  return at + 1;
}

// RFC 9112 §7.1.1: `;` name [ `=` ( token / quoted-string ) ]. The "bad" whitespace of that grammar is refused.
const readExtensionName: Reader = (gate, chunk, at) => {
  const byte = chunk[at]!;
  if (IS_TOKEN[byte] === 1) {
    gate.held = 'x';
    return stepExtension(gate, at, S.EXTENSION_NAME);
  }
  if (gate.held === '') return gate.fail('chunk-extension');
  gate.held = '';
  if (byte === EQUALS) return stepExtension(gate, at, S.EXTENSION_VALUE);
  return afterExtension(gate, byte, at);
};

const readExtensionValue: Reader = (gate, chunk, at) => {
  const byte = chunk[at]!;
  if (IS_TOKEN[byte] === 1) {
    gate.held = 'x';
    return stepExtension(gate, at, S.EXTENSION_VALUE);
  }
  if (byte === QUOTE && gate.held === '') return stepExtension(gate, at, S.EXTENSION_QUOTED);
  if (gate.held === '') return gate.fail('chunk-extension');
  return afterExtension(gate, byte, at);
};

const readExtensionQuoted: Reader = (gate, chunk, at) => {
  const byte = chunk[at]!;
  if (byte === QUOTE) return stepExtension(gate, at, S.EXTENSION_END);
  // A backslash escape is refused with the rest: no client sends one and parsers differ on it.
  return IS_QUOTED[byte] === 1 ? stepExtension(gate, at, S.EXTENSION_QUOTED) : gate.fail('chunk-extension');
};

const readExtensionEnd: Reader = (gate, chunk, at) => afterExtension(gate, chunk[at]!, at);

function afterExtension(gate: RawGate, byte: number, at: number): number {
  gate.held = '';
  if (byte === SEMICOLON) return stepExtension(gate, at, S.EXTENSION_NAME);
  if (byte !== CR) return gate.fail(byte === LF ? 'bare-lf' : 'chunk-extension');
  gate.state = S.CHUNK_SIZE_LF;
  return at + 1;
}

const readSizeLf: Reader = (gate, chunk, at) => {
  if (chunk[at] !== LF) return gate.fail('bare-cr');
  gate.bodyLeft = gate.chunkSize;
  if (gate.chunkSize === 0) beginTrailer(gate);
  else gate.state = S.CHUNK_DATA;
  return at + 1;
};

function beginTrailer(gate: RawGate): void {
  gate.inTrailer = true;
  gate.headBytes = 0;
  gate.headerCount = 0;
  gate.held = '';
  gate.state = S.NAME_START;
}

const readData: Reader = (gate, chunk, at) => {
  const taken = Math.min(gate.bodyLeft, chunk.length - at);
  gate.bodyLeft -= taken;
  if (gate.bodyLeft === 0) gate.state = S.CHUNK_CR;
  return at + taken;
};

const readDataCr: Reader = (gate, chunk, at) => {
  if (chunk[at] !== CR) return gate.fail('chunk-terminator');
  gate.state = S.CHUNK_LF;
  return at + 1;
};

const readDataLf: Reader = (gate, chunk, at) => {
  if (chunk[at] !== LF) return gate.fail('chunk-terminator');
  gate.state = S.CHUNK_SIZE;
  gate.chunkSize = 0;
  gate.chunkDigits = 0;
  return at + 1;
};

/** States BODY to CHUNK_LF, in the order of `raw-states.ts`. */
export const CHUNK_READERS: readonly Reader[] = [
  readBody,
  readSize,
  readExtensionName,
  readExtensionValue,
  readExtensionQuoted,
  readExtensionEnd,
  readSizeLf,
  readData,
  readDataCr,
  readDataLf,
];
