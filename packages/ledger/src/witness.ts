import { parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { equalBytes, fromBase64, hashBytes, parseDecimal, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';
import type { Head } from './guard.ts';
import { noteBytesMax, splitNote } from './note.ts';
import { checkConsistency, proofHashesMax } from './proof-check.ts';
import { openCheckpoint } from './trust.ts';
import type { Trust } from './trust.ts';

/** The body of a witness request (C2SP tlog-witness, add-checkpoint). `checkpoint` is the signed note. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** What the witness already knows about a log: whom to trust, and the head it cosigned last (size 0 for none). */
export interface WitnessedLog {
  readonly trust: Trust;
  readonly latest: Head;
}

/** The witness's answer; `status` is the HTTP status the protocol asks for. Only 200 may be cosigned, after it was stored. */
export type WitnessVerdict =
  | { readonly status: 200; readonly checkpoint: Checkpoint; readonly text: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly detail: string }
  | { readonly status: 409; readonly latestSize: number; readonly detail: string };

/** 63 proof lines and the largest note. */
export const addCheckpointBytesMax: number = noteBytesMax + 64 * 64;

/**
 * Writes a witness request.
 *
 * @example
 * const body = formatAddCheckpoint({ oldSize, proof: await proveConsistency({ from: oldSize, to: size, readTile }), checkpoint });
 */
export function formatAddCheckpoint(request: AddCheckpoint): string {
  const lines = request.proof.map((hash) => `${toBase64(hash)}\n`).join('');
  return `old ${request.oldSize}\n${lines}\n${request.checkpoint}`;
}

/**
 * Judges a witness request: signature, old size, and consistency with the head cosigned before. The caller must store the new
 * head and compare-and-swap against `latest` in one step before it answers, or two requests could roll each other back.
 *
 * @example
 * const verdict = judgeAddCheckpoint(body, (origin) => logs.get(origin));
 */
export function judgeAddCheckpoint(body: Uint8Array, logOf: (origin: string) => WitnessedLog | undefined): WitnessVerdict {
  try {
    const request = parseAddCheckpoint(body);
    const note = Buffer.from(request.checkpoint);
    // The origin is unverified here and only chooses which keys to verify with.
    const text = splitNote(note).text;
    const log = logOf(parseCheckpoint(text).origin);
    if (log === undefined) return { status: 404, detail: 'unknown log' };
    return judgeSigned(request, openCheckpoint(note, log.trust), { text, latest: log.latest });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    const isForged = ['signature-invalid', 'signature-unknown', 'key-out-of-range', 'origin-mismatch'].includes(error.code);
    return { status: isForged ? 403 : 400, detail: error.message };
  }
}

function judgeSigned(request: AddCheckpoint, next: Checkpoint, known: { text: string; latest: Head }): WitnessVerdict {
  const { oldSize, proof } = request;
  const { latest, text } = known;
  if (oldSize > next.size) return { status: 400, detail: 'the old size is larger than the new one' };
  if (oldSize !== latest.size)
    return { status: 409, latestSize: latest.size, detail: 'the old size is not the one cosigned last' };
  if (oldSize === next.size && !equalBytes(latest.root, next.root)) {
    return { status: 409, latestSize: latest.size, detail: 'another root was cosigned for this size' };
  }
  if (!checkConsistency({ from: oldSize, fromRoot: latest.root, to: next.size, toRoot: next.root, proof })) {
    return { status: 422, detail: 'the proof does not lead from the old to the new root' };
  }
  return { status: 200, checkpoint: next, text };
}

function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  if (body.length > addCheckpointBytesMax) throw malformed();
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, split)).split('\n');
  const oldSize = first.startsWith('old ') ? parseDecimal(first.slice('old '.length)) : null;
  if (oldSize === null || lines.length > proofHashesMax) throw malformed();
  const proof = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== hashBytes) throw malformed();
    return hash;
  });
  return { oldSize, proof, checkpoint: text.slice(split + 2) };
}

function malformed(): LedgerError {
  return new LedgerError('proof-malformed', 'not an add-checkpoint request');
}
