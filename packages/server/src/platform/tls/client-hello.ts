/** What can be read from the first bytes of a TLS connection without answering them. */
export type HelloReading =
  | { readonly kind: 'hello'; readonly serverName: string | undefined; readonly protocols: readonly string[] }
  /** Not all of it has arrived yet. */
  | { readonly kind: 'partial' }
  /** Not a client hello that we understand: the TLS library shall judge it. */
  | { readonly kind: 'other' };

const RECORD_HEADER_BYTES = 5;
const RECORD_BYTES_MAX = 16_384;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RANDOM_AND_VERSION_BYTES = 34;
const SERVER_NAME_EXTENSION = 0;
const ALPN_EXTENSION = 16;
const EXTENSIONS_MAX = 64;
const PROTOCOLS_MAX = 32;

const OTHER: HelloReading = { kind: 'other' };

/** A cursor that answers undefined instead of reading past the end; every length in a hello is a claim of a stranger. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  uint(octets: 1 | 2 | 3): number | undefined {
    if (octets > this.left) return undefined;
    let value = 0;
    for (const end = this.at + octets; this.at < end; this.at += 1) value = value * 256 + (this.bytes[this.at] ?? 0);
    return value;
  }

  take(octets: number): Uint8Array | undefined {
    if (octets > this.left) return undefined;
    this.at += octets;
    return this.bytes.subarray(this.at - octets, this.at);
  }

  /** A vector: its length in `octets`, then that many bytes (RFC 8446 §3.4). */
  vector(octets: 1 | 2 | 3): Cursor | undefined {
    const length = this.uint(octets);
    const part = length === undefined ? undefined : this.take(length);
    return part === undefined ? undefined : new Cursor(part);
  }
}

/**
 * Reads server name and ALPN protocols from a client hello (RFC 8446 §4.1.2). Handles a hello in one record; one that is
 * split over several is `other`. Never throws; work is linear in the input, which the caller bounds.
 */
export function readClientHello(bytes: Uint8Array): HelloReading {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return OTHER;
  if (bytes.length < RECORD_HEADER_BYTES) return { kind: 'partial' };
  const record = new Cursor(bytes.subarray(3));
  const length = record.uint(2) ?? 0;
  if (length === 0 || length > RECORD_BYTES_MAX) return OTHER;
  const fragment = record.take(length);
  if (fragment === undefined) return { kind: 'partial' };
  return readHandshake(new Cursor(fragment));
}

function readHandshake(message: Cursor): HelloReading {
  if (message.uint(1) !== CLIENT_HELLO) return OTHER;
  const hello = message.vector(3);
  if (hello?.take(RANDOM_AND_VERSION_BYTES) === undefined) return OTHER;
  // Session id, cipher suites, compression methods: skipped, but they must be there.
  if (hello.vector(1) === undefined || hello.vector(2) === undefined || hello.vector(1) === undefined) return OTHER;
  const extensions = hello.vector(2);
  return extensions === undefined ? OTHER : readExtensions(extensions);
}

function readExtensions(extensions: Cursor): HelloReading {
  let serverName: string | undefined;
  let protocols: string[] = [];
  for (let count = 0; extensions.left > 0; count += 1) {
    const type = extensions.uint(2);
    const body = extensions.vector(2);
    if (type === undefined || body === undefined || count >= EXTENSIONS_MAX) return OTHER;
    if (type === SERVER_NAME_EXTENSION) serverName = readServerName(body);
    if (type === ALPN_EXTENSION) protocols = readProtocols(body);
  }
  return { kind: 'hello', serverName, protocols };
}

// RFC 6066 §3: a list whose entries are a type (0 = host name) and the name.
function readServerName(body: Cursor): string | undefined {
  const list = body.vector(2);
  if (list?.uint(1) !== 0) return undefined;
  const name = list.vector(2);
  return name === undefined ? undefined : Buffer.from(name.bytes).toString('latin1');
}

// RFC 7301 §3.1.
function readProtocols(body: Cursor): string[] {
  const list = body.vector(2);
  const protocols: string[] = [];
  for (let count = 0; count < PROTOCOLS_MAX; count += 1) {
    const protocol = list?.vector(1);
    if (protocol === undefined) break;
    protocols.push(Buffer.from(protocol.bytes).toString('latin1'));
  }
  return protocols;
}
