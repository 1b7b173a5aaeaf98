import type { Socket } from 'node:net';
import { ACME_ALPN } from './tls-front.ts';

/** RFC 8446 §5.1: a TLS record of type handshake; no HTTP method begins with this byte. */
const TLS_HANDSHAKE = 0x16;
const RECORD_HEADER_BYTES = 5;
const RECORD_BYTES_MAX = 16_384;

export type FirstBytes = 'tls' | 'acme' | 'plain';

/** Whether the record, when whole, names `acme-tls/1`. A false hit only gets a handshake with a challenge certificate. */
function classify(bytes: Buffer, wantsAlpn: boolean): FirstBytes | 'more' {
  if (bytes[0] !== TLS_HANDSHAKE) return 'plain';
  if (!wantsAlpn) return 'tls';
  if (bytes.length < RECORD_HEADER_BYTES) return 'more';
  const recordBytes = Math.min(bytes.readUInt16BE(3), RECORD_BYTES_MAX);
  if (bytes.length < RECORD_HEADER_BYTES + recordBytes) return 'more';
  return bytes.includes(ACME_ALPN, 0, 'latin1') ? 'acme' : 'tls';
}

/** Looks at the first bytes of a connection and puts them back. `done` is not called when the client says nothing in time. */
export function sniff(socket: Socket, at: { timeoutMs: number; wantsAlpn: boolean }, done: (first: FirstBytes) => void): void {
  let held: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), at.timeoutMs).unref();
  const stop = (): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('close', stop);
  };
  const onData = (chunk: Buffer): void => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const first = classify(held, at.wantsAlpn);
    if (first === 'more') return;
    stop();
    socket.pause();
    socket.unshift(held);
    done(first);
  };
  socket.on('data', onData).on('close', stop);
}
