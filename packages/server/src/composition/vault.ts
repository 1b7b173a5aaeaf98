import { openVaultListener } from '../api/vault/open-vault.ts';
import { createVault, type VaultHandler } from '../api/vault/create-vault.ts';
import type { VaultPort } from '../api/vault/ports.ts';
import type { Identity } from '../domains/identity/index.ts';
import {
  createAppRoles,
  createDescriptions,
  createTransit,
  createVaultAreas,
  createVaultTokens,
  createWrapping,
} from '../domains/secrets/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { SealedArea } from '../platform/keyring/sealed-area.ts';
import type { CertificateSupply } from '../platform/tls/tls-options.ts';
import { readVersion } from '../platform/version.ts';
import type { Core } from './core.ts';

/** What Vault clients hold and use besides secrets. */
export function openVaultParts(
  { db, bus, clock, keyring }: Foundation,
  identity: Identity,
): VaultPort & { readonly sealed: readonly SealedArea[] } {
  const tokens = createVaultTokens({ db, bus, clock, identity });
  // Whatever changed of accounts and their tokens changes what short-lived ones may.
  identity.onTokensChanged(() => tokens.forget());
  return {
    tokens,
    roles: createAppRoles({ db, bus, clock, accounts: identity.accounts, tokens }),
    transit: createTransit({ db, bus, clock, keyring }),
    wrapping: createWrapping({ db, bus, clock, keyring }),
    descriptions: createDescriptions({ db, bus, clock }),
    sealed: createVaultAreas(db, keyring),
  };
}

/** The API of Vault clients: on the admin listener always, and on one of its own where the configuration says so. */
export function createVaultApi({ domains, vaultPort, secrets, seal, clock, log }: Core): VaultHandler {
  const { applications, identity, access } = domains;
  return createVault({ ...vaultPort, ...secrets, seal, applications, identity, access, clock, log, version: readVersion() });
}

export async function openVaultOf(
  { config, stack }: Core,
  { vault, certificates }: { readonly vault: VaultHandler; readonly certificates: CertificateSupply },
): Promise<string | null> {
  const { listen } = config.vault;
  if (listen === null) return null;
  return stack.use(await openVaultListener({ listen, certificates, vault })).address;
}
