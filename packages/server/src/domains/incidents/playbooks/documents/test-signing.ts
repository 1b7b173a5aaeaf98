import { createHash, sign, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { uuid, type Sample } from './sample.ts';

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface Signing {
  readonly algorithm: string;
  readonly pair: Pair;
  /** What the signature says otherwise. */
  readonly over?: Readonly<Record<string, unknown>>;
}

/** For tests: a document with a signature, written by the standards alone: CACAO 2.0 §9, RFC 8785, RFC 7518. */
export function signed<Document extends Sample>(document: Document, { algorithm, pair, over = {} }: Signing) {
  const { publicKey, privateKey } = pair;
  const signature = {
    type: 'jss',
    id: `jss--${uuid(200)}`,
    created: '2026-11-02T00:00:00.000Z',
    modified: '2026-11-02T00:00:00.000Z',
    signee: 'whoever made it',
    related_to: document.id,
    related_version: document['modified'],
    hash_algorithm: 'sha-256',
    algorithm,
    public_key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    ...over,
  };
  const digest = createHash('sha256')
    .update(canonicalJson({ ...document, signatures: [signature] }))
    .digest();
  const padding = algorithm === 'PS256' ? { padding: 6 } : {};
  const key = algorithm === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const } : { key: privateKey, ...padding };
  const value = sign(algorithm === 'Ed25519' ? null : 'sha256', digest, key).toString('base64url');
  return { ...document, signatures: [{ ...signature, value }] };
}
