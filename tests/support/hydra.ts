import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HYDRA = '/usr/bin/hydra';
/** It tries again for ever what it does not understand. */
const RUN_MS_MAX = 180_000;

/** In CI it has to be there. */
export function hasHydra(): boolean {
  const isThere = existsSync(HYDRA);
  if (!isThere && process.env['CI'] === 'true') throw new Error(`${HYDRA} is missing, and CI has to have it`);
  if (!isThere) process.emitWarning(`${HYDRA} not found: guessing with a real tool is NOT tested in this run`);
  return isThere;
}

export interface Guessing {
  /** Where the form is. */
  readonly url: string;
  readonly names: readonly string[];
  readonly passwords: readonly string[];
  /** `form` of hydra with `^USER^` and `^PASS^`. */
  readonly form: string;
  /** Text of an answer, header included, to a right password. */
  readonly success: string;
  /** Further options of the form module, colons escaped. */
  readonly more?: readonly string[];
}

export interface Guessed {
  /** `name password` of each pair that it found. */
  readonly found: readonly string[];
  readonly output: string;
}

/** Debian's hydra with sixteen tries at a time, to the end of its list. */
export async function guess({ url, names, passwords, form, success, more = [] }: Guessing): Promise<Guessed> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'hf-hydra-'));
  try {
    writeFileSync(join(folder, 'names'), `${names.join('\n')}\n`);
    writeFileSync(join(folder, 'passwords'), `${passwords.join('\n')}\n`);
    const target = [`${pathname}:${form}`, ...more, `S=${success}`].join(':');
    const lists = ['-L', join(folder, 'names'), '-P', join(folder, 'passwords')];
    const module = protocol === 'https:' ? 'https-post-form' : 'http-post-form';
    const output = await run([...lists, '-t', '16', '-I', '-s', port, hostname, module, target], folder);
    const found = [...output.matchAll(/login: (\S+)\s+password: (.*)$/gmu)].map(([, name, password]) => `${name} ${password}`);
    return { found, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(HYDRA, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX);
    let text = '';
    const take = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-100_000));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', fail);
    child.on('close', () => {
      clearTimeout(timer);
      done(text);
    });
  });
}
