import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createFileArea, type SealedTexts } from '../keyring/areas/file-area.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { SealedArea } from '../keyring/sealed-area.ts';
import type { Letter } from './letter.ts';

/** Older than this it is no news any more; what it leads to can be asked for again. */
const AGE_MS_MAX = 86_400_000;
const NAME = /^(\d{13})-[0-9a-f]{12}\.letter$/u;
const letterSchema = z.strictObject({ to: z.string(), subject: z.string(), text: z.string() });

export interface Queued {
  readonly name: string;
  readonly letter: Letter;
}

/** Letters on their way, so that one that was asked for before the process was killed still goes out: at least once. */
export interface MailQueue {
  put(letter: Letter): Queued;
  /** It went out, or was given up. */
  drop(queued: Queued): void;
  /** What an earlier process left, oldest first. Too old, or not readable = gone. */
  readLeft(max: number): readonly Queued[];
  readonly sealed: SealedArea;
}

export interface QueueParts {
  readonly dataDir: string;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  readonly now: () => number;
}

/**
 * One sealed file each: a link that opens an account must not lie on the disk for others to read. Written before the caller goes
 * on, and without waiting for the disk: that is for a process that is killed, not for a machine that loses its power.
 */
export function openMailQueue({ dataDir, keyring, now }: QueueParts): MailQueue {
  const folder = path.join(dataDir, 'mail-queue');
  const place = (name: string): string[] => ['mail-queue', name];
  const read = (name: string): Queued | null => {
    try {
      const text = keyring.open(readFileSync(path.join(folder, name), 'utf8'), place(name)).toString('utf8');
      return { name, letter: letterSchema.parse(JSON.parse(text)) };
    } catch {
      // Cut short, or sealed with keys of another life: nobody can send it any more.
      return null;
    }
  };
  const write = (name: string, sealed: string): void => {
    const file = path.join(folder, name);
    writeFileSync(`${file}.new`, sealed, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const remove = (name: string): void => rmSync(path.join(folder, name), { force: true });
  return {
    put(letter) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const name = `${String(now()).padStart(13, '0')}-${randomBytes(6).toString('hex')}.letter`;
      const { to, subject, text } = letter;
      write(name, keyring.seal(Buffer.from(JSON.stringify({ to, subject, text })), place(name)));
      return { name, letter };
    },
    drop: ({ name }) => (name === '' ? undefined : remove(name)),
    readLeft(max) {
      if (!existsSync(folder)) return [];
      const left: Queued[] = [];
      for (const name of readdirSync(folder).toSorted()) {
        const writtenAt = Number(NAME.exec(name)?.[1] ?? 0);
        const isFresh = now() - writtenAt < AGE_MS_MAX && left.length < max;
        const queued = isFresh ? read(name) : null;
        if (queued === null) remove(name);
        else left.push(queued);
      }
      return left;
    },
    sealed: createFileArea({ name: 'mail: letters on their way', texts: textsIn(folder, write), keyring, place }),
  };
}

/** Nothing here waits, so no letter can be dropped between the look and the write. */
function textsIn(folder: string, write: (name: string, sealed: string) => void): SealedTexts {
  const read = (name: string): string | null => {
    const file = path.join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  };
  return {
    names: async () => Promise.resolve(existsSync(folder) ? readdirSync(folder).filter((name) => NAME.test(name)) : []),
    read: async (name) => Promise.resolve(read(name)),
    replace: async (name, { before, after }) => {
      const isSame = read(name) === before;
      if (isSame) write(name, after);
      return Promise.resolve(isSame);
    },
  };
}
