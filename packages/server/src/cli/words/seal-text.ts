import type { SealStatus } from '@holdfast/contract';

/** What brings the root key, as a sentence. */
export function sealText({ kind, shares }: Pick<SealStatus, 'kind' | 'shares'>): string {
  switch (kind) {
    case 'shares':
      return shares === null
        ? 'the root key is kept in shares.'
        : `the root key takes ${shares.need} of ${shares.of} shares of set ${shares.set}, ${shares.given} given.`;
    case 'passphrase':
      return 'the root key takes its passphrase.';
    case 'file':
      return 'the keys were put away; the root key is in its file.';
    case 'credential':
      return 'the keys were put away; the root key is in a credential.';
    case 'transit':
      return 'the root key is wrapped by a transit key elsewhere.';
    default:
      return kind satisfies never;
  }
}
