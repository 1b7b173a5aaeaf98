import type { PlaybookFault, PlaybookView } from '@holdfast/contract';
import { createHash, createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { pointerOf } from './fault.ts';
import { textOf, textsOf } from './read-step.ts';
import { isRecord, ownOf, type Json } from './validate.ts';

export interface Signed {
  readonly state: PlaybookView['signature'];
  readonly faults: readonly PlaybookFault[];
}

export const SIGNATURES_MAX = 16;

interface Algorithm {
  readonly keys: KeyObject['asymmetricKeyType'];
  readonly hash: string | null;
  readonly isPss?: boolean;
  readonly curve?: string;
}

/** RFC 7518 §3.1, RFC 8037 §3.1. Symmetric ones are none: whoever could check could also sign. */
const ALGORITHMS = new Map<string, Algorithm>([
  ['Ed25519', { keys: 'ed25519', hash: null }],
  ['EdDSA', { keys: 'ed25519', hash: null }],
  ['RS256', { keys: 'rsa', hash: 'sha256' }],
  ['RS384', { keys: 'rsa', hash: 'sha384' }],
  ['RS512', { keys: 'rsa', hash: 'sha512' }],
  ['PS256', { keys: 'rsa', hash: 'sha256', isPss: true }],
  ['PS384', { keys: 'rsa', hash: 'sha384', isPss: true }],
  ['PS512', { keys: 'rsa', hash: 'sha512', isPss: true }],
  ['ES256', { keys: 'ec', hash: 'sha256', curve: 'prime256v1' }],
  ['ES384', { keys: 'ec', hash: 'sha384', curve: 'secp384r1' }],
  ['ES512', { keys: 'ec', hash: 'sha512', curve: 'secp521r1' }],
]);
const HASHES = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);
const RSA_BITS_MIN = 2048;

/** SHA-256 of the key (SubjectPublicKeyInfo), in hex. */
export const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

/**
 * The signatures of a playbook (CACAO 2.0 §9). One that does not fit the document is an error wherever its key is from; one that
 * fits is `valid` when its key is trusted here, and otherwise `unknown`, like one that cannot be checked.
 */
export function verifySignatures(document: Json, trusted: ReadonlySet<string>): Signed {
  const signatures = ownOf(document, 'signatures');
  if (!Array.isArray(signatures) || signatures.length === 0) return { state: 'none', faults: [] };
  const faults: PlaybookFault[] = [];
  let isValid = false;
  if (signatures.length > SIGNATURES_MAX)
    faults.push({ pointer: '/signatures', detail: `more than ${SIGNATURES_MAX} signatures`, level: 'error' });
  for (const [index, signature] of signatures.slice(0, SIGNATURES_MAX).entries()) {
    if (!isRecord(signature)) continue;
    const judged = judge(document, signature);
    if (judged.kind === 'wrong')
      faults.push({ pointer: pointerOf('signatures', index, judged.at), detail: judged.detail, level: 'error' });
    if (judged.kind === 'right' && trusted.has(judged.fingerprint)) isValid = true;
  }
  return { state: isValid && faults.length === 0 ? 'valid' : 'unknown', faults };
}

type Judged =
  | { readonly kind: 'right'; readonly fingerprint: string }
  | { readonly kind: 'wrong'; readonly at: string; readonly detail: string }
  /** By an algorithm or a key that is not here. */
  | { readonly kind: 'unknown' };

function judge(document: Json, signature: Json): Judged {
  if (textOf(signature, 'related_to') !== textOf(document, 'id'))
    return { kind: 'wrong', at: 'related_to', detail: 'it is the signature of another playbook' };
  if (textOf(signature, 'related_version') !== textOf(document, 'modified'))
    return { kind: 'wrong', at: 'related_version', detail: 'it is the signature of another version' };
  const algorithm = ALGORITHMS.get(textOf(signature, 'algorithm') ?? '');
  const hash = HASHES.get(textOf(signature, 'hash_algorithm') ?? '');
  if (algorithm === undefined || hash === undefined || ownOf(signature, 'revoked') === true) return { kind: 'unknown' };
  const given = keyOf(signature);
  if (given === 'elsewhere') return { kind: 'unknown' };
  const at = textOf(signature, 'public_key') === null ? 'public_cert_chain' : 'public_key';
  if (given === null || !fits(given, algorithm)) return { kind: 'wrong', at, detail: 'not a key of this algorithm' };
  return isSignedBy(given, { algorithm, digest: createHash(hash).update(signedPart(document, signature)).digest(), signature })
    ? { kind: 'right', fingerprint: fingerprintOf(given) }
    : { kind: 'wrong', at: 'value', detail: 'the signature does not fit the document' };
}

function isSignedBy(
  key: KeyObject,
  { algorithm, digest, signature }: { algorithm: Algorithm; digest: Buffer; signature: Json },
): boolean {
  const options = {
    key,
    // RSA_PKCS1_PSS_PADDING, RSA_PKCS1_PADDING.
    ...(algorithm.keys === 'rsa' ? { padding: algorithm.isPss === true ? 6 : 1 } : {}),
    ...(algorithm.keys === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  };
  return verify(algorithm.hash, digest, options, Buffer.from(textOf(signature, 'value') ?? '', 'base64url'));
}

/** The document with this signature alone, which is without its value; a signature on the signature came later. */
function signedPart(document: Json, { value: _value, signature: _counter, ...signature }: Json): string {
  return canonicalJson({ ...document, signatures: [signature] });
}

function keyOf(signature: Json): KeyObject | 'elsewhere' | null {
  const key = textOf(signature, 'public_key');
  const [certificate] = textsOf(signature, 'public_cert_chain');
  if (key === null && certificate === undefined) return 'elsewhere';
  try {
    if (key !== null) return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return new X509Certificate(Buffer.from(certificate ?? '', 'base64')).publicKey;
  } catch {
    return null;
  }
}

function fits(key: KeyObject, { keys, curve }: Algorithm): boolean {
  if (key.asymmetricKeyType !== keys) return false;
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (keys === 'rsa') return modulusLength >= RSA_BITS_MIN;
  return curve === undefined || namedCurve === curve;
}
