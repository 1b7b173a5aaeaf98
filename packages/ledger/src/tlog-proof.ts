import { fromBase64, hashBytes, leafHash, parseDecimal, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkInclusion, proofHashesMax } from './proof-check.ts';
import { openCheckpoint } from './trust.ts';
import type { Trust } from './trust.ts';

/** An offline proof that one entry is in the log (C2SP tlog-proof). `checkpoint` is the signed note, verbatim. */
export interface TlogProof {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
  /** Opaque and unauthenticated: never trust it. */
  readonly extra?: Uint8Array;
}

const header = 'c2sp.org/tlog-proof@v1';
const proofLengthMax = 256 * 1024;

/**
 * Writes a `.tlog-proof` file.
 *
 * @example
 * const text = formatTlogProof({ index, proof: await proveInclusion({ index, size, readTile }), checkpoint });
 */
export function formatTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${toBase64(proof.extra)}\n`;
  const hashes = proof.proof.map((hash) => `${toBase64(hash)}\n`).join('');
  return `${header}\n${extra}index ${proof.index}\n${hashes}\n${proof.checkpoint}`;
}

/**
 * Reads a `.tlog-proof` file. Nothing in it is verified yet.
 *
 * @example
 * const { index } = parseTlogProof(text);
 */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n');
  if (text.length > proofLengthMax || split < 0) throw malformed();
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== header) throw malformed();
  const hasExtra = lines[0]?.startsWith('extra ') === true;
  const extra = hasExtra ? fromBase64(lines.shift()?.slice('extra '.length) ?? '') : undefined;
  const indexLine = lines.shift() ?? '';
  const index = indexLine.startsWith('index ') ? parseDecimal(indexLine.slice('index '.length)) : null;
  if (extra === null || index === null || lines.length > proofHashesMax) throw malformed();
  const proof = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== hashBytes) throw malformed();
    return hash;
  });
  const checkpoint = text.slice(split + 2);
  return extra === undefined ? { index, proof, checkpoint } : { index, proof, checkpoint, extra };
}

/** What to check: the proof's text, the entry's exact bytes, and the keys to trust. */
export interface TlogProofQuestion {
  readonly text: string;
  readonly entry: Uint8Array;
  readonly trust: Trust;
}

/**
 * Verifies an offline proof completely: signature, key range, origin and Merkle path. Returns the checkpoint that vouches for it.
 *
 * @example
 * const { size } = verifyTlogProof({ text, entry, trust });
 */
export function verifyTlogProof(question: TlogProofQuestion): Checkpoint {
  const { index, proof, checkpoint } = parseTlogProof(question.text);
  const { origin, size, root } = openCheckpoint(Buffer.from(checkpoint), question.trust);
  if (!checkInclusion({ index, size, root, proof, leaf: leafHash(question.entry) })) {
    throw new LedgerError('proof-invalid', `the entry is not number ${index} of the log`, { index });
  }
  return { origin, size, root };
}

function malformed(): LedgerError {
  return new LedgerError('proof-malformed', 'not a tlog-proof');
}
