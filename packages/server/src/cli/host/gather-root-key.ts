import { silentLog } from '../../platform/log.ts';
import type { RootKey } from '../../platform/keyring/root-key.ts';
import type { SealInput } from '../../platform/keyring/seal/seal-port.ts';
import type { SealedStart } from '../../platform/keyring/seal/root-at-start.ts';
import { Unsealing } from '../../platform/keyring/seal/unsealing.ts';
import { isRefusal, Refusal } from '../../platform/refusal.ts';
import type { Context } from '../command.ts';
import { ask } from '../terminal/prompt.ts';
import { secretLines } from './secret-source.ts';

type Asking = Pick<Context, 'io' | 'flags' | 'output' | 'signal'>;
const OPERATOR = { isHostOperator: true };

/** While no server runs: what opens the root key, from a file or stdin, or asked for without showing it. */
export async function gatherRootKey(asking: Asking, source: string | null, start: SealedStart): Promise<RootKey> {
  const { provider, clock, why } = start;
  if (why !== null) throw new Refusal('keyring-sealed', { detail: why });
  const unsealing = new Unsealing({ provider, clock, log: silentLog });
  if (source === null) await askFor(asking, unsealing, provider.place);
  else await readFrom(await secretLines(asking.io, source), unsealing);
  return unsealing.opened;
}

/** Which of the two is wanted. */
export function asInput(wants: 'passphrase' | 'shares' | 'nothing', text: string): SealInput {
  return wants === 'shares' ? { kind: 'share', share: text } : { kind: 'passphrase', passphrase: text };
}

async function readFrom(lines: readonly string[], unsealing: Unsealing): Promise<void> {
  const { wants } = unsealing.status();
  for (const line of wants === 'shares' ? lines : lines.slice(0, 1)) {
    if (!(await unsealing.unseal(asInput(wants, line), OPERATOR)).isSealed) return;
  }
  const { shares } = unsealing.status();
  throw new Refusal('unseal-refused', { detail: `That were ${shares?.given ?? 0} of ${shares?.need ?? 0} shares.` });
}

async function askFor({ io, flags, output, signal }: Asking, unsealing: Unsealing, place: string): Promise<void> {
  if (flags.noInput || io.stdin.isTTY !== true)
    throw new Refusal('keyring-sealed', { detail: `The root key takes ${place}, and nobody can be asked here.` });
  for (let status = unsealing.status(); status.isSealed; status = unsealing.status()) {
    const { wants, shares } = status;
    const question = shares === null ? 'Passphrase of the root key: ' : `Share ${shares.given + 1} of ${shares.need}: `;
    const answer = await ask(io, { question, signal, isSecret: true });
    try {
      await unsealing.unseal(asInput(wants, answer), OPERATOR);
    } catch (error) {
      // Only what was mistyped is asked for again.
      if (!isRefusal(error, 'unseal-refused')) throw error;
      output.note(error.message);
    }
  }
}
