import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import { createTurns } from '../../../platform/in-turn.ts';
import { createFileArea } from '../../../platform/keyring/areas/file-area.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';

const NAME = 'watch-memory';
const NEWLINE = 0x0a;
const KEY_BYTES = 32;
/** An envelope of one key is far shorter. */
const FIRST_LINE_MAX = 4096;

interface Kept {
  /** The key of this state, sealed. */
  readonly sealedKey: string;
  readonly bytes: Uint8Array;
}

export interface StateFile {
  /** A key for the next state; it seals one and is kept nowhere else. */
  newKey(): { readonly key: Uint8Array; readonly sealedKey: string };
  write(kept: Kept): Promise<void>;
  /** Null = there is none. Damaged = something lies there that does not open. */
  read(): Promise<{ readonly key: Uint8Array; readonly bytes: Uint8Array } | 'damaged' | null>;
  /** What lies under the keyring: the key alone, so that a change of keys does not read what it hides. */
  readonly sealed: SealedArea;
}

/**
 * What the watch remembers, on disk: first line the sealed key, then the state under it. One file, so that there is never a key
 * without its state.
 */
export function createStateFile({ dataDir, keyring }: { dataDir: string; keyring: Pick<Keyring, 'seal' | 'open'> }): StateFile {
  const file = join(dataDir, 'cache', NAME);
  const place = ['file', 'watch', NAME];
  const inTurn = createTurns();
  const writeBoth = async ({ sealedKey, bytes }: Kept): Promise<void> => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileAtomically(file, Buffer.concat([Buffer.from(`${sealedKey}\n`), bytes]));
  };
  const texts = {
    names: async () => ((await readKept(file)) === null ? [] : [NAME]),
    read: async () => (await readKept(file))?.sealedKey ?? null,
    replace: (_name: string, { before, after }: { before: string; after: string }) =>
      inTurn(async () => {
        const kept = await readKept(file);
        if (kept?.sealedKey !== before) return false;
        await writeBoth({ ...kept, sealedKey: after });
        return true;
      }),
  };
  return {
    newKey() {
      const key = randomBytes(KEY_BYTES);
      return { key, sealedKey: keyring.seal(key, place) };
    },
    write: (kept) => inTurn(() => writeBoth(kept)),
    async read() {
      const kept = await readKept(file);
      if (kept === null) return null;
      try {
        return { key: keyring.open(kept.sealedKey, place), bytes: kept.bytes };
      } catch {
        return 'damaged';
      }
    },
    sealed: createFileArea({ name: 'watch: memory', texts, keyring, place: () => place }),
  };
}

async function readKept(file: string): Promise<Kept | null> {
  let all: Buffer;
  try {
    all = await readFile(file);
  } catch {
    return null;
  }
  const end = all.subarray(0, FIRST_LINE_MAX).indexOf(NEWLINE);
  // Without a first line nothing opens, which is how damage shows.
  return { sealedKey: all.subarray(0, Math.max(0, end)).toString('utf8'), bytes: new Uint8Array(all.subarray(end + 1)) };
}
