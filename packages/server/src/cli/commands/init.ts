import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { prepareDataDir } from '../../platform/data-dir.ts';
import { newRootKey, readRootKey, writeRootKey, type RootKey } from '../../platform/keyring/root-key.ts';
import { readCredential } from '../../platform/keyring/seal/credential.ts';
import { rootKeyFileOf, type ProviderParts } from '../../platform/keyring/seal/open-provider.ts';
import { readSealDocument, removeSealDocument, sealFileOf } from '../../platform/keyring/seal/seal-document.ts';
import type { Wanted } from '../../platform/keyring/seal/seal-with.ts';
import { lockDataDir } from '../../platform/lock.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Context, Input, LeafBody } from '../command.ts';
import { shortPath } from '../context.ts';
import { CONFIG_NAME } from '../host/data-dir.ts';
import { FORM_OPTIONS, formOf, sealAs, wantedOf } from '../host/seal-form.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { readConfig } from '../read-config.ts';
import { configTemplate } from '../shell/config-template.ts';

export const init: LeafBody = {
  about:
    'With --root-key or --seal it writes no configuration. The first puts a copy of a root key where this data directory expects it, for another node on the same database or when the file was lost; the second makes a root key that never lies on the disk in the clear.',
  options: [
    { flags: '--to <url>', help: 'the application to protect' },
    { flags: '--host <name...>', help: 'host names it is served under' },
    { flags: '--root-key <file>', help: 'the copy of the root key, mode 0600; a key that is there is never replaced' },
    { flags: '--seal <form>', help: 'how the root key is kept from the start: passphrase, shares, credential or transit' },
    ...FORM_OPTIONS,
  ],
  examples: [
    'holdfast init',
    'holdfast init --to http://127.0.0.1:3000 --host shop.example.org',
    'holdfast init --root-key /media/safe/holdfast-root.key',
    'holdfast init --seal shares --of 5 --need 3',
  ],
  async run(context, input) {
    const rootKey = input.text('rootKey');
    if (input.isSet('seal')) return sealFromTheStart(context, input);
    if (rootKey !== null) return placeRootKey(context, resolve(context.io.cwd, rootKey));
    const file = resolve(context.io.cwd, context.flags.config ?? CONFIG_NAME);
    const shown = shortPath(file, context.io.cwd);
    const text = configTemplate({ to: input.text('to'), hosts: input.list('host') });
    const old = await readFile(file, 'utf8').catch(() => null);
    if (context.flags.dryRun) return { data: { file, written: false, text }, text };
    if (old !== null && !(await context.confirm(`${shown} exists. Replace it (the old one stays as ${shown}.old)?`))) {
      throw new NotConfirmed(`${shown} exists and was not changed.`);
    }
    if (old !== null) await rename(file, `${file}.old`);
    await writeFile(file, text, { mode: 0o640 });
    return { data: { file, written: true }, text: `wrote ${shown}\nnext: holdfast config check && holdfast up\n` };
  },
};

/** Whether it is the right one is found at the next start, before anything is read with it or written. */
async function placeRootKey(context: Context, source: string): Promise<Outcome> {
  const key = await readRootKey(source);
  if (key === null) throw new Refusal('key-wrong', { detail: `There is no file ${shortPath(source, context.io.cwd)}.` });
  const dataDir = await context.dataDir();
  const file = join(dataDir, 'keys', 'root.key');
  const present = await readRootKey(file);
  if (present !== null)
    throw new Refusal('seal-unsafe', { detail: `This data directory has root key ${present.id} already. Nothing was changed.` });
  const sealed = await readSealDocument(dataDir);
  if (sealed !== null && sealed.root !== key.id)
    throw new Refusal('key-wrong', {
      detail: `This data directory needs root key ${sealed.root}; this is ${key.id}. Nothing was changed.`,
    });
  const data = { file, written: !context.flags.dryRun, rootKey: key.id };
  if (context.flags.dryRun) return { data, text: `would write root key ${key.id}\n` };
  await prepareDataDir(dataDir);
  await writeRootKey(file, key);
  // Whoever has the key itself needs no other way to it: a passphrase that was forgotten, shares that are gone.
  await removeSealDocument(dataDir);
  return { data, text: `wrote root key ${key.id} to ${shortPath(file, context.io.cwd)}\nnext: holdfast up\n` };
}

/** A new root key, or the given one, which is on this disk only as the new form keeps it. */
async function sealFromTheStart(context: Context, input: Input): Promise<Outcome> {
  const kind = formOf(input.text('seal'));
  if (kind === 'file') throw new UsageFault('A key file is made by itself.', 'holdfast up');
  const dataDir = await context.dataDir();
  const { config } = readConfig(context.io, context.flags);
  const parts = { dataDir, settings: config.keyring, environment: context.io.env };
  await assertNoKeys(parts);
  if (context.flags.dryRun) return { data: { dryRun: true, kind }, text: `would keep a new root key: ${kind}\n` };
  const wanted = await wantedOf(context, input, kind);
  await prepareDataDir(dataDir);
  await using _lock = await lockDataDir(dataDir);
  const root = await rootFor(context, input, wanted);
  // There is no ledger yet: the first start records what it finds.
  const outcome = await sealAs(context, { root, wanted, parts, record: () => Promise.resolve() });
  context.output.note('next: holdfast up');
  return outcome;
}

async function assertNoKeys(parts: ProviderParts): Promise<void> {
  const files = [sealFileOf(parts.dataDir), rootKeyFileOf(parts), join(parts.dataDir, 'keys', 'keyring.json')];
  const found = files.find((file) => existsSync(file));
  if (found !== undefined)
    throw new Refusal('seal-unsafe', {
      detail: `There are keys already: ${found}. Use holdfast key seal-with. Nothing was changed.`,
    });
}

async function rootFor(context: Context, input: Input, wanted: Wanted): Promise<RootKey> {
  if (wanted.kind === 'credential') return readCredential(wanted.name, context.io.env['CREDENTIALS_DIRECTORY']);
  const file = input.text('rootKey');
  if (file === null) return newRootKey();
  const key = await readRootKey(resolve(context.io.cwd, file));
  if (key === null) throw new Refusal('key-wrong', { detail: `There is no file ${file}.` });
  return key;
}
