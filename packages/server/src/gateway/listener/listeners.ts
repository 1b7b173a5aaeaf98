import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { RequestRoom } from '../handle-request.ts';
import type { GatewayLog } from '../log.ts';
import { createH1Front } from './h1-front.ts';
import type { H1Front } from './h1-front.ts';
import { createH2Front } from './h2-front.ts';
import type { H2Front } from './h2-front.ts';
import { noteTlsKey } from '../visitor/tls-key.ts';
import { ConnectionCount, boundAddress, openPort } from './ports.ts';
import type { PortAddress } from './ports.ts';
import { RepeatOffenders } from './repeat-offenders.ts';
import { sniff } from './sniff.ts';
import { createTlsFront } from './tls-front.ts';
import type { TlsFront } from './tls-front.ts';

/** Which ports to open: TLS, plain redirects and ACME answers, plain service behind a TLS terminator. */
export interface ListenAddresses {
  readonly https: PortAddress | null;
  readonly http: PortAddress | null;
  readonly plain: PortAddress | null;
}

export interface Listeners {
  readonly bound: ListenAddresses;
  follow(snapshot: CompiledSnapshot): void;
  /** No new connections; open ones end after what they are doing. */
  drain(): void;
  /** After a drain: ends connections that wait for a next request. */
  endIdle(): void;
  /** Open connections. */
  readonly size: number;
  close(): void;
}

export interface ListenerParts {
  readonly listen: ListenAddresses;
  readonly room: RequestRoom;
  readonly snapshot: () => CompiledSnapshot;
  readonly log: GatewayLog;
}

const SWEEP_MS = 1000;

interface Fronts {
  readonly h1: H1Front;
  readonly h2: H2Front;
  readonly tls: TlsFront;
  readonly offenders: RepeatOffenders;
}

export async function openListeners(parts: ListenerParts): Promise<Listeners> {
  const { listen, snapshot, room, log } = parts;
  let httpsPort: number | null = null;
  const fronts = makeFronts(parts, () => httpsPort);
  const { h1, h2, tls } = fronts;
  const count = new ConnectionCount();
  const servers: Server[] = [];
  const open = async (at: PortAddress | null, take: (socket: Socket) => void): Promise<PortAddress | null> => {
    if (at === null) return null;
    const onSocket = (socket: Socket): void => {
      if (count.admit(socket, snapshot().source.limits)) take(socket);
      else socket.destroy();
    };
    const server = await openPort({ at, onSocket, log });
    servers.push(server);
    return boundAddress(server);
  };
  const stopListening = (): void => {
    for (const server of servers) server.close();
  };
  tls.follow(snapshot().source);
  try {
    const https = await open(listen.https, (socket) => takeTlsPort(socket, fronts, snapshot));
    httpsPort = https?.port ?? null;
    const http = await open(listen.http, (socket) => h1.accept(socket, { role: 'redirect', secure: false }));
    const plain = await open(listen.plain, (socket) => h1.accept(socket, { role: 'serve', secure: false }));
    const sweeper = setInterval(() => h1.sweep(), SWEEP_MS).unref();
    return {
      bound: { https, http, plain },
      follow: ({ source }) => tls.follow(source),
      drain() {
        stopListening();
        h1.drain();
        h2.drain();
        room.sayGoodbye();
      },
      endIdle: () => h1.endIdle(),
      get size() {
        return count.total;
      },
      close() {
        clearInterval(sweeper);
        stopListening();
        h1.close();
        h2.close();
      },
    };
  } catch (cause) {
    stopListening();
    throw cause;
  }
}

function makeFronts({ room, snapshot, log }: ListenerParts, httpsPort: () => number | null): Fronts {
  const h1 = createH1Front({ room, snapshot, httpsPort });
  const offenders = new RepeatOffenders();
  const h2 = createH2Front({ room, snapshot, offenders });
  const tls = createTlsFront((socket: TLSSocket) => {
    socket.on('error', () => undefined);
    if (socket.alpnProtocol === 'h2') h2.accept(socket);
    else h1.accept(socket, { role: 'serve', secure: true });
  }, log);
  return { h1, h2, tls, offenders };
}

/** One port for both: TLS is served, plain HTTP on it (a typed `http://`) is sent to the right scheme. */
function takeTlsPort(socket: Socket, { tls, h1, offenders }: Fronts, snapshot: () => CompiledSnapshot): void {
  const { limits, trustedHops } = snapshot().source;
  // Behind a proxy the peer is everybody; the proxy is there to keep floods away.
  if (trustedHops === 0 && offenders.isRefused(socket.remoteAddress ?? '', performance.now())) {
    socket.destroy();
    return;
  }
  const timeoutMs = limits.headersTimeoutMs;
  sniff(socket, { timeoutMs, wantsAlpn: tls.answersChallenges }, (first) => {
    if (first.kind === 'tls') {
      if (first.key !== null) noteTlsKey(socket, first.key);
      tls.accept(socket);
    } else if (first.kind === 'acme') tls.acceptChallenge(socket);
    else {
      h1.accept(socket, { role: 'redirect', secure: false });
      // Paused while the first bytes were put back; TLS takes the handle over, a parser only listens.
      socket.resume();
    }
  });
}
