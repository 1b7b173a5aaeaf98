import type { OwnKeyName, OwnKeyView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTime } from '../../terminal/table.ts';

export const OWN = '/api/v1/own-keys';
const PREFIX = 'holdfast/';
/** Said again, because the schemas of the contract cost more to load than the command takes. */
const NAMES = ['identity', 'ledger', 'data', 'subjects', 'certificate'] as const satisfies readonly OwnKeyName[];

/** `holdfast/identity` has two parts, and a secret three, so no secret is meant by it. Null = a secret. */
export function ownKeyOf(text: string): OwnKeyName | null {
  if (!text.startsWith(PREFIX) || text.split('/').length !== 2) return null;
  const name = NAMES.find((one) => one === text.slice(PREFIX.length));
  if (name !== undefined) return name;
  throw new UsageFault(
    `Keys of Holdfast itself are ${NAMES.map((one) => PREFIX + one).join(', ')}.`,
    'holdfast secret rotations',
  );
}

export const ownKeyText = ({ name }: Pick<OwnKeyView, 'name'>): string => PREFIX + name;

export function rotateOwnKey(context: Context, input: Input, name: OwnKeyName): Promise<Outcome> {
  if (input.isSet('drill')) throw new UsageFault('A key of Holdfast itself has no target to try, so there is no drill of it.');
  const call = { method: 'POST', path: `${OWN}/${name}/rotate`, body: { now: input.isSet('now') } } as const;
  return change<OwnKeyView>(context, call, (key) => ({
    data: key,
    text: `${ownKeyText(key)} has a new key${key.since === null ? '' : `, in use from ${formatTime(key.since)} on`}\n`,
  }));
}
