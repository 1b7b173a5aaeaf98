import { join } from 'node:path';
import { parseListen } from '../../platform/config/listen.ts';
import { hardenedContextOptions } from '../../platform/tls/tls-options.ts';
import type { PairPem } from '../../platform/tls/pair.ts';
import { SOCKET_NAME, type Admin } from '../open-admin.ts';
import { serveApi } from '../serve.ts';
import { createSealedApi, type SealedApiParts } from './sealed-api.ts';

interface SealedAdminParts extends Omit<SealedApiParts, 'trust'> {
  /** HOST:PORT, loopback. */
  readonly listen: string;
  readonly dataDir: string;
  readonly pair: PairPem;
}

export interface SealedAdmin extends Admin {
  renew(pair: PairPem): void;
}

const contextOf = ({ certPem, keyPem }: PairPem) => ({ ...hardenedContextOptions(), cert: certPem, key: keyPem });

/** The two doors of the admin API, as they are when there are keys. */
export async function openSealedAdmin({ listen, dataDir, pair, ...parts }: SealedAdminParts): Promise<SealedAdmin> {
  await using opening = new AsyncDisposableStack();
  const at = parseListen(listen);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  const tls = { ...contextOf(pair), ALPNProtocols: ['http/1.1'] };
  const port = await serveApi(createSealedApi({ ...parts, trust: { kind: 'token' } }), { kind: 'tcp', ...at, tls });
  opening.defer(() => port.close());
  const trust = { kind: 'host-operator', uid: process.getuid?.() ?? 0 } as const;
  const socket = await serveApi(createSealedApi({ ...parts, trust }), { kind: 'socket', path: join(dataDir, SOCKET_NAME) });
  opening.defer(() => socket.close());
  const stack = opening.move();
  return {
    address: `https://${port.address}`,
    renew: (next) => port.tlsServer?.setSecureContext(contextOf(next)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
