import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** By both ends of the connection: Node makes another socket of the one whose first bytes were seen, and does not say of which. */
const byEnds = new Map<string, { readonly key: string }>();
const keys = new WeakMap<Socket, string | null>();

const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

/** The first bytes of this connection had this key. Forgotten when it closes. */
export function noteTlsKey(socket: Socket, key: string): void {
  if (socket.destroyed) return;
  const ends = endsOf(socket);
  const noted = { key };
  byEnds.set(ends, noted);
  socket.once('close', () => {
    if (byEnds.get(ends) === noted) byEnds.delete(ends);
  });
}

/** What the client's TLS offered (`hello-key.ts`): equal for one client, in all its connections. Null where there is no TLS. */
export function tlsKeyOf(socket: Socket): string | null {
  const held = keys.get(socket);
  if (held !== undefined) return held;
  const made = socket instanceof TLSSocket ? (byEnds.get(endsOf(socket))?.key ?? null) : null;
  keys.set(socket, made);
  return made;
}
