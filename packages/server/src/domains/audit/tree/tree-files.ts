import { exportFiles, tilePath, tileWidth, type TileLevel, type TileReader, type TileWrite } from '@holdfast/ledger';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder, writeFileAtomically } from '../../../platform/atomic-file.ts';

/** Files written at a time: fewer than the threads of the pool (4), or the records that wait for their disk would queue behind them. */
const WRITES_AT_ONCE = 2;

/** The published side of the ledger on disk: exactly the paths of C2SP tlog-tiles below one folder, readable by anybody's tools. */
export interface TreeFiles {
  readonly folder: string;
  /** Null when there is none; a full tile stands in for a partial one that was removed. */
  readonly readTile: TileReader;
  read(name: string): Promise<Buffer | null>;
  /** The contents are durable when it resolves. */
  writeTiles(writes: readonly TileWrite[]): Promise<void>;
  /** The names of what was written are durable when it resolves: once before each head that needs them. */
  syncNames(): Promise<void>;
  /** Removes partial tiles that reach beyond the last signed head: a kill can have left them torn, and no later head writes them again. */
  dropUnsigned(sizes: { readonly signed: number; readonly size: number }): Promise<void>;
  /** Replaces `checkpoint` or `trust` as a whole. */
  replace(name: string, text: string): Promise<void>;
}

export function openTreeFiles(folder: string): TreeFiles {
  const known = new Set<string>();
  const partial = new Set<string>();
  const touched = new Set<string>();
  const read = (name: string): Promise<Buffer | null> => readOrNull(path.join(folder, name));
  const readTile: TileReader = async (level: TileLevel, index: number, width: number) => {
    const exact = await read(tilePath({ level, index, width }));
    return exact ?? (width === tileWidth ? null : read(tilePath({ level, index, width: tileWidth })));
  };

  const writeOne = async ({ path: name, bytes }: TileWrite): Promise<string> => {
    const file = path.join(folder, name);
    const parent = path.dirname(file);
    if (!known.has(parent)) {
      await mkdir(parent, { recursive: true, mode: 0o700 });
      known.add(parent);
    }
    // Not renamed into place: no checkpoint covers the tile yet, and recovery removes it or writes it again before one does.
    const handle = await open(file, 'w', 0o600);
    try {
      await handle.write(bytes, 0, bytes.length, 0);
      await handle.datasync();
    } catch (error) {
      // On a full disk the file would stay torn for ever, because the next attempt is wider and has another name.
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    // Partial tiles may go once the full one exists (C2SP tlog-tiles, "Partial Tiles"). The edge of a log that was reopened
    // is written again first, so every folder of partial tiles is known.
    if (parent.endsWith('.p')) partial.add(parent);
    else if (partial.delete(`${file}.p`)) await rm(`${file}.p`, { recursive: true, force: true });
    return parent;
  };

  return {
    folder,
    readTile,
    read,
    writeTiles: async (writes) => {
      for (let at = 0; at < writes.length; at += WRITES_AT_ONCE) {
        for (const parent of await Promise.all(writes.slice(at, at + WRITES_AT_ONCE).map(writeOne))) touched.add(parent);
      }
    },
    syncNames: async () => {
      const parents = [...touched];
      touched.clear();
      for (const parent of parents) await syncFolder(parent);
    },
    dropUnsigned: async (sizes) => {
      for (const { folder: name, first } of unsignedEdges(sizes)) {
        const widths = await readdir(path.join(folder, name)).catch(() => []);
        for (const width of widths.filter((text) => Number(text) > first))
          await rm(path.join(folder, name, width), { force: true });
      }
    },
    replace: (name, text) => writeFileAtomically(path.join(folder, name), text),
  };
}

/** Folders of partial tiles that may hold more than was signed, and the width up to which each is signed. */
function* unsignedEdges({ signed, size }: { signed: number; size: number }): Generator<{ folder: string; first: number }> {
  const levels: TileLevel[] = ['entries', 0];
  for (let level = 1; tileWidth ** level <= size; level += 1) levels.push(level);
  for (const level of levels) {
    const unit = tileWidth ** (level === 'entries' ? 0 : level);
    const known = Math.floor(signed / unit);
    for (let index = Math.floor(known / tileWidth); index * tileWidth * unit <= size; index += 1) {
      const folder = path.posix.dirname(tilePath({ level, index, width: 1 }));
      yield { folder, first: Math.max(0, known - index * tileWidth) };
    }
  }
}

export const CHECKPOINT_FILE: string = exportFiles.checkpoint;
export const TRUST_FILE: string = exportFiles.trust;

export async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
