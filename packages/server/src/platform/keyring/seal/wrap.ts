import { createSecretKey } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { openBytes, sealBytes } from '../envelope.ts';
import { ROOT_KEY_BYTES, rootKeyOf, type RootKey } from '../root-key.ts';

/** Bound to what it is wrapped with and to which root key it is, so that no document can be made of two others. */
const context = (kind: string, root: string) => ({ keyId: root, place: ['seal', kind] });

/** Wipes the wrapping key. */
export function wrapRootKey(root: RootKey, { key, kind }: { readonly key: Uint8Array; readonly kind: string }): string {
  const secret = createSecretKey(key);
  key.fill(0);
  return sealBytes(secret, root.bytes, context(kind, root.id)).toString('base64url');
}

interface Wrapped {
  /** Wiped. */
  readonly key: Uint8Array;
  readonly kind: string;
  readonly root: string;
  readonly wrapped: string;
}

/** Null = another key, or something was changed. */
export function unwrapRootKey({ key, kind, root, wrapped }: Wrapped): RootKey | null {
  const secret = createSecretKey(key);
  key.fill(0);
  const bytes = openBytes(secret, Buffer.from(wrapped, 'base64url'), context(kind, root));
  return bytes?.length === ROOT_KEY_BYTES ? assertIsRoot(rootKeyOf(bytes), root) : null;
}

/** What a provider yields has the id that the document names, or it is another key. */
export function assertIsRoot(found: RootKey, wanted: string): RootKey {
  if (found.id === wanted) return found;
  found.bytes.fill(0);
  throw new Refusal('key-wrong', {
    detail: `This data directory needs root key ${wanted}; what is kept there is ${found.id}. Nothing was changed.`,
  });
}
