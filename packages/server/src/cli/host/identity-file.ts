import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Context } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Io } from '../terminal/io.ts';

const FILE_BYTES_MAX = 65_536;
const OTHERS = 0o077;
const HELP = 'holdfast env keygen --help';

export const IDENTITY_OPTION = {
  flags: '--identity-file <file>',
  help: 'age identities (HOLDFAST_IDENTITY_FILE, or what env keygen wrote)',
} as const;

/** Where `env keygen` puts an identity and everything else looks for it (XDG Base Directory Specification). */
export function usualIdentityFile({ env }: Io): string | null {
  const folder = env['XDG_CONFIG_HOME'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.config'));
  return folder === undefined || folder === '' ? null : join(folder, 'holdfast', 'identity.txt');
}

/** The lines of the identity file in use; refused when others can read it. */
export async function readIdentities({ io }: Context, flag: string | null): Promise<readonly string[]> {
  const named = flag ?? io.env['HOLDFAST_IDENTITY_FILE'] ?? null;
  const file = named === null ? usualIdentityFile(io) : resolve(io.cwd, named);
  if (file === null) throw new UsageFault('An age identity is needed: --identity-file FILE.', HELP);
  const facts = await stat(file).catch(() => null);
  if (facts === null)
    throw new UsageFault(`There is no identity file ${file}. Make one, or name yours: --identity-file FILE.`, HELP);
  if (facts.size > FILE_BYTES_MAX) throw new UsageFault(`${file} is too large for an identity file.`, HELP);
  if (io.platform !== 'win32' && (facts.mode & OTHERS) !== 0)
    throw new UsageFault(`Others on this host can read ${file}.`, `chmod 600 ${file}`);
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/u).map((line) => line.trim());
  const found = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (found.length === 0) throw new UsageFault(`${file} holds no identity.`, HELP);
  return found;
}

/** Never over one that is there: with it every file that was sealed for it would be lost. */
export async function writeIdentity(file: string, text: string): Promise<void> {
  if ((await stat(file).catch(() => null)) !== null)
    throw new UsageFault(`${file} exists and was not changed.`, 'holdfast env keygen --out FILE');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomically(file, text);
}
