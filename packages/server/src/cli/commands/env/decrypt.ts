import type { Context, Input, Verb } from '../../command.ts';
import { readText } from '../../host/env-file.ts';
import { IDENTITY_OPTION, readIdentities } from '../../host/identity-file.ts';
import type { Outcome } from '../../outcome.ts';
import { writeEnvFile } from '../../env-file/write.ts';
import { forOutput } from '../../terminal/table.ts';
import { openEnv } from '../../sealed-env/sealed-env.ts';

export const decrypt: Verb = {
  name: 'decrypt',
  summary: 'print the plain file; nothing is written',
  words: [{ name: '<file>', help: 'the encrypted file; - is stdin' }],
  options: [IDENTITY_OPTION],
  examples: [
    'holdfast env decrypt .env.enc',
    'holdfast env decrypt .env.enc | holdfast secret import - --app shop --env staging',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const file = input.words[0] ?? '';
  const identities = await readIdentities(context, input.text('identityFile'));
  const { lines } = await openEnv(await readText(context, file), { file, identities });
  if (context.io.stdout.isTTY === true) context.output.note('values in clear follow: this terminal may be recorded');
  const variables = Object.fromEntries(lines.flatMap((line) => (line.kind === 'variable' ? [[line.name, line.value]] : [])));
  return { data: { variables }, text: forOutput(context.io.stdout, writeEnvFile(lines)) };
}
