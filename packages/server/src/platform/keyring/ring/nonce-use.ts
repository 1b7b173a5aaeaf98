import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../refusal.ts';

/** SP 800-38D §8.3: at most 2^32 random nonces with one key, or the chance that two are equal is no longer negligible. */
export const NONCES_MAX = 2 ** 32;
/** From here on a key is replaced by itself. */
export const NONCES_ROTATE = 2 ** 30;
/** Set aside at a time: a crash costs this many, and only one write in so many seals waits for the disk. */
const BLOCK = 65_536;

const useSchema = z.strictObject({ version: z.literal(1), nonces: z.record(z.string().max(64), z.number().int().nonnegative()) });

/** How many nonces were set aside for each key. Counted before they are used, so that no crash makes it too few. */
export interface NonceUse {
  /** One nonce of this key; refused when it has none left. */
  take(keyId: string): void;
  /** As it stands on the disk. */
  reserved(): ReadonlyMap<string, number>;
  /** What was set aside and not used is given back. */
  settle(): void;
}

/** @example const use = openNonceUse('/var/lib/holdfast/keys/nonces.json'); use.take('data_0123456789ab'); */
export function openNonceUse(file: string): NonceUse {
  const reserved = read(file);
  const left = new Map<string, number>();
  const reserve = (keyId: string): number => {
    const next = (reserved.get(keyId) ?? 0) + BLOCK;
    if (next > NONCES_MAX)
      throw new Refusal('service-unavailable', { detail: `Key ${keyId} has sealed as often as it may: holdfast key rotate` });
    reserved.set(keyId, next);
    write(file, reserved);
    return BLOCK;
  };
  return {
    take(keyId) {
      const free = left.get(keyId) ?? 0;
      left.set(keyId, (free === 0 ? reserve(keyId) : free) - 1);
    },
    reserved: () => new Map(reserved),
    settle() {
      const unused = [...left].filter(([, count]) => count > 0);
      if (unused.length === 0) return;
      for (const [keyId, count] of unused) reserved.set(keyId, (reserved.get(keyId) ?? 0) - count);
      left.clear();
      write(file, reserved);
    },
  };
}

/** A damaged file must not make a key look unused, so it is said and not passed over. */
function read(file: string): Map<string, number> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw new Refusal('data-dir-unusable', { detail: 'keys/nonces.json cannot be read.', cause: error });
  }
  try {
    return new Map(Object.entries(useSchema.parse(JSON.parse(text)).nonces));
  } catch (error) {
    throw new Refusal('data-dir-unusable', {
      detail: 'keys/nonces.json is damaged. Delete it, then make new keys at once: holdfast key rotate',
      cause: error,
    });
  }
}

/** Waits for the disk on purpose: whoever seals next must not be ahead of it. */
function write(file: string, counts: ReadonlyMap<string, number>): void {
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.partial`);
  const handle = openSync(partial, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ version: 1, nonces: Object.fromEntries(counts) })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(partial, file);
}
