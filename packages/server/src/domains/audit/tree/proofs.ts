import type { CheckpointView, ConsistencyView, InclusionView } from '@holdfast/contract';
import { proveConsistency, proveInclusion, tileWidth, type TileReader } from '@holdfast/ledger';
import { Refusal } from '../../../platform/refusal.ts';
import type { Published, Publisher } from './publisher.ts';
import { Cursor, type CursorSource } from '../segments/segment-cursor.ts';
import type { SigningKeys } from './signing-key.ts';
import type { TreeFiles } from './tree-files.ts';

export interface Proofs {
  checkpoint(): Promise<CheckpointView>;
  /** That a record stands in the newest signed head. */
  prove(index: number): Promise<InclusionView>;
  /** That the log of size `to` begins with the log of size `from`. */
  consistency(from: number, to: number): Promise<ConsistencyView>;
}

const toBase64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
const outside = (pointer: string, size: number): Refusal =>
  new Refusal('input-invalid', { errors: [{ pointer, detail: `the signed log has ${size} records` }] });

export interface ProofParts {
  readonly publisher: Publisher;
  readonly files: TreeFiles;
  readonly segments: CursorSource;
  readonly keys: Pick<SigningKeys, 'verifierKey'>;
}

export function createProofs({ publisher, files, segments, keys }: ProofParts): Proofs {
  const current = async (size: number): Promise<Published> => {
    // What was just recorded is provable once a checkpoint covers it: publish now instead of within a second.
    if ((publisher.published?.size ?? 0) < size) await publisher.publish();
    if (publisher.published === null) throw new Refusal('ledger-damaged', { detail: 'No head of this log is signed.' });
    return publisher.published;
  };
  return {
    async checkpoint() {
      const { note, size } = await current(0);
      return { note, size, verifierKey: keys.verifierKey };
    },
    async prove(index) {
      const { size, note } = await current(index + 1);
      if (index >= size) throw outside('/index', size);
      const readTile = readerAt(files, size);
      const width = Math.min(tileWidth, size - Math.floor(index / tileWidth) * tileWidth);
      const [leaf, hashes, leaves] = await Promise.all([
        readLeafText(segments, index, size),
        proveInclusion({ index, size, readTile }),
        readTile(0, Math.floor(index / tileWidth), width),
      ]);
      if (leaves === null) throw new Refusal('ledger-damaged', { detail: 'A tile is missing.' });
      const at = (index % tileWidth) * 32;
      const leafHash = toBase64(leaves.subarray(at, at + 32));
      return { index, size, leafHash, leaf, hashes: hashes.map(toBase64), checkpoint: note };
    },
    async consistency(from, to) {
      const { size } = await current(to);
      if (to > size) throw outside('/to', size);
      if (from > to) throw outside('/from', to);
      const hashes = await proveConsistency({ from, to, readTile: readerAt(files, size) });
      return { from, to, hashes: hashes.map(toBase64) };
    },
  };
}

async function readLeafText(segments: CursorSource, index: number, size: number): Promise<string | null> {
  const cursor = new Cursor(segments, index);
  try {
    const step = await cursor.next(size, 1);
    return step.kind === 'records' ? (step.frames[0]?.entry.toString('utf8') ?? null) : null;
  } finally {
    await cursor.close();
  }
}

/** Partial tiles are stored for published sizes only: for any other size the one of `size`, which is wider, has the same beginning. */
function readerAt(files: TreeFiles, size: number): TileReader {
  return async (level, index, width) => {
    const exact = await files.readTile(level, index, width);
    if (exact !== null) return exact;
    const count = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level));
    return files.readTile(level, index, Math.min(tileWidth, count - index * tileWidth));
  };
}
