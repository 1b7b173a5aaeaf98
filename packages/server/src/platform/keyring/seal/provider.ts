import type { SealKind } from '@holdfast/contract';
import type { RootKey } from '../root-key.ts';
import type { Share } from './share.ts';

/** What is given to a provider that does not have everything itself. */
export type Given =
  | { readonly kind: 'passphrase'; readonly passphrase: Uint8Array }
  | { readonly kind: 'shares'; readonly shares: readonly Share[] };

export interface ShareNeeds {
  readonly kind: 'shares';
  readonly set: string;
  readonly need: number;
  readonly of: number;
}

/**
 * Whoever keeps the root key. A provider yields these 32 bytes or unwraps them; it never makes others of them, so that another
 * provider takes over without sealing any data anew.
 */
export interface RootKeyProvider {
  readonly kind: SealKind;
  /** Where and how, for operators: a path, a name, an address; never anything secret. */
  readonly place: string;
  /** Of the key that it keeps; null = a key file, which may not be there yet. */
  readonly rootKey: string | null;
  /** What people bring; null = it yields by itself. */
  readonly wants: { readonly kind: 'passphrase' } | ShareNeeds | null;
  /**
   * By itself; null = it needs people. Refuses with `key-wrong` what will not get better by waiting, and with `keyring-sealed`
   * what may, as a server that does not answer.
   */
  fetch(): Promise<RootKey | null>;
  /** Refuses with `unseal-refused` what does not open it. */
  open(given: Given): Promise<RootKey>;
}

/** Of providers that nobody can give anything. */
export function takesNothing(): never {
  throw new Error('assertion: this provider yields by itself');
}
