import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed, UsageFault } from '../../fault.ts';
import { readEnvLines, writeSealedFile } from '../../host/env-file.ts';
import type { Outcome } from '../../outcome.ts';
import { sealEnv } from '../../sealed-env/sealed-env.ts';

export const encrypt: Verb = {
  name: 'encrypt',
  summary: 'make an encrypted file out of a plain one',
  about: 'The plain file stays where it is: keep it out of git, or delete it. To change one value later use env edit.',
  words: [{ name: '<file>', help: 'the plain .env file; - is stdin' }],
  options: [
    { flags: '--to <key...>', help: 'public keys of those who may open it (age1…)' },
    { flags: '--out <file>', help: 'where to (FILE.enc)' },
  ],
  examples: ['holdfast env encrypt .env --to age1…', 'holdfast env encrypt - --out prod.env.enc --to age1… age1…'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const file = input.words[0] ?? '';
  const out = input.text('out') ?? (file === '-' ? null : `${file}.enc`);
  const recipients = input.list('to');
  if (out === null || recipients.length === 0)
    throw new UsageFault('env encrypt needs --to, and --out when it reads stdin.', 'holdfast env encrypt --help');
  const lines = await readEnvLines(context, file);
  const variables = lines.filter((line) => line.kind === 'variable').length;
  const data = { file: out, variables, recipients: recipients.length };
  const text = await sealEnv(lines, recipients);
  if (context.flags.dryRun) return { data: { ...data, dryRun: true }, text: `would write ${out}: ${variables} values\n` };
  if (existsSync(resolve(context.io.cwd, out)) && !(await context.confirm(`${out} exists. Replace it?`)))
    throw new NotConfirmed(`${out} exists and was not changed.`, `holdfast env edit ${out}, or run it again with --yes`);
  await writeSealedFile(context, out, text);
  const hint = file === '-' ? '' : `${file} holds the values in clear: keep it out of git\n`;
  return { data, text: `wrote ${out}: ${variables} values for ${recipients.length} recipients\n${hint}` };
}
