import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Paint } from '../terminal/paint.ts';

/** In the data directory, for starts that nobody watches. */
export const SETUP_LINK_FILE = 'setup-link';

interface Setup {
  readonly setupLink: string | null;
  readonly dataDir: string;
  /** A person reads what is printed. */
  readonly isSeen: boolean;
}

/** What `up` says of the first administrator. The link opens the administration to whoever reads it. */
export async function setupLines({ setupLink, dataDir, isSeen }: Setup, paint: Paint): Promise<readonly string[]> {
  const file = join(dataDir, SETUP_LINK_FILE);
  if (setupLink === null || isSeen) await rm(file, { force: true });
  if (setupLink === null) return [];
  if (isSeen) return [`  ${paint.bold('➜')} Create the first admin (one use, 15 min): ${paint.bold(setupLink)}`];
  await writeFileAtomically(file, `${setupLink}\n`, 0o600);
  return [`  Create the first admin: the link (one use, 15 min) is in ${file}`];
}
