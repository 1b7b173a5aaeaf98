import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, Input, Verb } from '../../command.ts';
import { parseEnvFile, type EnvLine } from '../../env-file/parse.ts';
import { writeEnvFile } from '../../env-file/write.ts';
import { EXIT } from '../../exit-codes.ts';
import { NotConfirmed, UsageFault } from '../../fault.ts';
import { passSignals, startChild } from '../../host/child-process.ts';
import { readText, writeSealedFile } from '../../host/env-file.ts';
import { IDENTITY_OPTION, readIdentities } from '../../host/identity-file.ts';
import { openPrivateFolder } from '../../host/private-folder.ts';
import type { Outcome } from '../../outcome.ts';
import { fault, openEnv, resealEnv, type OpenEnv } from '../../sealed-env/sealed-env.ts';

export const edit: Verb = {
  name: 'edit',
  summary: 'open a file in your editor and encrypt what changed',
  about:
    'VISUAL or EDITOR gets the plain text in a folder in memory that only you can read and that is wiped afterwards. Lines of values that stay as they are do not change.',
  words: [{ name: '<file>', help: 'the encrypted file' }],
  options: [
    IDENTITY_OPTION,
    { flags: '--after-merge', help: 'git has put lines of two sides together: check each value, and sign the whole anew' },
  ],
  examples: ['holdfast env edit .env.enc', 'holdfast env edit .env.enc --after-merge'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const file = input.words[0] ?? '';
  if (file === '-') throw new UsageFault('Name the file: it is written again.', 'holdfast env edit --help');
  const identities = await readIdentities(context, input.text('identityFile'));
  const before = await readText(context, file);
  const open = await openEnv(before, { file, identities, isMerged: input.isSet('afterMerge') });
  const edited = await editLines(context, open);
  if (edited === null)
    return { data: { file, changed: false }, text: 'the editor failed; nothing was changed\n', exit: EXIT.findings };
  const text = resealEnv(open, edited);
  if (text === before) return { data: { file, changed: false }, text: `${file} is as it was\n` };
  if (context.flags.dryRun) return { data: { file, changed: true, dryRun: true }, text: `would write ${file}\n` };
  if ((await readText(context, file)) !== before)
    throw new NotConfirmed(`${file} was changed meanwhile and is left as it is.`, 'edit it again');
  await writeSealedFile(context, file, text);
  return { data: { file, changed: true }, text: `wrote ${file}\n` };
}

/** Null = the editor ended with a failure, as `:cq` of vi says that nothing is to be changed. */
async function editLines(context: Context, { lines }: OpenEnv): Promise<readonly EnvLine[] | null> {
  const { io, output } = context;
  await using folder = await openPrivateFolder(io);
  const place = join(folder.path, 'edit.env');
  await writeFile(place, writeEnvFile(lines), { mode: 0o600, flag: 'wx' });
  for (;;) {
    if ((await openEditor(context, place)) !== 0) return null;
    const parsed = parseEnvFile(await readFile(place, 'utf8'));
    if (parsed.kind === 'read') return parsed.lines;
    for (const { line, detail } of parsed.faults) output.note(`line ${line}: ${detail}`);
    // What was typed would be lost otherwise; without a terminal there is nobody to correct it.
    if (context.flags.yes || !(await context.confirm('Edit again?')))
      throw fault('env-file-invalid', 'what was edited', parsed.faults);
  }
}

/** Through a shell, as `code --wait` is a command with an argument; the name of the file is never part of the script. */
async function openEditor({ io }: Context, place: string): Promise<number> {
  const editor = [io.env['VISUAL'], io.env['EDITOR']].find((named) => named !== undefined && named !== '') ?? 'vi';
  const env = Object.fromEntries(Object.entries(io.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const child = startChild(io, {
    command: '/bin/sh',
    args: ['-c', `${editor} "$1"`, 'holdfast env edit', place],
    env,
    through: { stdout: null, stderr: null },
  });
  const release = passSignals(io, (signal, isToPassOn) => {
    if (isToPassOn) child.kill(signal);
  });
  try {
    return await child.ended;
  } finally {
    release();
  }
}
