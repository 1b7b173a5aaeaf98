import { equalBytes } from './hash.ts';
import { LedgerError } from './errors.ts';
import { checkConsistency } from './proof-check.ts';
import { proveConsistency } from './proof.ts';
import type { TileReader } from './tile.ts';

/** A size with its root, wherever it was remembered. */
export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

/** The head about to be signed, the head signed or witnessed last, and the stored tiles of the new head. */
export interface ExtensionQuestion {
  readonly signed: Head;
  readonly next: Head;
  readonly readTile: TileReader;
}

/**
 * Refuses a head that does not extend the one signed before: a restored old backup, or a rewritten history. A log must never sign
 * two inconsistent checkpoints (C2SP tlog-checkpoint, "Signatures"), so call this before signing whenever the log was reopened.
 *
 * @example
 * await assertExtends({ signed: lastSigned, next: log.head(), readTile });
 */
export async function assertExtends(question: ExtensionQuestion): Promise<void> {
  const { signed, next, readTile } = question;
  if (next.size < signed.size) throw refused(`the log has ${next.size} entries but ${signed.size} were signed before`);
  if (next.size === signed.size && !equalBytes(next.root, signed.root))
    throw refused(`another root was signed for size ${next.size}`);
  const proof = await proveConsistency({ from: signed.size, to: next.size, readTile });
  const claim = { from: signed.size, fromRoot: signed.root, to: next.size, toRoot: next.root, proof };
  if (!checkConsistency(claim))
    throw refused(`the log of size ${next.size} does not begin with the one signed at size ${signed.size}`);
}

function refused(detail: string): LedgerError {
  return new LedgerError('head-inconsistent', detail);
}
