import type { EventRecord, SealStatus } from '@holdfast/contract';

export interface SealGiver {
  /** Only the operator of the host may have the root key fetched from where it is kept, and may not be slowed down by others. */
  readonly isHostOperator: boolean;
}

/** What somebody brings to open the seal. */
export type SealInput =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** One at a time; the last one that is needed opens. */
  | { readonly kind: 'share'; readonly share: string }
  /** The root key comes from where it is kept: key file, credential, transit. */
  | { readonly kind: 'own' };

/**
 * Opening and closing of the keyring as a whole: for the API, the command line, and `sys/seal-status`, `sys/unseal` and `sys/seal`
 * of Vault clients. The same port stands in a process that started sealed, where nothing else is served.
 */
export interface SealPort {
  status(): SealStatus;
  /** Refuses with `unseal-refused`, `rate-limited`, `input-invalid` (with the fault of the share) and `key-wrong`. */
  unseal(input: SealInput, giver: SealGiver): Promise<SealStatus>;
  /** Forgets the shares that were given so far. */
  reset(): SealStatus;
  /** Puts the keys away. It is recorded first; what happens to traffic says `keyring.whenSealed`. */
  seal(reason: string, actor: EventRecord['actor']): Promise<SealStatus>;
}
