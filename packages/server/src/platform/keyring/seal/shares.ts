import { randomBytes } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import type { RootKey } from '../root-key.ts';
import type { RootKeyProvider } from './provider.ts';
import type { SealDocument } from './seal-document.ts';
import { combine, split } from './shamir.ts';
import { formatShare, SET_BYTES } from './share.ts';
import { unwrapRootKey, wrapRootKey } from './wrap.ts';

type Document = Extract<SealDocument, { kind: 'shares' }>;
const KEY_BYTES = 32;

export interface InShares {
  readonly document: Document;
  /** As text, once: they are kept nowhere. */
  readonly shares: readonly string[];
}

/**
 * The shares are of a key that wraps the root key, not of the root key: new shares end the old ones, as far as nobody kept an
 * old `seal.json`.
 */
export function sealInShares(root: RootKey, { need, of }: { readonly need: number; readonly of: number }): InShares {
  const key = randomBytes(KEY_BYTES);
  const set = randomBytes(SET_BYTES).toString('hex');
  const points = split(key, { need, of, random: randomBytes });
  const shares = points.map((point) => formatShare({ set, need, ...point }));
  for (const { bytes } of points) bytes.fill(0);
  const document: Document = {
    version: 1,
    kind: 'shares',
    root: root.id,
    set,
    need,
    of,
    wrapped: wrapRootKey(root, { key, kind: 'shares' }),
  };
  return { document, shares };
}

export function sharesProvider(document: Document): RootKeyProvider {
  const { set, need, of } = document;
  return {
    kind: 'shares',
    place: `${need} of ${of} shares of set ${set}`,
    rootKey: document.root,
    wants: { kind: 'shares', set, need, of },
    fetch: () => Promise.resolve(null),
    async open(given) {
      if (given.kind !== 'shares')
        throw new Refusal('unseal-refused', { detail: 'This root key is kept in shares, not with a passphrase.' });
      const root = unwrapRootKey({ key: combine(given.shares.slice(0, need)), ...document });
      if (root === null)
        throw new Refusal('unseal-refused', {
          detail: `These ${need} shares do not give the key: one of them was made up, or keys/seal.json was changed.`,
        });
      return root;
    },
  };
}
