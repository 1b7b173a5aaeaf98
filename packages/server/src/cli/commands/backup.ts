import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckpointView } from '@holdfast/contract';
import { backupSecret } from '../host/backup-secret.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { noteDataDir, shortPath } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { NotConfirmed } from '../fault.ts';
import { formatPairs, formatTime, printable } from '../terminal/table.ts';
import { readVersion } from '../../platform/version.ts';

const FILE = { name: '<file>', help: 'the backup' } as const;
const OPENING = [
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
        'Checks everything beside the data directory first. One that exists is moved aside, never deleted. Whoever was erased since stays erased.',
      words: [FILE],
      options: [
        ...OPENING,
        { flags: '--root-key <file>', help: 'root key of the backed-up installation (default: the one in place)' },
        { flags: '--unseal-from <file>', help: 'where it was kept with a passphrase or in shares: those, one a line' },
      ],
      examples: ['holdfast backup restore monday.age --root-key ./root.key --data-dir /var/lib/holdfast'],
      run: restore,
    },
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
  const [{ createBackup }, { backupParts }] = await Promise.all([
    import('../../platform/backup/create.ts'),
    import('../../platform/backup/parts.ts'),
  ]);
  const dataDir = await context.dataDir();
  await using api = await context.api();
  // The tables first: the ledger, copied after them, then holds at least what they say.
  const { body: tables } = await api.fetch({ method: 'GET', path: '/api/v1/system/tables' });
  const checkpoint = await api.call<CheckpointView>({ method: 'GET', path: '/api/v1/audit/checkpoint' });
  const { node } = await api.call<{ node: string }>({ method: 'GET', path: '/api/v1/system/status' });
  const parts = backupParts({ dataDir, tables: Buffer.from(tables), subjectKeys });
  const facts = {
    createdAt: context.io.now(),
    holdfast: readVersion(),
    node,
    checkpoint: checkpoint.note,
    ledgerSize: checkpoint.size,
    subjectKeys,
  };
  const { bytes } = await createBackup({ ...facts, parts }, { file, sealing });
  await api.call({ method: 'POST', path: '/api/v1/system/backups', body: { bytes, ledgerSize: checkpoint.size } });
  const key = resolve(dataDir, 'keys', 'root.key');
  const keep = existsSync(key)
    ? `the root key is not in it; keep a copy of ${shortPath(key, context.io.cwd)} somewhere else`
    : 'the root key is in it only as it is kept: restoring takes what opens it now';
  return {
    data: { file, bytes, ledgerSize: checkpoint.size, subjectKeys },
    text: `wrote ${shown}: ${bytes} bytes, ${checkpoint.size} records\n${keep}\ncheck it: holdfast backup verify ${shown}\n`,
  };
}

async function openingOf(context: Context, input: Input): Promise<{ passphrase: string } | { identity: string }> {
  const identity = input.text('identityFile');
  return identity === null
    ? { passphrase: await backupSecret(context, input.text('passphraseFile'), { isNew: false }) }
    : { identity: await backupSecret(context, identity, { isNew: false }) };
}

async function verify(context: Context, input: Input): Promise<Outcome> {
  const { checkBackup } = await import('../host/restore.ts');
  const { manifest, ledger } = await checkBackup(resolve(context.io.cwd, input.words[0] ?? ''), await openingOf(context, input));
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
  const { restoreBackup } = await import('../host/restore.ts');
  const rootKey = input.text('rootKey');
  context.unsealFrom(input.text('unsealFrom'));
  const restored = await restoreBackup(context, {
    file: resolve(context.io.cwd, input.words[0] ?? ''),
    opening: await openingOf(context, input),
    rootKeyFile: rootKey === null ? null : resolve(context.io.cwd, rootKey),
  });
  const aside = restored.movedTo === null ? '' : `what was there before: ${shortPath(restored.movedTo, context.io.cwd)}\n`;
  const verb = restored.dryRun ? 'could restore' : 'restored';
  return {
    data: restored,
    text: `${verb} ${shortPath(dataDir, context.io.cwd)}: ${restored.ledgerSize} records, ${restored.rows} rows, ${restored.erased} erased subjects kept erased\n${aside}`,
  };
}
