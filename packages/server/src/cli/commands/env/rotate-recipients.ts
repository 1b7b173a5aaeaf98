import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { readText, writeSealedFile } from '../../host/env-file.ts';
import { IDENTITY_OPTION, readIdentities } from '../../host/identity-file.ts';
import type { Outcome } from '../../outcome.ts';
import { changeRecipients, openEnv } from '../../sealed-env/sealed-env.ts';

export const rotateRecipients: Verb = {
  name: 'rotate-recipients',
  summary: 'change who can open a file',
  about: 'When somebody goes there is a new key and every value is encrypted anew; what they have of older commits they keep.',
  words: [{ name: '<file>', help: 'the encrypted file' }],
  options: [
    { flags: '--add <key...>', help: 'public keys that come (age1…)' },
    { flags: '--remove <key...>', help: 'public keys that go' },
    IDENTITY_OPTION,
  ],
  examples: ['holdfast env rotate-recipients .env.enc --add age1…', 'holdfast env rotate-recipients .env.enc --remove age1…'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const file = input.words[0] ?? '';
  if (file === '-') throw new UsageFault('Name the file: it is written again.', 'holdfast env rotate-recipients --help');
  const [added, removed] = [input.list('add'), input.list('remove')];
  if (added.length + removed.length === 0)
    throw new UsageFault('env rotate-recipients needs --add or --remove.', 'holdfast env rotate-recipients --help');
  const identities = await readIdentities(context, input.text('identityFile'));
  const open = await openEnv(await readText(context, file), { file, identities });
  const { recipients } = open.document;
  const stranger = removed.find((key) => !recipients.includes(key));
  if (stranger !== undefined) throw new UsageFault(`${stranger} is no recipient of ${file}.`, `grep '^#@ to' ${file}`);
  const wanted = [...recipients.filter((key) => !removed.includes(key)), ...added];
  const { text, isNewKey } = await changeRecipients(open, wanted);
  const count = new Set(wanted).size;
  const data = { file, recipients: count, isNewKey };
  if (context.flags.dryRun) return { data: { ...data, dryRun: true }, text: `would write ${file} for ${count} recipients\n` };
  await writeSealedFile(context, file, text);
  const left = 'whoever went can still open older commits: change the values themselves too\n';
  return { data, text: `wrote ${file} for ${count} recipients\n${isNewKey ? left : ''}` };
}
