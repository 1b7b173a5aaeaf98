import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { restoring } from '../../../domains/incidents/index.ts';
import type { Opening } from '../../../platform/backup/seal.ts';
import { systemClock } from '../../../platform/clock.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { openProvider } from '../../../platform/keyring/seal/open-provider.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Context, Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { readConfig } from '../../read-config.ts';
import { backupSecret } from '../backup-secret.ts';
import { BACKUPS, isThere } from './place.ts';

const ENDING = '.age';

/** The keys in place, where there are any and they open; without them a backup needs an identity or a passphrase. */
export async function keyringInPlace(context: Context, dataDir: string): Promise<Keyring | null> {
  if (!(await isThere(join(dataDir, 'keys')))) return null;
  const { config } = readConfig(context.io, context.flags);
  const provider = await openProvider({ dataDir, settings: config.keyring, environment: context.io.env });
  const root =
    provider.kind === 'file'
      ? null
      : ((await provider.fetch()) ??
        (await context.awaitRoot({ provider, dataDir, clock: systemClock, log: silentLog, why: null })));
  const rootKeyFile = config.keyring.file ?? join(dataDir, 'keys', 'root.key');
  // Opening makes a key where there is none: nothing is to be made in a place that is recovered.
  const hasKey = root !== null || (await stat(rootKeyFile).catch(() => null)) !== null;
  return hasKey ? openKeyring({ dataDir, file: config.keyring.file, root }) : null;
}

/** What opens the backups: named, or the key by which this server tries them itself. */
export async function openingFor(context: Context, input: Input, keyring: Keyring | null): Promise<Opening> {
  const [identity, passphrase] = [input.text('identityFile'), input.text('passphraseFile')];
  if (identity !== null) return { identity: await backupSecret(context, identity, { isNew: false }) };
  if (passphrase !== null) return { passphrase: await backupSecret(context, passphrase, { isNew: false }) };
  const own = keyring === null ? null : await restoring.openDrillKey({ dataDir: await context.dataDir(), keyring }).existing();
  if (own === null)
    throw new UsageFault('Backups open with --identity-file FILE or --passphrase-file FILE.', 'holdfast recover --help');
  return { identity: own };
}

/** Two people agreed to this very file: another backup under its name is another decision. */
async function assertUnchanged({ file, sha256 }: { readonly file: string; readonly sha256: string }): Promise<void> {
  const hash = createHash('sha256');
  const source: AsyncIterable<Buffer> = createReadStream(file);
  try {
    for await (const chunk of source) hash.update(chunk);
  } catch (cause) {
    throw new Refusal('backup-unreadable', { detail: `${file} cannot be read.`, cause });
  }
  if (hash.digest('hex') !== sha256)
    throw new Refusal('backup-unreadable', { detail: `${file} is not the file that was agreed to.` });
}

/** Newest first: what was named, what was agreed to, or all that lie where backups lie. Names are times. */
export async function candidatesFor(context: Context, input: Input, keyring: Keyring | null): Promise<readonly string[]> {
  const dataDir = await context.dataDir();
  const named = input.text('backup');
  const pending = named !== null || keyring === null ? null : await restoring.readPending(dataDir, keyring);
  if (pending !== null) {
    await assertUnchanged(pending);
    return [pending.file];
  }
  const place = named === null ? join(dataDir, BACKUPS) : resolve(context.io.cwd, named);
  const found = await stat(place).catch(() => null);
  if (found?.isFile() === true) return [place];
  const names = await readdir(place).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(ENDING))
    .toSorted()
    .toReversed()
    .map((name) => join(place, name));
  if (files.length === 0) throw new UsageFault(`There is no backup in ${place}: --backup FILE.`, 'holdfast recover --help');
  return files;
}
