import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { writevSync } from 'node:fs';
import { giveBack } from '../../body/give-back.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { followGates } from '../../../platform/yara/rule-sources.ts';
import { optimiseWords } from '../scan/optimise-words.ts';
import { Clearance } from './clearance.ts';
import type { SpoolOrder, SpoolReport } from './spool-protocol.ts';

/** Writes uploads down while they come, hashes them, and looks for the words of rules: each octet is read here once, on another core. */
interface Writing {
  readonly hash: Hash;
  readonly clearance: Clearance;
}

// Written by `spool-writer.ts`, which starts this thread.
const { rulesFolder } = workerData as { rulesFolder: string | null };
const gates = await followGates({ folder: rulesFolder }).catch(() => null);
const files = new Map<number, Writing>();
optimiseWords();

function writingOf(id: number): Writing {
  const held = files.get(id);
  if (held !== undefined) return held;
  const begun = { hash: createHash('sha256'), clearance: new Clearance(gates?.current() ?? null) };
  files.set(id, begun);
  return begun;
}

function obey(order: SpoolOrder): SpoolReport | null {
  const { id } = order;
  if (order.kind === 'drop') {
    files.delete(id);
    return null;
  }
  const { hash, clearance } = writingOf(id);
  if (order.kind === 'end') {
    files.delete(id);
    return { kind: 'whole', id, whole: { hash: hash.digest('hex'), clearedBy: clearance.clearedBy } };
  }
  for (const piece of order.pieces) {
    hash.update(piece);
    clearance.take(piece);
  }
  writeAll(order);
  return { kind: 'written', id };
}

function writeAll({ fd, position, pieces }: Extract<SpoolOrder, { kind: 'write' }>): void {
  let at = position;
  for (let rest: readonly Uint8Array[] = pieces; rest.length > 0;) {
    const written = writevSync(fd, rest, at);
    at += written;
    rest = behind(rest, written);
  }
}

/** A disk that is nearly full may take less than it was given. */
function behind(pieces: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.length) return [piece.subarray(left), ...pieces.slice(index + 1)];
    left -= piece.length;
  }
  return [];
}

function report(order: SpoolOrder): SpoolReport | null {
  try {
    return obey(order);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return { kind: 'failed', id: order.id, code };
  }
}

parentPort?.on('message', (order: SpoolOrder) => {
  const told = report(order);
  if (order.kind === 'write') for (const piece of order.pieces) if (piece.length > 0) giveBack(piece);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
  if (told !== null) parentPort?.postMessage(told);
});
