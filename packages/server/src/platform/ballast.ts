import { open, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from './log.ts';

const FULL_PERCENT = 95;
const ROOMY_PERCENT = 90;
const CHUNK_BYTES = 1_048_576;
const CHECK_MS = 5000;

export interface DiskUse {
  readonly freeBytes: number;
  readonly usedPercent: number;
}

export async function diskUse(folder: string): Promise<DiskUse> {
  const { bavail, bsize, blocks, bfree } = await statfs(folder);
  // As df counts: what only root may use is not free.
  const used = blocks - bfree;
  const usable = used + bavail;
  return { freeBytes: bavail * bsize, usedPercent: usable === 0 ? 0 : (used / usable) * 100 };
}

export interface BallastOptions {
  readonly dataDir: string;
  readonly bytes: number;
  readonly log: Log;
  /** Told when the ballast is thrown off: privileged writes will soon be refused. */
  readonly onFreed?: (use: DiskUse) => void;
  readonly checkMs?: number;
  readonly readUse?: () => Promise<DiskUse>;
}

export interface Ballast extends AsyncDisposable {
  readonly file: string;
  /** Looks now instead of at the next turn. */
  check(): Promise<void>;
}

/**
 * A file of real blocks that is deleted when the disk is nearly full, so that the last records and a checkpoint still find
 * room; it is laid again when space has returned.
 */
export async function createBallast(options: BallastOptions): Promise<Ballast> {
  const { dataDir, bytes, log, onFreed, checkMs = CHECK_MS } = options;
  const file = path.resolve(dataDir, 'ballast');
  const readUse = options.readUse ?? (() => diskUse(dataDir));
  const check = async (): Promise<void> => {
    const use = await readUse();
    const isLaid = (await sizeOf(file)) > 0;
    if (isLaid && use.usedPercent >= FULL_PERCENT) {
      await rm(file, { force: true });
      log.error({ usedPercent: Math.round(use.usedPercent) }, 'the disk is nearly full; the reserve was freed');
      onFreed?.(use);
    } else if (!isLaid && bytes > 0 && use.usedPercent < ROOMY_PERCENT && use.freeBytes > bytes * 4) {
      await lay(file, bytes);
    }
  };
  await check().catch((error: unknown) => log.warn({ err: error }, 'the disk reserve could not be laid'));
  const timer = setInterval(() => void check().catch(() => {}), checkMs);
  timer.unref();
  return {
    file,
    check,
    [Symbol.asyncDispose]: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

/** Written, not only sized: a sparse file holds no blocks. */
async function lay(file: string, bytes: number): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < bytes; at += CHUNK_BYTES) await handle.write(chunk, 0, Math.min(CHUNK_BYTES, bytes - at));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
