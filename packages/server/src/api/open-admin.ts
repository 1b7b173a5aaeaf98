import { join } from 'node:path';
import { parseListen } from '../platform/config/listen.ts';
import { followStore, tlsServerOptions, type CertificateSupply } from '../platform/tls/tls-options.ts';
import { createApi } from './create-api.ts';
import type { ApiParts } from './parts.ts';
import { serveApi } from './serve.ts';

export const SOCKET_NAME = 'admin.sock';

export interface AdminParts extends Omit<ApiParts, 'trust'> {
  /** HOST:PORT, loopback. */
  readonly listen: string;
  readonly dataDir: string;
  readonly certificates: CertificateSupply;
}

export interface Admin extends AsyncDisposable {
  readonly address: string;
}

/** Both doors of the API: the loopback port, where a token is needed, and the socket, where the file system is the guard. */
export async function openAdmin({ listen, dataDir, certificates, maintenance, ...parts }: AdminParts): Promise<Admin> {
  await using opening = new AsyncDisposableStack();
  const at = parseListen(listen);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  const tlsParts = { store: certificates, listenerName: 'admin' };
  // The admin listener speaks HTTP/1.1 only.
  const tls = { ...tlsServerOptions(tlsParts), ALPNProtocols: ['http/1.1'] };
  const port = await serveApi(createApi({ ...parts, trust: { kind: 'token' } }), { kind: 'tcp', ...at, tls });
  opening.defer(() => port.close());
  if (port.tlsServer !== null) opening.defer(followStore(port.tlsServer, tlsParts));
  const trust = { kind: 'host-operator', uid: process.getuid?.() ?? 0 } as const;
  const operatorParts = maintenance === undefined ? parts : { ...parts, maintenance };
  const socket = await serveApi(createApi({ ...operatorParts, trust }), { kind: 'socket', path: join(dataDir, SOCKET_NAME) });
  opening.defer(() => socket.close());
  // First of all: streams never end by themselves, and closing waits for what is open.
  opening.defer(() => parts.watching?.streams.close());
  const stack = opening.move();
  return { address: `https://${port.address}`, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
