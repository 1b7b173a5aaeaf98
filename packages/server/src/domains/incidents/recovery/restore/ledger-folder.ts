import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerifyView } from '@holdfast/contract';
import {
  decodeBundle,
  LedgerError,
  openCheckpoint,
  parseCheckpoint,
  parseTrust,
  splitNote,
  tilePath,
  tileWidth,
  TileLog,
  type Head,
} from '@holdfast/ledger';

export interface LedgerFolder extends VerifyView {
  /** Of the signed head; null = nothing is recorded, or it does not verify. */
  readonly head: Head | null;
  readonly origin: string | null;
  /** When the newest record was written; null = there is none. */
  readonly newestAt: number | null;
}

const EMPTY = { size: 0, head: null, origin: null, newestAt: null } as const;

/**
 * Checks a ledger folder with nothing but its files: grows the tree again from the entries and compares it with the signed
 * head. Signatures count when the folder holds a trust file; who forged that is found by the operator's own copy only.
 */
export async function inspectLedgerFolder(folder: string): Promise<LedgerFolder> {
  const note = await readFile(join(folder, 'checkpoint')).catch(() => null);
  if (note === null) return { ok: true, faults: [], ...EMPTY };
  try {
    const trust = await readFile(join(folder, 'trust'), 'utf8').catch(() => null);
    const signed = trust === null ? parseCheckpoint(splitNote(note).text) : openCheckpoint(note, parseTrust(trust));
    const log = TileLog.empty();
    let newest: Uint8Array | undefined;
    for (let first = 0; first < signed.size; first += tileWidth) {
      const width = Math.min(tileWidth, signed.size - first);
      const entries = (await readBundle(folder, first / tileWidth, width)).slice(0, width);
      newest = entries.at(-1);
      log.append(entries);
    }
    const { size, root, origin } = signed;
    if (!Buffer.from(log.head().root).equals(Buffer.from(root)))
      return { ok: false, faults: ['the entries do not add up to the signed root'], ...EMPTY, size };
    return { ok: true, size, faults: [], head: { size, root }, origin, newestAt: newest === undefined ? null : timeOf(newest) };
  } catch (error) {
    if (error instanceof LedgerError) return { ok: false, faults: [`${error.code}: ${error.message}`], ...EMPTY };
    throw error;
  }
}

/** The root that the first `size` entries add up to. */
export async function rootAt(folder: string, size: number): Promise<Uint8Array> {
  const log = TileLog.empty();
  for (let first = 0; first < size; first += tileWidth) {
    const width = Math.min(tileWidth, size - first);
    log.append((await readBundle(folder, first / tileWidth, width)).slice(0, width));
  }
  return log.head().root;
}

function timeOf(entry: Uint8Array): number | null {
  const { ts } = JSON.parse(Buffer.from(entry).toString('utf8')) as { ts?: unknown };
  return typeof ts === 'number' ? ts : null;
}

/** Pseudonyms of all subjects whose erasure stands in the ledger. */
export async function erasedSubjects(folder: string): Promise<ReadonlySet<string>> {
  const erased = new Set<string>();
  for (let index = 0; ; index += 1) {
    const entries = await readBundle(folder, index, 1).catch(() => null);
    if (entries === null) return erased;
    for (const entry of entries) {
      const subject = erasedSubject(entry);
      if (subject !== null) erased.add(subject);
    }
  }
}

function erasedSubject(entry: Uint8Array): string | null {
  // A leaf is canonical JSON of our own making; only the two fields below are looked at, as text.
  const leaf = JSON.parse(Buffer.from(entry).toString('utf8')) as { type?: unknown; detail?: { subject?: unknown } };
  const subject = leaf.detail?.subject;
  return leaf.type === 'subject.erased' && typeof subject === 'string' && /^sub_[0-9a-z]{20}$/u.test(subject) ? subject : null;
}

/** The whole bundle, or the widest partial one that holds at least `width` entries: a log grows while it is copied. */
async function readBundle(folder: string, index: number, width: number): Promise<readonly Uint8Array[]> {
  const path = tilePath({ level: 'entries', index, width: tileWidth });
  const whole = await readFile(join(folder, path)).catch(() => null);
  if (whole !== null) return decodeBundle(whole, tileWidth);
  const names = await readdir(join(folder, `${path}.p`)).catch(() => []);
  const widest = Math.max(0, ...names.slice(0, tileWidth).map(Number).filter(Number.isInteger));
  if (widest < width) throw new LedgerError('file-missing', `missing ${path}`, { path });
  return decodeBundle(await readFile(join(folder, `${path}.p`, String(widest))), widest);
}
