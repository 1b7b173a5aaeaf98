import type { InclusionView } from '@holdfast/contract';

/** What was done again in this page, and whether it came out the same. */
export interface ProofCheck {
  /** The hash of the record is the one in the tree. */
  readonly isLeafRight: boolean;
  /** With the hashes beside its way up, the leaf leads to the root of the checkpoint. */
  readonly isIncluded: boolean;
  /** The checkpoint is signed with the key that was named. */
  readonly isSigned: boolean;
}

const HASHES_MAX = 64;
/** C2SP signed-note: an Ed25519 key and signature are of this kind. */
const ED25519_KIND = 1;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
const textBytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const isEqual = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
}

/** RFC 9162 §2.1.1: leaves and nodes are told apart by their first octet. */
const leafHash = async (leaf: Uint8Array) => sha256(Uint8Array.of(0), leaf);
const nodeHash = async (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/** RFC 9162 §2.1.3.2. Null = the proof has too few or too many hashes. */
async function climb(leaf: Uint8Array, { index, size, hashes }: InclusionView): Promise<Uint8Array | null> {
  let [first, last, root] = [index, size - 1, leaf];
  for (const hash of hashes) {
    if (last === 0) return null;
    const sibling = bytesOf(hash);
    if (first % 2 === 1 || first === last) {
      root = await nodeHash(sibling, root);
      while (first % 2 === 0 && first !== 0) [first, last] = [first / 2, Math.floor(last / 2)];
    } else root = await nodeHash(root, sibling);
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

/** C2SP tlog-checkpoint: origin, size and root, each in a line of its own. */
export function readCheckpoint(note: string): { readonly origin: string; readonly size: number; readonly root: string } {
  const [origin = '', size = '', root = ''] = note.split('\n');
  return { origin, size: Number(size), root };
}

/** C2SP signed-note: what is signed ends before the empty line; below it stands a signature a line. */
async function isSignedBy(note: string, verifierKey: string): Promise<boolean> {
  const end = note.indexOf('\n\n');
  // Only the key itself, which comes last, may hold a plus of base64.
  const [name = '', id = '', ...rest] = verifierKey.split('+');
  const encoded = rest.join('+');
  if (end === -1 || encoded === '') return false;
  const key = bytesOf(encoded);
  if (key[0] !== ED25519_KIND) return false;
  const publicKey = await crypto.subtle.importKey('raw', key.subarray(1), 'Ed25519', false, ['verify']);
  const signed = textBytes(note.slice(0, end + 1));
  for (const line of note.slice(end + 2).split('\n')) {
    if (!line.startsWith(`— ${name} `)) continue;
    const signature = bytesOf(line.slice(name.length + 3));
    const keyId = [...signature.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (keyId === id && (await crypto.subtle.verify('Ed25519', publicKey, signature.subarray(4), signed))) return true;
  }
  return false;
}

/**
 * Does again, in this browser, what the server claims: the hash of the record, the way from it to the root, and the signature under the
 * root. Nothing of the server's own checking is asked.
 */
export async function checkProof(proof: InclusionView, verifierKey: string): Promise<ProofCheck> {
  const leaf = await leafHash(textBytes(proof.leaf ?? ''));
  const head = readCheckpoint(proof.checkpoint);
  const isSane = proof.hashes.length <= HASHES_MAX && head.size === proof.size;
  const root = isSane ? await climb(leaf, proof) : null;
  return {
    isLeafRight: proof.leaf !== null && isEqual(leaf, bytesOf(proof.leafHash)),
    isIncluded: root !== null && isEqual(root, bytesOf(head.root)),
    isSigned: await isSignedBy(proof.checkpoint, verifierKey),
  };
}
