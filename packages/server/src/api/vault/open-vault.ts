import { parseListen } from '../../platform/config/listen.ts';
import { followStore, tlsServerOptions, type CertificateSupply } from '../../platform/tls/tls-options.ts';
import { serveApi, type Served } from '../serve.ts';
import type { VaultHandler } from './create-vault.ts';
import { errorResponse } from './wire/answer.ts';

export interface VaultListenerParts {
  /** HOST:PORT; not only loopback, because applications come from elsewhere. */
  readonly listen: string;
  readonly certificates: CertificateSupply;
  readonly vault: VaultHandler;
}

export interface VaultListener extends AsyncDisposable {
  readonly address: string;
}

/** A listener for Vault clients alone: TLS, tokens, nothing of the admin API and no page. */
export async function openVaultListener({ listen, certificates, vault }: VaultListenerParts): Promise<VaultListener> {
  await using opening = new AsyncDisposableStack();
  const at = parseListen(listen);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  const tlsParts = { store: certificates, listenerName: 'vault' };
  const tls = { ...tlsServerOptions(tlsParts), ALPNProtocols: ['http/1.1'] };
  const served = await serveApi(servedVault(vault), { kind: 'tcp', ...at, tls, setting: 'vault.listen' });
  opening.defer(() => served.close());
  if (served.tlsServer !== null) opening.defer(followStore(served.tlsServer, tlsParts));
  const stack = opening.move();
  return { address: `https://${served.address}`, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

export const servedVault = (vault: VaultHandler): Served => ({
  fetch(request, bindings?: Bindings) {
    // No page has anything to ask here, whatever token it may have got hold of.
    if (request.headers.has('origin')) return errorResponse(403, ['permission denied']);
    return vault(request, bindings?.incoming?.socket?.remoteAddress ?? null);
  },
});
