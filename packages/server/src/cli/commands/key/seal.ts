import type { SealStatus } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { NotConfirmed, UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

const PATH = '/api/v1/seal/close';

export const seal: Verb = {
  name: 'seal',
  summary: 'put the keys away while Holdfast runs',
  about:
    'Unless `keyring.whenSealed` is `serve`, traffic stops too: every port answers 503 until `holdfast key unseal`. A restart brings back a root key that comes by itself.',
  options: [{ flags: '--reason <text>', help: 'why; it stands in the record' }],
  examples: ['holdfast key seal --reason "a laptop with a share was stolen"'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault('key seal needs --reason.', 'holdfast key seal --help');
  const call = { method: 'POST', path: PATH, body: { reason } } as const;
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api({ onlineOnly: true });
  if (!(await context.confirm('Put the keys away? What needs them is refused until somebody brings them back.')))
    throw new NotConfirmed('The keys are where they were.');
  const status = await api.call<SealStatus>(call);
  return { data: status, text: 'sealed\nundo: holdfast key unseal\n' };
}
