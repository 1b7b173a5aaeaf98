import { join } from 'node:path';
import { parseListen } from '../../platform/config/listen.ts';
import { hardenedContextOptions } from '../../platform/tls/tls-options.ts';
import type { PairPem } from '../../platform/tls/pair.ts';
import { SOCKET_NAME, type Admin } from '../open-admin.ts';
import { serveApi, type ServedApi } from '../serve.ts';
import type { VaultHandler } from '../vault/create-vault.ts';
import { servedVault } from '../vault/open-vault.ts';
import { createSealedApi, type SealedApiParts } from './sealed-api.ts';

interface SealedAdminParts extends Omit<SealedApiParts, 'trust'> {
  /** HOST:PORT, loopback. */
  readonly listen: string;
  readonly dataDir: string;
  readonly pair: PairPem;
  /** Of the listener for Vault clients; null = there is none. */
  readonly vaultListen: string | null;
}

export interface SealedAdmin extends Admin {
  readonly vaultAddress: string | null;
  renew(pair: PairPem): void;
}

const contextOf = ({ certPem, keyPem }: PairPem) => ({ ...hardenedContextOptions(), cert: certPem, key: keyPem });

async function openSealedVault(listen: string, pair: PairPem, vault: VaultHandler): Promise<ServedApi> {
  const at = parseListen(listen);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  const tls = { ...contextOf(pair), ALPNProtocols: ['http/1.1'] };
  return serveApi(servedVault(vault), { kind: 'tcp', ...at, tls, setting: 'vault.listen' });
}

/** The two doors of the admin API, as they are when there are keys. */
export async function openSealedAdmin({ listen, dataDir, pair, vaultListen, ...parts }: SealedAdminParts): Promise<SealedAdmin> {
  await using opening = new AsyncDisposableStack();
  const at = parseListen(listen);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  const tls = { ...contextOf(pair), ALPNProtocols: ['http/1.1'] };
  const port = await serveApi(createSealedApi({ ...parts, trust: { kind: 'token' } }), { kind: 'tcp', ...at, tls });
  opening.defer(() => port.close());
  const trust = { kind: 'host-operator', uid: process.getuid?.() ?? 0 } as const;
  const socket = await serveApi(createSealedApi({ ...parts, trust }), { kind: 'socket', path: join(dataDir, SOCKET_NAME) });
  opening.defer(() => socket.close());
  const vault = vaultListen === null ? null : await openSealedVault(vaultListen, pair, parts.vault);
  opening.defer(async () => vault?.close());
  const stack = opening.move();
  return {
    address: `https://${port.address}`,
    vaultAddress: vault === null ? null : `https://${vault.address}`,
    renew(next) {
      for (const each of [port, vault]) each?.tlsServer?.setSecureContext(contextOf(next));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
