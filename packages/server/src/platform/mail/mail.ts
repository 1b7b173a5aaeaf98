import type { Clock } from '../clock.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { SealedArea } from '../keyring/sealed-area.ts';
import type { Log } from '../log.ts';
import type { FullLetter, Letter, MailTransport } from './letter.ts';
import { createFileTransport } from './outbox.ts';
import { openMailQueue, type Queued } from './queue.ts';
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
  /** One try, now; whoever asks keeps it until it went out, and is told why it did not. */
  deliver(letter: FullLetter): Promise<void>;
  /** Resolves when nothing waits any more. */
  settle(): Promise<void>;
  /** What waits, as it lies on the disk. */
  readonly sealed: SealedArea;
}

export interface MailParts {
  readonly settings: MailSettings;
  readonly dataDir: string;
  readonly log: Log;
  /** Of `smtp.password`; null = none. */
  readonly password: string | null;
  readonly retryFirstMs?: number;
  /** Seals what waits. */
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  readonly clock: Pick<Clock, 'now'>;
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
 * One after the other, tried again with growing waits. What waits lies sealed in the data directory until it went out or was given
 * up, so that a process that is killed sends it when it is back. Neither addresses nor words reach the log.
 */
export function openMail(parts: MailParts): Mail {
  const { log, retryFirstMs = RETRY_FIRST_MS } = parts;
  const transport = transportOf(parts);
  const stopping = new AbortController();
  const queue = openMailQueue({ dataDir: parts.dataDir, keyring: parts.keyring, now: () => parts.clock.now() });
  const waiting: Queued[] = [...queue.readLeft(WAITING_MAX)];
  const state: { working: Promise<void> | null } = { working: null };

  const deliver = async ({ letter }: Queued): Promise<void> => {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      try {
        return await transport.deliver(letter);
      } catch (error) {
        // A mail server's words can hold the address: only its code is told.
        const code = error instanceof Error && 'code' in error ? String(error.code).slice(0, 32) : 'unknown';
        const isLast = attempt === ATTEMPTS_MAX;
        if (stopping.signal.aborted) throw error;
        if (isLast) return log.error({ code, attempt }, 'a letter could not be sent and is given up');
        log.warn({ code, attempt }, 'a letter could not be sent; it is tried again');
        await wait(retryFirstMs * 2 ** (attempt - 1), stopping.signal);
      }
    }
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await deliver(next);
      queue.drop(next);
    }
    state.working = null;
  };
  const settle = async (): Promise<void> => {
    while (state.working !== null) await state.working;
  };

  // Stopped in the middle of a try: the letter stays where it lies, for the next start.
  const start = async (): Promise<void> => work().catch(() => void (state.working = null));
  if (waiting.length > 0) state.working = start();

  return {
    send(letter) {
      if (stopping.signal.aborted || waiting.length >= WAITING_MAX) {
        return log.error({ waiting: waiting.length }, 'a letter was dropped: too many wait, or the process stops');
      }
      try {
        waiting.push(queue.put(letter));
      } catch (error) {
        // A full disk: it goes out all the same, unless the process is killed.
        log.error({ err: error }, 'a letter could not be kept until it is sent');
        waiting.push({ name: '', letter });
      }
      state.working ??= start();
    },
    deliver: (letter) => transport.deliver(letter),
    settle,
    sealed: queue.sealed,
    async [Symbol.asyncDispose]() {
      const late = wait(CLOSE_MS, stopping.signal);
      await Promise.race([settle(), late]);
      stopping.abort();
      waiting.length = 0;
      transport.close();
    },
  };
}
