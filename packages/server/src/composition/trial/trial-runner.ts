import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunTrial, TrialReport, TrialRequest } from '../../domains/incidents/index.ts';
import { resolveReference } from '../../platform/config/references.ts';
import type { Config } from '../../platform/config/schema.ts';
import { siblingModule } from '../../platform/db/sibling-module.ts';
import { Refusal } from '../../platform/refusal.ts';
import { compileCacheEnvironment, sourceArguments } from '../../platform/thread.ts';

/** Unpacked beside, loaded into a database, and the tree built anew: about so many times what the backup has. */
const ROOM_TIMES = 4;
const SPARE_BYTES = 268_435_456;
/** unix(7): the data directory of a trial holds a socket path too, as any other. */
const PLACE_BYTES_MAX = 95;
const PREFIX = 'trial-';
/** Requests come first: nice(1). */
const NICE = 10;
const TIMEOUT_MS = 3_600_000;

/** What the child is told over its channel; never as an argument, which every process of the host could read. */
export interface TrialTask {
  readonly request: TrialRequest;
  readonly folder: string;
  readonly config: Config;
  /** Where the root key lies if it is a file; the trial reads it there, so that no copy of it is made. */
  readonly rootKeyFile: string;
  /** Of an empty PostgreSQL to load it into; null = an embedded one in the folder. */
  readonly databaseUrl: string | null;
}

/** Each trial in a process of its own: it opens files that may be anything, and takes minutes of a processor. */
export function createTrialRunner({ config, dataDir }: { readonly config: Config; readonly dataDir: string }): RunTrial {
  const rootKeyFile = config.keyring.file ?? join(dataDir, 'keys', 'root.key');
  return async (request, signal) => {
    const place = await makePlace(dataDir);
    try {
      await assertRoom(place, request.file);
      const databaseUrl = request.database === null ? null : urlOf(request.database);
      return await inChild({ request, folder: join(place, 'd'), config, rootKeyFile, databaseUrl }, signal);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  };
}

/** Read when it is needed; neither the API nor the ledger ever sees the URL, which may hold a password. */
export const urlOf = (reference: string): string =>
  resolveReference(reference, { environment: process.env, folder: process.cwd(), pointer: '/databaseUrl' });

/** On the disk of the data directory where the path is short enough. What a killed process left there goes first. */
async function makePlace(dataDir: string): Promise<string> {
  const cache = join(dataDir, 'cache');
  const own = `${PREFIX}${process.pid}-`;
  for (const name of await readdir(cache).catch(() => []))
    if (name.startsWith(PREFIX) && !name.startsWith(own)) await rm(join(cache, name), { recursive: true, force: true });
  const isShort = Buffer.byteLength(join(cache, `${own}XXXXXX`, 'd')) <= PLACE_BYTES_MAX;
  return mkdtemp(join(isShort ? cache : tmpdir(), own));
}

async function assertRoom(place: string, file: string): Promise<void> {
  const [{ bavail, bsize }, { size }] = await Promise.all([statfs(place), stat(file)]);
  if (bavail * bsize < size * ROOM_TIMES + SPARE_BYTES)
    throw new Refusal('service-unavailable', { detail: 'There is not enough room on the disk to restore it on trial.' });
}

function inChild(task: TrialTask, signal: AbortSignal): Promise<TrialReport> {
  const child = fork(fileURLToPath(siblingModule(import.meta.url, 'trial-child')), [], {
    execArgv: sourceArguments(),
    env: { ...process.env, ...compileCacheEnvironment() },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  lowerPriority(child);
  return new Promise((done, fail) => {
    const stop = (why: Error): void => {
      child.kill('SIGKILL');
      fail(why);
    };
    const onAbort = (): void => stop(new Refusal('service-unavailable', { detail: 'The process ends.' }));
    const timer = setTimeout(
      () => stop(new Refusal('service-unavailable', { detail: 'It took more than an hour.' })),
      TIMEOUT_MS,
    );
    const clear = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    let report: TrialReport | null = null;
    // Of our own program, over a channel that nobody else has.
    child.once('message', (message) => {
      report = message as TrialReport;
    });
    child.once('error', (error) => {
      clear();
      fail(error);
    });
    // Only when it has ended its folder can go.
    child.once('exit', (code) => {
      clear();
      if (report === null) fail(new Refusal('service-unavailable', { detail: `The trial ended without a word, with ${code}.` }));
      else done(report);
    });
    child.send(task);
  });
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // Not allowed here: then it takes its turn like any other.
  }
}
