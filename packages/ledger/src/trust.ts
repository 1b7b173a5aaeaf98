import { parseDecimal } from './hash.ts';
import { LedgerError } from './errors.ts';
import { isOrigin, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseVerifier } from './key.ts';
import type { Verifier } from './key.ts';
import { openNote } from './note.ts';

/** A key and the log sizes it may sign for; `lastSize` is null while the key is in use. */
export interface TrustedKey {
  readonly verifier: Verifier;
  readonly firstSize: number;
  readonly lastSize: number | null;
}

/** Everything a verifier must hold beforehand to judge a log. */
export interface Trust {
  readonly origin: string;
  readonly keys: readonly TrustedKey[];
}

const header = 'holdfast-trust v1';
const keysMax = 64;
const trustLengthMax = 64 * 1024;

/**
 * Reads a trust file: `holdfast-trust v1`, `origin <origin>`, then one `key <vkey> <first size> <last size or ->` per line.
 *
 * @example
 * const trust = parseTrust('holdfast-trust v1\norigin example.com/log\nkey example.com/log+530cf7b3+AZ... 0 -\n');
 */
export function parseTrust(text: string): Trust {
  if (text.length > trustLengthMax || !text.endsWith('\n')) throw malformed('no final newline, or too long');
  const [first, originLine = '', ...keyLines] = text.slice(0, -1).split('\n');
  if (first !== header || !originLine.startsWith('origin ')) throw malformed('unknown header');
  const origin = originLine.slice('origin '.length);
  if (!isOrigin(origin) || keyLines.length === 0 || keyLines.length > keysMax)
    throw malformed('no origin, or too few or many keys');
  const keys = keyLines.map(parseKeyLine);
  const ids = new Set(keys.map(({ verifier }) => `${verifier.name}+${verifier.keyId}`));
  if (ids.size !== keys.length) throw malformed('a key is listed twice');
  return { origin, keys };
}

/**
 * Writes a trust file.
 *
 * @example
 * formatTrust({ origin, keys: [{ verifier: parseVerifier(vkey), firstSize: 0, lastSize: null }] });
 */
export function formatTrust(trust: Trust): string {
  const lines = trust.keys.map(({ verifier, firstSize, lastSize }) => `key ${verifier.vkey} ${firstSize} ${lastSize ?? '-'}\n`);
  const text = `${header}\norigin ${trust.origin}\n${lines.join('')}`;
  // Reading it back keeps the writer from producing what the reader refuses.
  parseTrust(text);
  return text;
}

/**
 * Opens a checkpoint: at least one trusted key must have signed it for a size within that key's range, and the origin must be
 * the trusted one. A note that only a retired key signed for a later size is refused as `key-out-of-range`.
 *
 * @example
 * const { size, root } = openCheckpoint(bytes, trust);
 */
export function openCheckpoint(note: Uint8Array, trust: Trust): Checkpoint {
  const opened = openNote(
    note,
    trust.keys.map((key) => key.verifier),
  );
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint.origin !== trust.origin) throw new LedgerError('origin-mismatch', 'a checkpoint of another log');
  assertInRange(trust, opened.signers, checkpoint.size);
  return checkpoint;
}

/** Refuses signatures that all come from keys not trusted for this size. */
export function assertInRange(trust: Trust, signers: readonly Verifier[], size: number): void {
  const isCovered = trust.keys.some(
    (key) => signers.includes(key.verifier) && key.firstSize <= size && (key.lastSize === null || size <= key.lastSize),
  );
  if (!isCovered) throw new LedgerError('key-out-of-range', `no signing key is trusted for size ${size}`);
}

function parseKeyLine(line: string): TrustedKey {
  const [word, vkey = '', first = '', last = '', ...rest] = line.split(' ');
  const firstSize = parseDecimal(first);
  const lastSize = last === '-' ? null : parseDecimal(last);
  if (word !== 'key' || rest.length > 0 || firstSize === null) throw malformed('a key line is not understood');
  if (last !== '-' && (lastSize === null || lastSize < firstSize)) throw malformed('a key has no valid last size');
  const verifier = parseVerifier(vkey);
  // A witness only says what it saw; it must never be able to issue heads.
  if (verifier.use !== 'note') throw malformed('a witness key cannot sign for the log');
  return { verifier, firstSize, lastSize };
}

function malformed(detail: string): LedgerError {
  return new LedgerError('trust-malformed', `not a trust file: ${detail}`);
}
