import type { Socket } from 'node:net';
import { readHelloKey } from '../visitor/hello-key.ts';
import { ACME_ALPN } from './tls-front.ts';

/** RFC 8446 §5.1: a TLS record of type handshake; no HTTP method begins with this byte. */
const TLS_HANDSHAKE = 0x16;

/** `key` is of the client, where its hello could be read. */
export type FirstBytes = { readonly kind: 'tls' | 'acme'; readonly key: string | null } | { readonly kind: 'plain' };

/** By so many bytes at least it is to be asked again, or what it is. A false hit of `acme-tls/1` only gets a challenge certificate. */
function classify(bytes: Buffer, wantsAlpn: boolean): FirstBytes | number {
  if (bytes[0] !== TLS_HANDSHAKE) return { kind: 'plain' };
  const read = readHelloKey(bytes);
  if (read.kind === 'partial') return read.bytesMin;
  const isAcme = wantsAlpn && bytes.includes(ACME_ALPN, 0, 'latin1');
  return { kind: isAcme ? 'acme' : 'tls', key: read.kind === 'key' ? read.key : null };
}

/** Looks at the first bytes of a connection and puts them back. `done` is not called when the client says nothing in time. */
export function sniff(socket: Socket, at: { timeoutMs: number; wantsAlpn: boolean }, done: (first: FirstBytes) => void): void {
  const chunks: Buffer[] = [];
  let held = 0;
  let wanted = 1;
  const timer = setTimeout(() => socket.destroy(), at.timeoutMs).unref();
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('close', stop);
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const first = classify(bytes, at.wantsAlpn);
    if (typeof first === 'number') {
      wanted = first;
      return;
    }
    stop();
    socket.pause();
    socket.unshift(bytes);
    done(first);
  };
  socket.on('data', onData).on('close', stop);
}
