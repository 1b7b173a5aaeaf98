import type { SecretDetail } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed, UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { parseNumber, pathOf, REF, refOf, refText } from './ref.ts';

const WHICH = { flags: '--version <number...>', help: 'one or several' } as const;

function versionsOf(input: Input, verb: string): number[] {
  const versions = input.list('version').map((text) => parseNumber(text, '--version'));
  if (versions.length === 0) throw new UsageFault('Say which: --version 3.', `holdfast secret ${verb} --help`);
  return versions;
}

async function move(context: Context, input: Input, verb: 'delete' | 'undelete' | 'destroy'): Promise<Outcome> {
  const ref = refOf(input);
  const versions = versionsOf(input, verb);
  const which = versions.join(', ');
  if (
    verb === 'destroy' &&
    !context.flags.dryRun &&
    !(await context.confirm(`Destroy version ${which} of ${refText(ref)} for good?`))
  )
    throw new NotConfirmed(
      'Nothing was destroyed.',
      `holdfast secret destroy ${refText(ref)} --version ${versions.join(' ')} --yes`,
    );
  return change<SecretDetail>(context, { method: 'POST', path: `${pathOf(ref)}/${verb}`, body: { versions } }, (view) => ({
    data: view,
    text: `${refText(ref)} version ${which}: ${statesText(view, versions)}\n`,
  }));
}

/** As they are now: a version that is destroyed stays so, whatever was asked. */
function statesText({ versions }: SecretDetail, asked: readonly number[]): string {
  const states = asked.map((number) => versions.find(({ version }) => version === number)?.state ?? 'gone');
  return [...new Set(states)].join(', ');
}

export const hide: Verb = {
  name: 'delete',
  summary: 'hide versions; they can be brought back',
  words: [REF],
  options: [WHICH],
  examples: ['holdfast secret delete shop/production/DATABASE_URL --version 3'],
  run: (context, input) => move(context, input, 'delete'),
};
export const bringBack: Verb = {
  name: 'undelete',
  summary: 'bring hidden versions back',
  words: [REF],
  options: [WHICH],
  examples: ['holdfast secret undelete shop/production/DATABASE_URL --version 3'],
  run: (context, input) => move(context, input, 'undelete'),
};
export const destroy: Verb = {
  name: 'destroy',
  summary: 'destroy the values of versions for good',
  words: [REF],
  options: [WHICH],
  examples: ['holdfast secret destroy shop/production/DATABASE_URL --version 1 2'],
  run: (context, input) => move(context, input, 'destroy'),
};
export const remove: Verb = {
  name: 'remove',
  summary: 'remove a secret with all its versions, for good',
  words: [REF],
  examples: ['holdfast secret remove shop/staging/OLD_KEY'],
  async run(context, input) {
    const ref = refOf(input);
    if (!context.flags.dryRun && !(await context.confirm(`Remove ${refText(ref)} with all its versions?`)))
      throw new NotConfirmed('Nothing was removed.', `holdfast secret remove ${refText(ref)} --yes`);
    return change(context, { method: 'DELETE', path: pathOf(ref) }, () => ({
      data: { removed: refText(ref) },
      text: `removed ${refText(ref)}\n`,
    }));
  },
};
