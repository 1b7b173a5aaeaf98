import type { SealStatus, Unseal } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import type { ApiClient } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import { secretLines } from '../../host/secret-source.ts';
import type { Outcome } from '../../outcome.ts';
import { ask } from '../../terminal/prompt.ts';
import { sealText } from '../../words/seal-text.ts';

const PATH = '/api/v1/seal';

export const unseal: Verb = {
  name: 'unseal',
  summary: 'give a sealed Holdfast its root key: passphrase, or shares',
  about:
    'Asks for what is wanted without showing it. Several people give their shares one after the other, each at a time of their own. Where the root key comes by itself, it is fetched again.',
  options: [
    { flags: '--share', help: 'give one share and leave the others to others' },
    { flags: '--from <file>', help: 'read the passphrase, or the shares line by line, from a file; - is stdin' },
    { flags: '--reset', help: 'forget the shares that were given so far' },
  ],
  examples: ['holdfast key unseal', 'holdfast key unseal --share', 'holdfast key unseal --from /run/holdfast/passphrase'],
  run,
};

const give = (api: ApiClient, body: Unseal): Promise<SealStatus> => api.call<SealStatus>({ method: 'POST', path: PATH, body });

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api({ onlineOnly: true });
  const before = await api.call<SealStatus>({ method: 'GET', path: PATH });
  if (!before.isSealed) return { data: before, text: 'not sealed: nothing to do\n' };
  if (context.flags.dryRun) return { data: before, text: `sealed: ${sealText(before)}\n` };
  if (input.isSet('reset')) return outcome(await give(api, { reset: true }));
  if (before.wants === 'nothing') return outcome(await give(api, {}));
  const source = input.text('from');
  let status = before;
  if (source !== null) {
    const lines = await secretLines(context.io, source);
    for (const line of before.wants === 'shares' ? lines : lines.slice(0, 1)) {
      if (status.isSealed) status = await give(api, asBody(before, line));
    }
    return outcome(status);
  }
  do status = await give(api, asBody(before, await askOne(context, status)));
  while (status.isSealed && !input.isSet('share'));
  return outcome(status);
}

const asBody = ({ wants }: SealStatus, text: string): Unseal => (wants === 'shares' ? { share: text } : { passphrase: text });

async function askOne({ io, flags, signal }: Context, { shares }: SealStatus): Promise<string> {
  if (flags.noInput || io.stdin.isTTY !== true)
    throw new UsageFault('Nobody can be asked here: --from FILE, or - for stdin.', 'holdfast key unseal --help');
  const question = shares === null ? 'Passphrase of the root key: ' : `Share ${shares.given + 1} of ${shares.need}: `;
  const answer = await ask(io, { question, signal, isSecret: true });
  if (answer === '') throw new UsageFault('Nothing was given.', 'holdfast key unseal');
  return answer;
}

function outcome(status: SealStatus): Outcome {
  return { data: status, text: status.isSealed ? `still sealed: ${sealText(status)}\n` : 'unsealed: Holdfast goes on\n' };
}
