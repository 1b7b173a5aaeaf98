import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { holdfast, HoldfastProcess } from './holdfast-process.ts';

export interface Ran {
  readonly code: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the backup has, and what came after it. */
export const KEPT = '198.51.100.1';
export const LATER = '198.51.100.2';

/** An installation with a verified backup, in which something was changed since. */
export interface BackedUp {
  readonly folder: string;
  readonly dataDir: string;
  /** The folder of its backups, and the only one in it. */
  readonly backups: string;
  readonly backup: string;
  run(args: readonly string[], dataDir?: string, env?: Readonly<Record<string, string>>): Promise<Ran>;
  bans(dataDir?: string): Promise<readonly string[]>;
  /** Records in its ledger, once it was verified. */
  records(dataDir?: string): Promise<number>;
  /** One that stands as this one does; while no server runs on it. */
  clone(name: string): string;
  remove(): void;
}

interface Options {
  readonly args?: readonly string[];
  /** Of the server, and of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Before the backup is made. */
  readonly before?: (server: HoldfastProcess) => Promise<void>;
}

async function run(args: readonly string[], dataDir: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const { code, stdout, stderr } = await holdfast([...args, '--json', '--quiet', '--no-input', '--data-dir', dataDir], { env });
  const document = JSON.parse(stdout === '' ? '{}' : stdout) as { data?: Ran['data']; error?: Ran['data'] };
  return { code, data: document.data ?? document.error ?? { stderr } };
}

async function must(running: Promise<Ran>): Promise<Ran['data']> {
  const { code, data } = await running;
  if (code !== 0) throw new Error(`assertion: a command that has to succeed ended with ${code}: ${JSON.stringify(data)}`);
  return data;
}

/** Answers it with the server that made it, which still runs. */
export async function makeBackedUp({ args = [], env: shared = {}, before }: Options = {}): Promise<
  BackedUp & { readonly server: HoldfastProcess }
> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-backed-up-'));
  const [dataDir, backups] = [join(folder, 'data'), join(folder, 'backups')];
  mkdirSync(backups, { mode: 0o700 });
  const own = (words: readonly string[], place = dataDir, env: Readonly<Record<string, string>> = {}) =>
    run(words, place, { ...shared, ...env });
  const keys = await must(own(['env', 'keygen', '--out', join(folder, 'identity')]));
  const server = await HoldfastProcess.start({ dataDir, args, env: { ...shared } });
  const ban = async (prefix: string): Promise<unknown> => must(own(['ban', 'add', prefix, '--for', '9h', '--reason', 'a test']));
  const prepare = async (): Promise<string> => {
    await before?.(server);
    await ban(KEPT);
    await must(own(['backup', 'schedule', '--to', backups, '--recipient', String(keys['recipient'])]));
    const made = await must(own(['backup', 'now']));
    await must(own(['drill', 'run']));
    await ban(LATER);
    return String(made['file']);
  };
  const file = await prepare().catch(async (error: unknown) => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    folder,
    dataDir,
    backups,
    backup: join(backups, file),
    server,
    run: own,
    async bans(place = dataDir) {
      const listed = (await must(own(['ban', 'list'], place)))['bans'] as readonly { readonly prefix: string }[];
      return listed.map(({ prefix }) => prefix.split('/')[0] ?? '').toSorted();
    },
    records: async (place = dataDir) => Number((await must(own(['audit', 'verify'], place)))['size']),
    clone(name) {
      const place = join(folder, name);
      cpSync(dataDir, place, { recursive: true, preserveTimestamps: true, filter: (source) => !lstatSync(source).isSocket() });
      return place;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Of all that lies in it, by name and content; null = it is not there. */
export function digestOf(dataDir: string): string | null {
  if (!existsSync(dataDir)) return null;
  const hash = createHash('sha256');
  const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.toSorted())
    hash.update(file.slice(dataDir.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Folders beside the data directory whose names begin with its own. */
export function beside(dataDir: string, kind: 'restoring' | 'before-restore'): readonly string[] {
  const prefix = `${basename(dataDir)}.${kind}-`;
  const names = readdirSync(dirname(dataDir)).filter((name) => name.startsWith(prefix));
  return names.toSorted().map((name) => join(dirname(dataDir), name));
}
