import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { Refusal } from '../refusal.ts';
import type { LoadedConfig } from './load.ts';

const SETTLE_MS = 150;
/** Network file systems and bind mounts do not always tell of a change. */
const POLL_MS = 2000;

export interface WatchOptions {
  readonly file: string;
  readonly load: () => LoadedConfig;
  readonly onChange: (loaded: LoadedConfig) => void | Promise<void>;
  /** The file is invalid or half-written: the configuration in force stays. */
  readonly onRefused: (refusal: Refusal) => void | Promise<void>;
  readonly pollMs?: number;
}

export interface ConfigWatch extends AsyncDisposable {
  /** Reads now, whether or not the file changed; for SIGHUP and `config apply`. */
  reload(): Promise<void>;
}

/** Follows the file. It watches the folder, because editors replace files instead of writing into them. */
export function watchConfig({ file, load, onChange, onRefused, pollMs = POLL_MS }: WatchOptions): ConfigWatch {
  // Taken before this returns, so that no change after it is missed.
  let stamp = stampOf(file);
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  const readNow = async (): Promise<void> => {
    let loaded: LoadedConfig;
    try {
      loaded = load();
    } catch (error) {
      await onRefused(error instanceof Refusal ? error : new Refusal('config-invalid', { cause: error }));
      return;
    }
    await onChange(loaded);
  };
  const reload = (): Promise<void> => {
    running = running.then(readNow).catch(() => {});
    return running;
  };
  const look = async (): Promise<void> => {
    const now = stampOf(file);
    if (isClosed || now === stamp) return;
    stamp = now;
    // A file that is gone for a moment is being replaced; one that stays away is no change of settings.
    if (now !== '') await reload();
  };
  const soon = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS);
    timer.unref();
  };

  const watcher = watchFolder(path.dirname(file), soon);
  const poll = setInterval(() => void look(), pollMs);
  poll.unref();
  return {
    reload,
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      clearInterval(poll);
      if (timer !== null) clearTimeout(timer);
      watcher?.close();
      await running;
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    // The poll goes on by itself.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** Empty = there is no such file. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}-${size}-${ino}`;
  } catch {
    return '';
  }
}
