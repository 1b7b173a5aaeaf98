import { resolve } from 'node:path';
import type { Context, Input, Verb } from '../../command.ts';
import { shortPath } from '../../context.ts';
import { UsageFault } from '../../fault.ts';
import { usualIdentityFile, writeIdentity } from '../../host/identity-file.ts';
import type { Outcome } from '../../outcome.ts';

export const keygen: Verb = {
  name: 'keygen',
  summary: 'make a key of your own; the public half goes to stdout',
  about: 'The secret half goes to a file that only you can read. Give the public half (age1…) to whoever encrypts for you.',
  options: [{ flags: '--out <file>', help: 'where to (holdfast/identity.txt in your configuration folder)' }],
  examples: ['holdfast env keygen', 'holdfast env keygen --out ./deploy.key'],
  run,
};

async function run({ io, flags, output }: Context, input: Input): Promise<Outcome> {
  const named = input.text('out');
  const file = named === null ? usualIdentityFile(io) : resolve(io.cwd, named);
  if (file === null) throw new UsageFault('Say where the key goes: --out FILE.', 'holdfast env keygen --help');
  const shown = shortPath(file, io.cwd);
  if (flags.dryRun) return { data: { dryRun: true, file }, text: `would write ${shown}\n` };
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  await writeIdentity(file, `# created ${new Date(io.now()).toISOString()}\n# public key: ${recipient}\n${identity}\n`);
  output.note(`wrote ${shown}, mode 0600: keep a copy in a safe place`);
  return { data: { file, recipient }, text: `${recipient}\n` };
}
