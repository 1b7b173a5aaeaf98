import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { GatewayLimits } from '@holdfast/contract';
import { isLoopback } from '../../platform/address.ts';
import type { GatewayLog } from '../log.ts';

export interface PortAddress {
  readonly host: string;
  readonly port: number;
}

/** A listener could not be opened; `code` is the problem code of the catalogue. */
export class ListenError extends Error {
  readonly code: 'port-taken' | 'listen-unsafe';
  constructor(code: 'port-taken' | 'listen-unsafe', detail: string, cause: unknown) {
    super(detail, { cause });
    this.name = 'ListenError';
    this.code = code;
  }
}

/** Open connections, counted per client. Loopback has no share of its own: proxies and probes on this machine come from there. */
export class ConnectionCount {
  readonly #perAddress = new Map<string, number>();
  total = 0;

  /** False when there is no room; otherwise the connection counts until it closes. */
  admit(socket: Socket, limits: GatewayLimits): boolean {
    const address = socket.remoteAddress;
    if (address === undefined || this.total >= limits.connectionsMax) return false;
    const held = this.#perAddress.get(address) ?? 0;
    if (held >= limits.connectionsPerAddressMax && !isLoopback(address)) return false;
    this.total += 1;
    this.#perAddress.set(address, held + 1);
    socket.once('close', () => this.#leave(address));
    return true;
  }

  #leave(address: string): void {
    this.total -= 1;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}

export interface PortParts {
  readonly at: PortAddress;
  readonly onSocket: (socket: Socket) => void;
  readonly log: GatewayLog;
}

/** Opens a TCP port. Accept errors (no descriptors left) are logged and survived: closing connections make room again. */
export async function openPort({ at, onSocket, log }: PortParts): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    // Until a protocol has taken the connection over, a reset has nobody else to hear it.
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  // oxlint-disable-next-line promise/avoid-new -- the server speaks events only
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const detail = isTaken ? `another process listens on ${at.host}:${at.port}` : `cannot listen on ${at.host}:${at.port}`;
      reject(new ListenError(isTaken ? 'port-taken' : 'listen-unsafe', detail, cause));
    });
    server.listen({ host: at.host, port: at.port }, () => resolve());
  });
  server.removeAllListeners('error');
  server.on('error', (cause: NodeJS.ErrnoException) => log.warn({ code: cause.code, port: at.port }, 'accept failed'));
  return server;
}

/** `host:port` as bound, the port chosen by the system when 0 was asked for. */
export function boundAddress(server: Server): PortAddress {
  const bound = server.address();
  // Only TCP ports are opened here, which have an address object while they listen.
  if (bound === null || typeof bound === 'string') throw new Error('assertion: a listening TCP server has an address');
  return { host: bound.address, port: bound.port };
}
