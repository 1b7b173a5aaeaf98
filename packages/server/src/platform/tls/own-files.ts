import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CertificateStore, ReplaceOutcome } from './certificate-store.ts';
import { CERT_CHARS_MAX, KEY_CHARS_MAX } from './pair.ts';

export const DEBOUNCE_MS = 300;
/** However long a writer keeps the folder busy, it is looked at after this. */
export const DEBOUNCE_LIMIT_MS = 5000;
/** File events are lost on network shares and some container mounts: this poll finds the change anyway. */
export const POLL_MS = 30_000;
const OTHERS_MODE = 0o007;

export type OwnFilesOutcome =
  | (ReplaceOutcome & { readonly keyReadableByOthers: boolean })
  | { readonly kind: 'refused'; readonly fault: 'certificate-missing' | 'key-missing'; readonly keyReadableByOthers: boolean };

export interface OwnFilesOptions {
  readonly slot: string;
  readonly certPath: string;
  readonly keyPath: string;
  readonly store: Pick<CertificateStore, 'replace'>;
  /** Called after a swap and when a fault appears or changes; not for every look at a file that is still bad. */
  readonly onOutcome: (outcome: OwnFilesOutcome) => void;
  readonly debounceMs?: number;
  readonly pollMs?: number;
}

export interface OwnFiles extends AsyncDisposable {
  /** Reads the files now, as `holdfast` does on request. */
  reload(): Promise<OwnFilesOutcome>;
}

/** Loads the operator's own pair into the store and follows the files; a bad pair leaves the one that serves in place. */
export async function watchOwnFiles(options: OwnFilesOptions): Promise<OwnFiles> {
  let stamp = '';
  let lastFault: string | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<OwnFilesOutcome> => {
    const before = await stampOf(options);
    const outcome = await loadOnce(options);
    // A refused pair keeps no stamp, so that the poll tries again: the second half may come without an event.
    stamp = outcome.kind === 'refused' ? '' : before;
    const fault = outcome.kind === 'refused' ? outcome.fault : undefined;
    if (outcome.kind === 'replaced' || fault !== lastFault) options.onOutcome(outcome);
    lastFault = fault;
    return outcome;
  };
  // One read at a time: two overlapping ones could put an older pair over a newer.
  const reload = (): Promise<OwnFilesOutcome> => {
    const next = running.then(load, load);
    running = next.catch(() => undefined);
    return next;
  };
  const look = async (): Promise<void> => {
    if (stamp === '' || (await stampOf(options)) !== stamp) await reload();
  };

  await reload();
  const alarm = debounced(() => void look().catch(() => undefined), options.debounceMs ?? DEBOUNCE_MS);
  const watchers = watchFolders(options, alarm.ring);
  const poll = setInterval(alarm.ring, options.pollMs ?? POLL_MS).unref();
  return {
    reload,
    async [Symbol.asyncDispose]() {
      clearInterval(poll);
      alarm.stop();
      for (const watcher of watchers) watcher.close();
      await running;
    },
  };
}

async function loadOnce(options: OwnFilesOptions): Promise<OwnFilesOutcome> {
  const [cert, key] = await Promise.all([readText(options.certPath, CERT_CHARS_MAX), readText(options.keyPath, KEY_CHARS_MAX)]);
  const keyReadableByOthers = key !== undefined && process.platform !== 'win32' && (key.mode & OTHERS_MODE) !== 0;
  if (cert === undefined) return { kind: 'refused', fault: 'certificate-missing', keyReadableByOthers };
  if (key === undefined) return { kind: 'refused', fault: 'key-missing', keyReadableByOthers };
  const pem = { certPem: cert.text, keyPem: key.text };
  return { ...options.store.replace({ slot: options.slot, source: 'own-files', pem }), keyReadableByOthers };
}

interface FileText {
  readonly text: string;
  readonly mode: number;
}

// Absent and unreadable are one answer here: either way the operator looks at the path and its permissions.
async function readText(path: string, charsMax: number): Promise<FileText | undefined> {
  try {
    await using file = await open(path, 'r');
    const { mode } = await file.stat();
    // One byte over the limit is enough for the pair's own size check to refuse it, and a device file cannot fill memory.
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(charsMax + 1), position: 0 });
    return { text: buffer.subarray(0, bytesRead).toString('latin1'), mode };
  } catch {
    return undefined;
  }
}

// `stat` follows links, so a swapped link (as Kubernetes does for mounted secrets) changes the inode here too.
async function stampOf({ certPath, keyPath }: OwnFilesOptions): Promise<string> {
  const parts = [certPath, keyPath].map(async (path) => {
    try {
      const { ino, size, mtimeMs, ctimeMs } = await stat(path);
      return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
    } catch {
      return 'absent';
    }
  });
  return (await Promise.all(parts)).join('|');
}

// The folder, not the file: a file that is replaced by rename takes its own watch away with it.
function watchFolders({ certPath, keyPath }: OwnFilesOptions, ring: () => void): FSWatcher[] {
  return [...new Set([dirname(certPath), dirname(keyPath)])].flatMap((folder) => {
    try {
      // A watcher that dies (folder removed, watch limit reached) leaves the poll.
      return [watch(folder, { persistent: false }, ring).on('error', ring)];
    } catch {
      return [];
    }
  });
}

function debounced(act: () => void, waitMs: number): { ring: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let firstRingMs = 0;
  const fire = (): void => {
    timer = undefined;
    act();
  };
  return {
    ring() {
      const nowMs = performance.now();
      if (timer === undefined) firstRingMs = nowMs;
      clearTimeout(timer);
      const leftMs = Math.max(firstRingMs + DEBOUNCE_LIMIT_MS - nowMs, 0);
      timer = setTimeout(fire, Math.min(waitMs, leftMs)).unref();
    },
    stop: () => clearTimeout(timer),
  };
}
