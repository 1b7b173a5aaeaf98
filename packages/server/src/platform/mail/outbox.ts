import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import type { Log } from '../log.ts';
import type { MailTransport } from './letter.ts';

/** Beyond this the oldest go: nobody seems to pick them up. */
const LETTERS_MAX = 500;
const NAME = /^\d{13}-[0-9a-f]{12}\.eml$/u;

export interface FileTransportParts {
  /** Null = `outbox` in the data directory. */
  readonly folder: string | null;
  readonly dataDir: string;
  readonly from: string;
  /** Told that a letter lies there, never what it says; null = nobody is told. */
  readonly log: Log | null;
}

/** Each letter becomes a file (RFC 5322), readable for the owner only: it can hold a link that opens an account. */
export function createFileTransport({ folder, dataDir, from, log }: FileTransportParts): MailTransport {
  const target = folder === null ? path.join(dataDir, 'outbox') : path.resolve(folder);
  const dropOldest = async (): Promise<void> => {
    const names = (await readdir(target)).filter((name) => NAME.test(name)).sort();
    const surplus = names.slice(0, Math.max(0, names.length - LETTERS_MAX));
    for (const name of surplus) await rm(path.join(target, name), { force: true });
  };
  return {
    async deliver(letter) {
      const { createTransport } = await import('nodemailer');
      const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
      const options = { from, ...letter, disableFileAccess: true, disableUrlAccess: true };
      const { message } = await composer.sendMail(options);
      // With `buffer` the whole message is in memory.
      const bytes = message as Buffer;
      await mkdir(target, { recursive: true, mode: 0o700 });
      const name = `${String(Date.now()).padStart(13, '0')}-${randomBytes(6).toString('hex')}.eml`;
      await writeFileAtomically(path.join(target, name), bytes);
      await dropOldest();
      log?.info({ file: `outbox/${name}` }, 'a letter was written into the outbox folder of the data directory');
    },
    close: () => undefined,
  };
}
