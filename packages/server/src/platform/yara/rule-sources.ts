import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleSource } from './rule-file.ts';
import { readGates } from './rule-gates.ts';
import type { RuleGates } from './rule-gates.ts';

/** The rules that come with Holdfast. */
export const BUILT_IN = fileURLToPath(new URL('../../../yara', import.meta.url));
export const LOOK_MS = 5000;
const FILES_MAX = 1000;
const BYTES_MAX = 16 * 1_048_576;

const isRules = (name: string): boolean => /\.yara?$/u.test(name);

/** The files of all of these folders; throws if one cannot be read. */
export async function readSources(folders: readonly string[]): Promise<readonly RuleSource[]> {
  return (await Promise.all(folders.map(readFolder))).flat();
}

async function readFolder(folder: string): Promise<RuleSource[]> {
  const names = (await readdir(folder)).filter(isRules).toSorted();
  if (names.length > FILES_MAX) throw new RangeError(`more than ${FILES_MAX} files of rules in ${folder}`);
  let bytes = 0;
  const sources: RuleSource[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    bytes += (await stat(file)).size;
    if (bytes > BYTES_MAX) throw new RangeError(`more than ${BYTES_MAX} bytes of rules in ${folder}`);
    sources.push({ name, text: await readFile(file, 'utf8') });
  }
  return sources;
}

interface Following<Result> {
  /** Null = nothing in it changes. */
  readonly folder: string | null;
  readonly lookMs: number;
  /** Reads the files; one at a time. */
  readonly take: () => Promise<Result>;
}

interface Followed<Result> extends AsyncDisposable {
  /** Takes now, whether something was written or not. */
  reload(): Promise<Result>;
}

/** Takes the files now, and again whenever something was written in the folder. */
export async function followFolder<Result>({ folder, lookMs, take }: Following<Result>): Promise<Followed<Result>> {
  let stamp = '';
  let running: Promise<unknown> = Promise.resolve();
  const takeNow = async (): Promise<Result> => {
    // Before the files are read, so that a change in between is seen at the next look.
    stamp = await stampOf(folder);
    return take();
  };
  const reload = (): Promise<Result> => {
    const taken = running.catch(() => undefined).then(takeNow);
    running = taken;
    return taken;
  };
  const look = async (): Promise<void> => {
    if ((await stampOf(folder)) !== stamp) await reload();
  };
  await reload();
  const timer = folder === null ? null : setInterval(() => void look().catch(() => undefined), lookMs).unref();
  return {
    reload,
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer);
      await running.catch(() => undefined);
    },
  };
}

/** Names, sizes and times: enough to see that something was written. */
async function stampOf(folder: string | null): Promise<string> {
  if (folder === null) return '';
  const found = await readdir(folder).catch(() => null);
  if (found === null) return 'not to be read';
  const names = found.filter(isRules).toSorted().slice(0, FILES_MAX);
  const parts = await Promise.all(
    names.map(async (name) => {
      const about = await stat(path.join(folder, name)).catch(() => null);
      return about === null ? name : `${name} ${about.size} ${about.mtimeMs} ${about.ino}`;
    }),
  );
  return parts.join('\n');
}

/** Changes whenever a rule does. */
export function versionOf(sources: readonly RuleSource[]): string {
  const hash = createHash('sha256');
  for (const { name, text } of sources) hash.update(`${name.length}:${name}${text.length}:${text}`);
  return hash.digest('hex').slice(0, 16);
}

/** For a thread that looks into files and never compiles a rule. */
export interface GatesInForce {
  /** That of the set of rules that is compiled of the same files: only such a set stands by what these gates say. */
  readonly version: string;
  readonly gates: RuleGates;
}

export interface FollowedGates extends AsyncDisposable {
  /** Null = the files cannot be read, or say something wrong: nothing is known about any file then. */
  current(): GatesInForce | null;
}

export interface GatesParts {
  /** A folder of the operator's own; null = the built-in rules alone. */
  readonly folder: string | null;
  /** Of tests. */
  readonly builtIn?: string;
  readonly lookMs?: number;
}

/**
 * The gates of the files as they are now, followed while they change.
 *
 * @example await using followed = await followGates({ folder: null }); followed.current()?.gates.wordsFor(head);
 */
export async function followGates({ folder, builtIn = BUILT_IN, lookMs = LOOK_MS }: GatesParts): Promise<FollowedGates> {
  let inForce: GatesInForce | null = null;
  const folders = [builtIn, ...(folder === null ? [] : [folder])];
  const take = async (): Promise<void> => {
    inForce = await read(folders).catch(() => null);
  };
  const followed = await followFolder({ folder, lookMs, take });
  return { current: () => inForce, [Symbol.asyncDispose]: () => followed[Symbol.asyncDispose]() };
}

async function read(folders: readonly string[]): Promise<GatesInForce | null> {
  const sources = await readSources(folders);
  const gates = readGates(sources);
  return gates.faults.length > 0 ? null : { version: versionOf(sources), gates };
}
