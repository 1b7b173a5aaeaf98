import { existsSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { createClient, type ApiClient } from './connection/client.ts';
import type { RootKey } from '../platform/keyring/root-key.ts';
import type { AwaitRoot } from '../platform/keyring/seal/root-at-start.ts';
import type { CommandEntry, Context, GlobalFlags } from './command.ts';
import { resolveDataDir } from './host/data-dir.ts';
import { Unreachable } from './fault.ts';
import type { Io } from './terminal/io.ts';
import type { Output } from './terminal/output.ts';
import { ask } from './terminal/prompt.ts';

interface Parts {
  readonly io: Io;
  readonly flags: GlobalFlags;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly commands: readonly CommandEntry[];
}

export function createContext(parts: Parts): Context {
  const { io, flags, output, signal } = parts;
  let known: Promise<string> | null = null;
  const dataDir = (): Promise<string> => (known ??= resolveDataDir(io, flags));
  let source: string | null = null;
  let held: Promise<RootKey> | null = null;
  const awaitRoot: AwaitRoot = async (start) => {
    held ??= import('./host/gather-root-key.ts').then(({ gatherRootKey }) => gatherRootKey(parts, source, start));
    const { id, bytes } = await held;
    // Each taker wipes what it was given.
    return { id, bytes: Buffer.from(bytes) };
  };
  return {
    ...parts,
    dataDir,
    awaitRoot,
    unsealFrom: (given) => void (source = given),
    api: ({ onlineOnly = false } = {}) => openApi({ ...parts, dataDir, onlineOnly, awaitRoot }),
    async confirm(question) {
      if (flags.yes) return true;
      if (flags.noInput || io.stdin.isTTY !== true) return false;
      return /^y(?:es)?$/iu.test(await ask(io, { question: `${output.paint.warn('?')} ${question} [y/N] `, signal }));
    },
  };
}

interface Opening extends Parts {
  readonly onlineOnly: boolean;
  readonly awaitRoot: AwaitRoot;
  dataDir(): Promise<string>;
}

async function openApi(parts: Opening): Promise<ApiClient> {
  const { io, flags, output, signal, onlineOnly } = parts;
  const dataDir = await parts.dataDir();
  const { openSocket } = await import('./connection/socket-transport.ts');
  const running = await openSocket(dataDir, signal);
  noteDataDir({ io, output }, dataDir, running === null ? 'server down' : 'server running');
  if (running !== null) return createClient(running);
  if (onlineOnly) throw new Unreachable('No Holdfast runs on this data directory.');
  // Opening makes a directory when there is none; a mistyped --data-dir must not look like an empty installation.
  if (!existsSync(dataDir)) throw new Unreachable('This data directory does not exist.');
  const { openInProcess } = await import('./connection/in-process-transport.ts');
  return createClient(await openInProcess(io, flags, parts.awaitRoot));
}

/** Every command that reads or changes state says which data directory it used; two of them are mixed up easily. */
export function noteDataDir({ io, output }: { io: Io; output: Output }, dataDir: string, state: string): void {
  output.note(output.paint.dim(`data ${shortPath(dataDir, io.cwd)}  (${state})`));
}

/** As people would type it: relative when it lies below the working directory. */
export function shortPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : `./${below}`;
}
