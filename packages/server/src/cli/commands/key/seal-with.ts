import type { sealEvents } from '@holdfast/contract';
import type { z } from 'zod';
import { systemClock } from '../../../platform/clock.ts';
import { openProvider } from '../../../platform/keyring/seal/open-provider.ts';
import { dataDirHolder } from '../../../platform/lock.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { FORM_OPTIONS, formOf, sealAs, wantedOf } from '../../host/seal-form.ts';
import type { Outcome } from '../../outcome.ts';
import { readConfig } from '../../read-config.ts';

const UNSEAL_FROM = {
  flags: '--unseal-from <file>',
  help: 'what opens it now, passphrase or shares, from a file; - is stdin. Without it you are asked',
};
const ABOUT =
  'The root key stays the same and nothing is sealed anew. The new way is tried before the old one is removed. With the server down.';

export const sealWith: Verb = {
  name: 'seal-with',
  summary: 'keep the root key in another way: file, passphrase, shares, credential, transit',
  about: ABOUT,
  words: [{ name: '<form>', help: 'file, passphrase, shares, credential or transit' }],
  options: [...FORM_OPTIONS, UNSEAL_FROM],
  examples: [
    'holdfast key seal-with passphrase',
    'holdfast key seal-with shares --of 5 --need 3',
    'holdfast key seal-with file --unseal-from shares.txt',
  ],
  run: (context, input) => change(context, input, input.words[0] ?? null),
};

export const shares: Verb = {
  name: 'shares',
  summary: 'keep the root key in shares, or make new ones; each is shown once',
  about: `Shares of before open nothing any more, unless somebody kept a backup of that time. ${ABOUT}`,
  options: [...FORM_OPTIONS.slice(0, 2), UNSEAL_FROM],
  examples: ['holdfast key shares --of 5 --need 3'],
  run: (context, input) => change(context, input, 'shares'),
};

type Changed = z.infer<typeof sealEvents.changed.payload>;

async function change(context: Context, input: Input, form: string | null): Promise<Outcome> {
  const to = formOf(form);
  const dataDir = await context.dataDir();
  const holder = await dataDirHolder(dataDir);
  if (holder !== null)
    throw new Refusal('data-dir-locked', { detail: `Process ${holder} runs on this data directory: stop it first.` });
  const { config } = readConfig(context.io, context.flags);
  const parts = { dataDir, settings: config.keyring, environment: context.io.env };
  const provider = await openProvider(parts);
  if (context.flags.dryRun) return { data: { dryRun: true, from: provider.kind, to }, text: `${provider.kind} -> ${to}\n` };
  context.unsealFrom(input.text('unsealFrom'));
  const wanted = await wantedOf(context, input, to);
  // Holds the lock until the end, and has opened everything with the root key of now.
  await using api = await context.api();
  const root =
    (await provider.fetch()) ?? (await context.awaitRoot({ provider, dataDir, clock: systemClock, log: silentLog, why: null }));
  const body: Changed = { from: provider.kind, to, rootKey: root.id };
  const record = (): Promise<void> => api.call({ method: 'POST', path: '/api/v1/system/seals', body });
  return await sealAs(context, { root, wanted, parts, record });
}
