import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import { prepareDataDir } from '../../platform/data-dir.ts';
import { readRootKey } from '../../platform/keyring/root-key.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Context, LeafBody } from '../command.ts';
import { shortPath } from '../context.ts';
import { CONFIG_NAME } from '../host/data-dir.ts';
import { NotConfirmed } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { configTemplate } from '../shell/config-template.ts';

export const init: LeafBody = {
  about:
    'With --root-key it writes no configuration: it puts a copy of a root key where this data directory expects it, for another node on the same database or when the file was lost.',
  options: [
    { flags: '--to <url>', help: 'the application to protect' },
    { flags: '--host <name...>', help: 'host names it is served under' },
    { flags: '--root-key <file>', help: 'the copy of the root key, mode 0600; a key that is there is never replaced' },
  ],
  examples: [
    'holdfast init',
    'holdfast init --to http://127.0.0.1:3000 --host shop.example.org',
    'holdfast init --root-key /root/holdfast-root.key',
  ],
  async run(context, input) {
    const rootKey = input.text('rootKey');
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
  const data = { file, written: !context.flags.dryRun, rootKey: key.id };
  if (context.flags.dryRun) return { data, text: `would write root key ${key.id}\n` };
  await prepareDataDir(dataDir);
  await writeFileAtomically(file, `${key.bytes.toString('base64')}\n`, 0o600);
  return { data, text: `wrote root key ${key.id} to ${shortPath(file, context.io.cwd)}\nnext: holdfast up\n` };
}
