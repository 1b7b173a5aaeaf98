import type { Log } from '../log.ts';
import type { Letter, MailTransport } from './letter.ts';
import { createFileTransport } from './outbox.ts';
import type { MailSettings } from './settings.ts';
import { createSmtpTransport } from './smtp.ts';

/** Letters that wait; a flood of them must not take the memory. */
const WAITING_MAX = 256;
const ATTEMPTS_MAX = 5;
const RETRY_FIRST_MS = 2000;
/** At the end, what waits may still go out for so long. */
const CLOSE_MS = 5000;

export interface Mail extends AsyncDisposable {
  /** Never waits and never fails: whoever asked must not learn from it whether there was a letter. */
  send(letter: Letter): void;
  /** Resolves when nothing waits any more. */
  settle(): Promise<void>;
}

export interface MailParts {
  readonly settings: MailSettings;
  readonly dataDir: string;
  readonly log: Log;
  /** Of `smtp.password`; null = none. */
  readonly password: string | null;
  readonly retryFirstMs?: number;
}

const wait = async (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });

function transportOf({ settings, dataDir, password, log }: MailParts): MailTransport {
  if (settings.transport === 'smtp') return createSmtpTransport(settings, password);
  const folder = settings.transport === 'file' ? settings.folder : null;
  return createFileTransport({ folder, dataDir, from: settings.from, log: settings.transport === 'log' ? log : null });
}

/**
 * One after the other, tried again with growing waits. In memory only: letters are notices and links that can be asked for again,
 * and a link must not lie on the disk for longer than it has to. Neither addresses nor words reach the log.
 */
export function openMail(parts: MailParts): Mail {
  const { log, retryFirstMs = RETRY_FIRST_MS } = parts;
  const transport = transportOf(parts);
  const stopping = new AbortController();
  const waiting: Letter[] = [];
  const state: { working: Promise<void> | null } = { working: null };

  const deliver = async (letter: Letter): Promise<void> => {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      try {
        return await transport.deliver(letter);
      } catch (error) {
        // A mail server's words can hold the address: only its code is told.
        const code = error instanceof Error && 'code' in error ? String(error.code).slice(0, 32) : 'unknown';
        const isLast = attempt === ATTEMPTS_MAX || stopping.signal.aborted;
        if (isLast) return log.error({ code, attempt }, 'a letter could not be sent and is given up');
        log.warn({ code, attempt }, 'a letter could not be sent; it is tried again');
        await wait(retryFirstMs * 2 ** (attempt - 1), stopping.signal);
      }
    }
  };
  const work = async (): Promise<void> => {
    for (let letter = waiting.shift(); letter !== undefined; letter = waiting.shift()) await deliver(letter);
    state.working = null;
  };
  const settle = async (): Promise<void> => {
    while (state.working !== null) await state.working;
  };

  return {
    send(letter) {
      if (stopping.signal.aborted || waiting.length >= WAITING_MAX) {
        return log.error({ waiting: waiting.length }, 'a letter was dropped: too many wait, or the process stops');
      }
      waiting.push(letter);
      state.working ??= work();
    },
    settle,
    async [Symbol.asyncDispose]() {
      const late = wait(CLOSE_MS, stopping.signal);
      await Promise.race([settle(), late]);
      stopping.abort();
      waiting.length = 0;
      transport.close();
    },
  };
}
