import type { KeyRotate, KeyRotated } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTime } from '../../terminal/table.ts';

export const rotate: Verb = {
  name: 'rotate',
  summary: 'make a new key; nothing has to stop',
  about:
    'Without a flag the key that seals rows and files. Keys replace themselves before they have sealed too often. With --root the keyring is wrapped with a new root key: one key is wrapped anew, and not the data.',
  options: [
    { flags: '--data', help: 'the key that seals rows and files (default)' },
    { flags: '--subjects', help: 'the key that wraps the keys of data subjects' },
    { flags: '--root', help: 'the root key; keep the one before as long as backups made with it' },
  ],
  examples: ['holdfast key rotate', 'holdfast key rotate --subjects', 'holdfast key rotate --root'],
  run,
};

function whatOf(input: Input): KeyRotate['what'] {
  const given = (['data', 'subjects', 'root'] as const).filter((name) => input.isSet(name));
  if (given.length > 1) throw new UsageFault('Say one of --data, --subjects and --root.', 'holdfast key rotate --help');
  return given[0] ?? 'data';
}

function run(context: Context, input: Input): Promise<Outcome> {
  const what = whatOf(input);
  return change<KeyRotated>(context, { method: 'POST', path: '/api/v1/keys/rotate', body: { what } }, (rotated) => {
    const { id, previous, previousFile, activeFrom } = rotated;
    const text =
      what === 'root'
        ? `root key ${id} instead of ${previous}\nput a copy of the new one away from backups\nkeep ${previousFile ?? previous} as long as backups made before; then delete it\n`
        : `${id} seals from ${formatTime(activeFrom)} on; ${previous} still opens what lies under it\nprogress: holdfast key rewrap --watch\n`;
    return { data: rotated, text };
  });
}
