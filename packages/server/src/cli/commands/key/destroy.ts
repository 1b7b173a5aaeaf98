import type { KeyringView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

export const destroy: Verb = {
  name: 'destroy',
  summary: 'destroy a key that nothing lies under any more',
  about: 'Refused while anything lies under it, here or at another node. Backups keep the key that they were made with.',
  words: [{ name: '<id>', help: 'of a retired key, as `holdfast key status` shows it' }],
  options: [{ flags: '--without-node <name...>', help: 'nodes that are gone for good; what they have under the key is lost' }],
  examples: ['holdfast key destroy data_0123456789ab', 'holdfast key destroy data_0123456789ab --without-node edge-2 --yes'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  if (!context.flags.dryRun && !(await context.confirm(`Destroy key ${id} for good?`)))
    throw new NotConfirmed('No key was destroyed.');
  const body = { withoutNodes: input.list('withoutNode') };
  return change<KeyringView>(context, { method: 'POST', path: `/api/v1/keys/${segment(id)}/destroy`, body }, (view) => ({
    data: view,
    text: `destroyed ${id}\n`,
  }));
}
