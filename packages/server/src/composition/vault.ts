import { openVaultListener } from '../api/vault/open-vault.ts';
import { createVault, type VaultHandler } from '../api/vault/create-vault.ts';
import type { CertificateSupply } from '../platform/tls/tls-options.ts';
import { readVersion } from '../platform/version.ts';
import type { Core } from './core.ts';

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
