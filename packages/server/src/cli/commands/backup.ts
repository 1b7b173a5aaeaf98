import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { backupSecret } from '../host/backup-secret.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { backupList, backupNow, backupSchedule } from './recovery/backups.ts';
import { noteDataDir, shortPath } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { LogRequest } from '../host/restore/log-choice.ts';
import { formatPairs, formatTime, printable } from '../terminal/table.ts';
import type { Taken } from '../../platform/backup/make-backup.ts';
import type { LoadedConfig } from '../../platform/config/load.ts';

const FILE = { name: '<file>', help: 'the backup' } as const;
/** What becomes of the log; shared with `recover`. */
export const LOG_OPTIONS = [
  { flags: '--checkpoint <file...>', help: 'checkpoints of the log that somebody else kept: a backup that is older is refused' },
  { flags: '--keep-log', help: 'the log in place goes on; tables and files come from the backup' },
  { flags: '--new-log', help: 'a log of another name begins, when the one in place is lost and the backup is older' },
] as const;
export const OPENING = [
  { flags: '--passphrase-file <file>', help: 'read the passphrase from a file; - is stdin. Without it you are asked' },
  { flags: '--identity-file <file>', help: 'age identity (AGE-SECRET-KEY-1…), when it was made for a recipient' },
] as const;

export const backup: BranchBody = {
  about:
    'One file in the age format: any age tool opens it, any tar unpacks it. The root key is never in it: keep a copy of it elsewhere.',
  verbs: [
    {
      name: 'create',
      summary: 'write one, with the server up or down',
      words: [FILE],
      options: [
        OPENING[0],
        { flags: '--recipient <key...>', help: 'age public keys (age1…) instead of a passphrase' },
        { flags: '--without-subject-keys', help: 'leave out the keys that make personal data in the ledger readable' },
      ],
      examples: [
        'holdfast backup create /backup/holdfast.age --recipient age1…',
        'holdfast backup create monday.age --passphrase-file ./passphrase',
      ],
      run: create,
    },
    {
      name: 'verify',
      summary: 'open it, check every file and the whole ledger in it; exit 1 when something does not fit',
      words: [FILE],
      options: OPENING,
      examples: ['holdfast backup verify monday.age'],
      run: verify,
    },
    {
      name: 'restore',
      summary: 'make a data directory out of it',
      about:
        'Checks everything beside the data directory first. One that exists is moved aside, never deleted. Whoever was erased since stays erased. A backup with less of the log than was signed since is refused, unless the log in place goes on.',
      words: [FILE],
      options: [
        ...OPENING,
        { flags: '--root-key <file>', help: 'root key of the backed-up installation (default: the one in place)' },
        ...LOG_OPTIONS,
        { flags: '--unseal-from <file>', help: 'where it was kept with a passphrase or in shares: those, one a line' },
      ],
      examples: ['holdfast backup restore monday.age --root-key ./root.key --data-dir /var/lib/holdfast'],
      run: restore,
    },
    backupNow,
    backupList,
    backupSchedule,
  ],
};

async function create(context: Context, input: Input): Promise<Outcome> {
  const file = resolve(context.io.cwd, input.words[0] ?? '');
  const shown = shortPath(file, context.io.cwd);
  const subjectKeys = !input.isSet('withoutSubjectKeys');
  if (context.flags.dryRun) return { data: { dryRun: true, file, subjectKeys }, text: `would write ${shown}\n` };
  const exists = (await stat(file).catch(() => null)) !== null;
  if (exists && !(await context.confirm(`${shown} exists. Replace it?`)))
    throw new NotConfirmed(`${shown} exists and was not changed.`);
  const recipients = input.list('recipient');
  const sealing =
    recipients.length > 0
      ? { recipients }
      : { passphrase: await backupSecret(context, input.text('passphraseFile'), { isNew: true }) };
  const [{ makeBackup }, { readConfig }] = await Promise.all([
    import('../../platform/backup/make-backup.ts'),
    import('../read-config.ts'),
  ]);
  const dataDir = await context.dataDir();
  await using api = await context.api();
  const source = {
    dataDir,
    configFile: configFileOf(() => readConfig(context.io, context.flags)),
    now: () => context.io.now(),
    take: () => api.call<Taken>({ method: 'POST', path: '/api/v1/system/dumps' }),
  };
  const { bytes, ledgerSize } = await makeBackup(source, { file, sealing, subjectKeys });
  await api.call({ method: 'POST', path: '/api/v1/system/backups', body: { bytes, ledgerSize } });
  const key = resolve(dataDir, 'keys', 'root.key');
  const keep = existsSync(key)
    ? `the root key is not in it; keep a copy of ${shortPath(key, context.io.cwd)} somewhere else`
    : 'the root key is in it only as it is kept: restoring takes what opens it now';
  return {
    data: { file, bytes, ledgerSize, subjectKeys },
    text: `wrote ${shown}: ${bytes} bytes, ${ledgerSize} records\n${keep}\ncheck it: holdfast backup verify ${shown}\n`,
  };
}

