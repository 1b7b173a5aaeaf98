import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const HEX_CHARS = 16;
const keys = new WeakMap<Socket, string | null>();

/**
 * What a client's TLS offered, told apart by what Node shows of it: version, cipher, and the signature algorithms that both
 * sides know in the client's order (RFC 8446 §4.2.3). It is no JA4: Node does not show the ClientHello. The protocol agreed
 * on by ALPN stays out of it, because one browser uses HTTP/2 for pages and HTTP/1.1 for WebSockets. A connection that takes
 * up an earlier TLS session offers nothing anew and has no key.
 */
export function tlsKeyOf(socket: Socket): string | null {
  const held = keys.get(socket);
  if (held !== undefined) return held;
  const made = socket instanceof TLSSocket ? read(socket) : null;
  keys.set(socket, made);
  return made;
}

function read(socket: TLSSocket): string | null {
  if (socket.isSessionReused()) return null;
  const algorithms = socket.getSharedSigalgs();
  if (algorithms.length === 0) return null;
  const offered = [socket.getProtocol() ?? '', socket.getCipher().standardName, ...algorithms].join(' ');
  return hash('sha256', offered, 'hex').slice(0, HEX_CHARS);
}
