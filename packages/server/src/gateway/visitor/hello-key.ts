import { hash } from 'node:crypto';
import { Cursor } from '../../platform/tls/client-hello.ts';

/** What the first bytes of a TLS connection say of the client. */
export type HelloKey =
  | { readonly kind: 'key'; readonly key: string }
  /** The hello is longer than what has arrived: by so many bytes at least it is worth another look. */
  | { readonly kind: 'partial'; readonly bytesMin: number }
  /** No hello that we understand: the TLS library shall judge it. */
  | { readonly kind: 'other' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;
const RECORD_BYTES_MAX = 16_384;
/** Hellos with keys against quantum computers are below two thousand bytes. */
const HELLO_BYTES_MAX = 16_384;
/** One record is usual, a few are seen; a byte in each is somebody who wants us to look very often. */
const RECORDS_MAX = 16;
const EXTENSIONS_MAX = 64;
const CIPHERS_MAX = 256;
const RANDOM_BYTES = 32;
const HEX_CHARS = 16;

const SIGNATURE_ALGORITHMS = 13;
const SUPPORTED_VERSIONS = 43;
/**
 * Not the same in every connection of one client: the name asked for, ALPN (HTTP/2 for pages, HTTP/1.1 for WebSockets) and the
 * settings of HTTP/2 that go with it, padding, and what takes up an earlier session (RFC 8446 §4.2.10, §4.2.11, §4.2.2).
 */
const PASSING: ReadonlySet<number> = new Set([0, 16, 21, 41, 42, 44, 17_513, 17_613]);

const OTHER: HelloKey = { kind: 'other' };

/** RFC 8701: values that stand for nothing and change at random. */
const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 0xff);

/**
 * A key for what a ClientHello offers, in the terms of JA4 (FoxIO): the highest version, ciphers and extensions sorted, because
 * browsers shuffle them, and the signature algorithms in their order; without GREASE. It is no JA4 as lists have them, because
 * that is another one for each way in which one client comes. Never throws; work is linear in the input, which is bounded.
 */
export function readHelloKey(bytes: Uint8Array): HelloKey {
  const message = messageOf(bytes);
  if (message instanceof Uint8Array) return keyOf(new Cursor(message));
  return message;
}

/** The hello may come in several records (RFC 8446 §5.1). */
function messageOf(bytes: Uint8Array): Uint8Array | HelloKey {
  let message: Uint8Array = new Uint8Array();
  let at = 0;
  for (let count = 0; count < RECORDS_MAX; count += 1) {
    const bodyAt = at + RECORD_HEADER_BYTES;
    if (bytes.length < bodyAt) return { kind: 'partial', bytesMin: bodyAt };
    const length = recordBytes(bytes.subarray(at, bodyAt));
    if (length === null) return OTHER;
    at = bodyAt + length;
    if (bytes.length < at) return { kind: 'partial', bytesMin: at };
    const fragment = bytes.subarray(bodyAt, at);
    message = message.length === 0 ? fragment : Buffer.concat([message, fragment]);
    if (message.length < MESSAGE_HEADER_BYTES) continue;
    const end = endOf(message);
    if (end === null) return OTHER;
    if (message.length >= end) return message.subarray(MESSAGE_HEADER_BYTES, end);
  }
  return OTHER;
}

/** Null = no record of a handshake. */
function recordBytes([type, , , high = 0, low = 0]: Uint8Array): number | null {
  const length = high * 256 + low;
  return type === HANDSHAKE_RECORD && length > 0 && length <= RECORD_BYTES_MAX ? length : null;
}

/** Where the message ends; null = it is no hello, or longer than one. */
function endOf([type, high = 0, middle = 0, low = 0]: Uint8Array): number | null {
  const length = high * 65_536 + middle * 256 + low;
  return type === CLIENT_HELLO && length <= HELLO_BYTES_MAX ? MESSAGE_HEADER_BYTES + length : null;
}

function keyOf(hello: Cursor): HelloKey {
  const version = hello.uint(2);
  if (version === undefined || hello.take(RANDOM_BYTES) === undefined || hello.vector(1) === undefined) return OTHER;
  const ciphers = numbersOf(hello.vector(2));
  if (ciphers === null || hello.vector(1) === undefined) return OTHER;
  // A hello without any ends here (RFC 5246 §7.4.1.2).
  const offered = extensionsOf(hello.vector(2) ?? new Cursor(new Uint8Array()));
  if (offered === null) return OTHER;
  const { kinds, algorithms, versions } = offered;
  const sorted = [ciphers, kinds].map((numbers) => numbers.toSorted((left, right) => left - right));
  const said = JSON.stringify([Math.max(version, ...versions), ...sorted, algorithms]);
  return { kind: 'key', key: hash('sha256', said, 'hex').slice(0, HEX_CHARS) };
}

interface Offered {
  readonly kinds: readonly number[];
  readonly algorithms: readonly number[];
  readonly versions: readonly number[];
}

function extensionsOf(extensions: Cursor): Offered | null {
  const kinds: number[] = [];
  let algorithms: readonly number[] | null = [];
  let versions: readonly number[] | null = [];
  for (let count = 0; extensions.left > 0; count += 1) {
    const kind = extensions.uint(2);
    const body = extensions.vector(2);
    if (kind === undefined || body === undefined || count >= EXTENSIONS_MAX) return null;
    if (kind === SIGNATURE_ALGORITHMS) algorithms = numbersOf(body.vector(2));
    if (kind === SUPPORTED_VERSIONS) versions = numbersOf(body.vector(1));
    if (!PASSING.has(kind) && !isGrease(kind)) kinds.push(kind);
  }
  return algorithms === null || versions === null ? null : { kinds, algorithms, versions };
}

/** Two bytes each, without GREASE. */
function numbersOf(list: Cursor | undefined): number[] | null {
  if (list === undefined || list.left % 2 !== 0 || list.left > 2 * CIPHERS_MAX) return null;
  const numbers: number[] = [];
  for (let number = list.uint(2); number !== undefined; number = list.uint(2)) if (!isGrease(number)) numbers.push(number);
  return numbers;
}