/** A configuration that is broken is no reason to have no backup. */
function configFileOf(read: () => LoadedConfig): string | null {
  try {
    return read().file;
  } catch {
    return null;
  }
}

export function logChoice({ io }: Context, input: Input): LogRequest {
  const [keep, isNew] = [input.isSet('keepLog'), input.isSet('newLog')];
  if (keep && isNew) throw new UsageFault('Either --keep-log or --new-log.', 'holdfast backup restore --help');
  const checkpoints = input.list('checkpoint').map((file) => resolve(io.cwd, file));
  return { log: keep ? 'keep' : isNew ? 'new' : 'backup', checkpoints };
}

export async function openingOf(context: Context, input: Input): Promise<{ passphrase: string } | { identity: string }> {
  const identity = input.text('identityFile');
  return identity === null
    ? { passphrase: await backupSecret(context, input.text('passphraseFile'), { isNew: false }) }
    : { identity: await backupSecret(context, identity, { isNew: false }) };
}

/** What is not there is neither damaged nor locked with another passphrase. */
async function backupFile({ io }: Context, input: Input): Promise<string> {
  const [word = ''] = input.words;
  const file = resolve(io.cwd, word);
  const facts = await stat(file).catch(() => null);
  if (facts?.isFile() !== true) throw new UsageFault(`There is no file ${word}.`, 'holdfast backup list');
  return file;
}

async function verify(context: Context, input: Input): Promise<Outcome> {
  const { checkBackup } = await import('../host/restore/restore.ts');
  const { manifest, ledger } = await checkBackup(await backupFile(context, input), await openingOf(context, input));
  const data = {
    ok: ledger.ok,
    createdAt: manifest.createdAt,
    holdfast: manifest.holdfast,
    node: manifest.node,
    files: manifest.files.length,
    ledgerSize: ledger.size,
    subjectKeys: manifest.subjectKeys,
    faults: ledger.faults,
  };
  const pairs = formatPairs([
    ['made', `${formatTime(manifest.createdAt)} by Holdfast ${manifest.holdfast} on ${manifest.node}`],
    ['files', `${manifest.files.length}, each as it was written`],
    ['ledger', `${ledger.size} signed records`],
    ['personal', manifest.subjectKeys ? 'with the keys of data subjects' : 'without the keys of data subjects'],
  ]);
  const faults = ledger.faults.map((fault) => `  ${printable(fault)}\n`).join('');
  return {
    data,
    exit: ledger.ok ? EXIT.ok : EXIT.findings,
    text: (paint) => `${ledger.ok ? paint.good('verified') : paint.bad('NOT VERIFIED')}\n${pairs}${faults}`,
  };
}

async function restore(context: Context, input: Input): Promise<Outcome> {
  const dataDir = await context.dataDir();
  noteDataDir(context, dataDir, 'to be restored');
  const { restoreBackup } = await import('../host/restore/restore.ts');
  const rootKey = input.text('rootKey');
  context.unsealFrom(input.text('unsealFrom'));
  const restored = await restoreBackup(context, {
    file: await backupFile(context, input),
    opening: await openingOf(context, input),
    rootKeyFile: rootKey === null ? null : resolve(context.io.cwd, rootKey),
    ...logChoice(context, input),
  });
  const aside = restored.movedTo === null ? '' : `what was there before: ${shortPath(restored.movedTo, context.io.cwd)}\n`;
  const verb = restored.dryRun ? 'could restore' : 'restored';
  return {
    data: restored,
    text: `${verb} ${shortPath(dataDir, context.io.cwd)}: ${restored.ledgerSize} records, ${restored.rows} rows, ${restored.erased} erased subjects kept erased\n${aside}`,
  };
}
