import { fromBase64, hashBytes, parseDecimal, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';
import { isKeyName } from './key.ts';
import { signNote } from './note.ts';
import type { Signer } from './key.ts';

/** The head of a log: who, how many entries, and the root over them (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * The note text of a checkpoint: origin, decimal size, base64 root.
 *
 * @example
 * formatCheckpoint({ origin: 'example.com/log', size: 0, root: emptyRoot() });
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root } = checkpoint;
  if (!isOrigin(origin) || !Number.isSafeInteger(size) || size < 0 || root.length !== hashBytes) throw malformed();
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * Reads a checkpoint's note text. Extension lines are refused: log monitors cannot audit them.
 *
 * @example
 * const { size, root } = parseCheckpoint(openNote(bytes, verifiers).text);
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  // Three lines, each ended by a newline, split into four parts of which the last is empty.
  const [origin = '', sizeText = '', rootText = '', end] = lines;
  const size = parseDecimal(sizeText);
  const root = fromBase64(rootText);
  if (lines.length !== 4 || end !== '' || !isOrigin(origin) || size === null || root?.length !== hashBytes) throw malformed();
  return { origin, size, root };
}

/**
 * Signs a checkpoint. The caller must have made sure that it extends every checkpoint signed before.
 *
 * @example
 * const note = signCheckpoint({ origin, size, root }, [signer]);
 */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly Signer[]): string {
  return signNote(formatCheckpoint(checkpoint), signers);
}

/** Origins follow the rules of key names and carry no URL scheme. */
export function isOrigin(origin: string): boolean {
  return isKeyName(origin) && !origin.includes('://');
}

function malformed(): LedgerError {
  return new LedgerError('checkpoint-malformed', 'not a checkpoint of three lines');
}
