import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from './refusal.ts';

const ATTEMPTS_MAX = 5;

interface Holder {
  readonly pid: number;
  /** Start time in clock ticks since boot and the boot itself: a pid that was given anew is another process. */
  readonly started: string;
}

export interface DataDirLock extends AsyncDisposable {
  readonly file: string;
}

/**
 * One process a data directory. The lock file is linked into place whole, so that nobody ever reads half of one; a holder
 * that no longer runs is replaced without asking (crash-only: a killed process leaves its lock).
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const file = path.resolve(dataDir, 'lock');
  const mine = path.resolve(dataDir, `lock.${process.pid}`);
  const text = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' });
  await writeFile(mine, text, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (await tryLink(mine, file)) return { file, [Symbol.asyncDispose]: () => release(file, text) };
      const holder = await readHolder(file);
      if (holder !== null && isRunning(holder)) {
        throw new Refusal('data-dir-locked', {
          detail: `Process ${holder.pid} runs on the data directory ${path.resolve(dataDir)}.`,
        });
      }
      await clearStale(file, holder);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new Refusal('data-dir-locked', { detail: `The lock of ${path.resolve(dataDir)} changes hands too fast.` });
}

/** Who holds it now; null = nobody. For `holdfast status` and commands that need the server down. */
export async function dataDirHolder(dataDir: string): Promise<number | null> {
  const holder = await readHolder(path.resolve(dataDir, 'lock'));
  return holder !== null && isRunning(holder) ? holder.pid : null;
}

/**
 * Moves a stale lock away before it is deleted and looks at what was moved: two processes that both saw the same stale lock
 * must not delete the fresh one of whoever was faster.
 */
async function clearStale(file: string, judged: Holder | null): Promise<void> {
  const aside = `${file}.stale.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    // Somebody else cleared it.
    return;
  }
  const moved = await readHolder(aside);
  const isJudged = moved?.pid === judged?.pid && moved?.started === judged?.started;
  if (!isJudged) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new Refusal('data-dir-unusable', { cause: error });
  }
}

async function release(file: string, text: string): Promise<void> {
  // Only our own: after a takeover it belongs to someone else.
  if ((await readFile(file, 'utf8').catch(() => '')) === text) await rm(file, { force: true });
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, started } = value as { pid?: unknown; started?: unknown };
    return typeof pid === 'number' && typeof started === 'string' && Number.isSafeInteger(pid) && pid > 0
      ? { pid, started }
      : null;
  } catch {
    return null;
  }
}

function isRunning({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs and belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = startOf(pid);
  return now === null || started === '' || now === started;
}

/** Field 22 of /proc/PID/stat, proc_pid_stat(5), with the id of this boot; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses can hold anything: count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    return ticks === undefined ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
  } catch {
    return null;
  }
}
