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
