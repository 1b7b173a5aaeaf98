import type { Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { readClientHello } from './client-hello.ts';

/** RFC 8737 §6.2. */
export const ACME_TLS_PROTOCOL = 'acme-tls/1';
export const HELLO_BYTES_MAX = 16_384 + 5;
export const HELLO_TIMEOUT_MS = 5000;
const CHALLENGE_TIMEOUT_MS = 5000;

/** Pending TLS-ALPN-01 certificates: of the ACME client here, or of a snapshot from the control plane. */
export interface AlpnSource {
  readonly hasPending: () => boolean;
  readonly alpnContextFor: (serverName: string) => SecureContext | undefined;
}

/**
 * Answers TLS-ALPN-01 on a TLS listener. Node picks the certificate (SNI callback) before it shows the ALPN offer, and a
 * change in the ALPN callback comes too late for TLS 1.3. So while, and only while, a challenge is pending, the client hello is
 * peeked at: an `acme-tls/1` offer for a pending name gets its own handshake, every other connection goes on untouched.
 *
 * Install before `listen`. Works for `tls`, `https` and `http2` servers. Returns the way to uninstall.
 */
export function installAlpnGate(server: Server, source: AlpnSource): () => void {
  // `listeners` is typed as bare functions; for 'connection' each of them takes the socket.
  const inner = server.listeners('connection') as ((socket: Socket) => void)[];
  const passOn = (socket: Socket): void => {
    for (const listener of inner) listener.call(server, socket);
  };
  const gate = (socket: Socket): void => {
    if (source.hasPending()) peek(socket, { source, passOn });
    else passOn(socket);
  };
  server.removeAllListeners('connection');
  server.on('connection', gate);
  return () => {
    server.removeListener('connection', gate);
    for (const listener of inner) server.on('connection', listener);
  };
}

interface Exits {
  readonly source: AlpnSource;
  readonly passOn: (socket: Socket) => void;
}

function peek(socket: Socket, exits: Exits): void {
  const chunks: Buffer[] = [];
  let bytesSeen = 0;
  // A timer of its own: the socket's idle timeout restarts with every byte, which a slow sender would live on.
  const deadline = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
  const quiet = (): void => {
    socket.destroy();
  };
  const leave = (): Buffer => {
    clearTimeout(deadline);
    socket.removeListener('readable', onReadable).removeListener('error', quiet).removeListener('end', quiet);
    return Buffer.concat(chunks);
  };
  const onReadable = (): void => {
    // Without an encoding set a socket reads buffers; the type also allows strings.
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
      chunks.push(chunk);
      bytesSeen += chunk.length;
    }
    const reading = readClientHello(Buffer.concat(chunks));
    if (reading.kind === 'partial' && bytesSeen < HELLO_BYTES_MAX) return;
    socket.unshift(leave());
    const asks = reading.kind === 'hello' && reading.protocols.length === 1 && reading.protocols[0] === ACME_TLS_PROTOCOL;
    const context = asks ? exits.source.alpnContextFor(reading.serverName ?? '') : undefined;
    if (context === undefined) exits.passOn(socket);
    else answerChallenge(socket, context);
  };
  socket.on('readable', onReadable).on('error', quiet).on('end', quiet);
  socket.once('close', () => clearTimeout(deadline));
}

// RFC 8737 §3: the handshake is the whole answer; nothing is ever exchanged over the connection.
function answerChallenge(socket: Socket, secureContext: SecureContext): void {
  const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [ACME_TLS_PROTOCOL] });
  const deadline = setTimeout(() => secure.destroy(), CHALLENGE_TIMEOUT_MS);
  secure.on('error', () => secure.destroy());
  secure.once('close', () => clearTimeout(deadline));
  secure.on('data', () => secure.destroy());
  secure.once('secure', () => secure.end());
}
