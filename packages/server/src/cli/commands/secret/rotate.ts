import { setTimeout as sleep } from 'node:timers/promises';
import type { Rotation } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTime } from '../../terminal/table.ts';
import { ownKeyOf, rotateOwnKey } from './own-key.ts';
import { REF, refOf, refText } from './ref.ts';

export const ROTATIONS = '/api/v1/rotations';
const LOOK_MS = 500;

export const rotate: Verb = {
  name: 'rotate',
  summary: 'change a credential now, or drill it',
  about:
    'The new credential is verified by a real login before it is given. The old one stays good until the overlap ends. What fails is taken back: exit 1, and what was current still is. holdfast/identity, holdfast/ledger, holdfast/data, holdfast/subjects and holdfast/certificate are the keys of Holdfast itself.',
  words: [REF],
  options: [
    { flags: '--now', help: 'end the old credential at once, and an overlap that runs' },
    { flags: '--drill', help: 'try it with a credential that is thrown away; nothing in use changes' },
    { flags: '--watch', help: 'stay until the old credential was ended' },
  ],
  examples: [
    'holdfast secret rotate shop/production/DATABASE_URL',
    'holdfast secret rotate shop/production/DATABASE_URL --drill',
    'holdfast secret rotate shop/production/DATABASE_URL --now --watch',
    'holdfast secret rotate holdfast/identity --now',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const own = ownKeyOf(input.words[0] ?? '');
  if (own !== null) return rotateOwnKey(context, input, own);
  const body = { ...refOf(input), now: input.isSet('now'), drill: input.isSet('drill') };
  const call = { method: 'POST', path: ROTATIONS, body } as const;
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api();
  let rotation = await api.call<Rotation>(call);
  while (input.isSet('watch') && rotation.finishedAt === null && !context.signal.aborted) {
    await sleep(LOOK_MS);
    rotation = await api.call<Rotation>({ method: 'GET', path: `${ROTATIONS}/${rotation.id}` });
  }
  return { data: rotation, text: wordsOf(rotation), ...(isFailed(rotation) ? { exit: EXIT.findings } : {}) };
}

const isFailed = ({ outcome, step }: Rotation): boolean => outcome === 'rolled-back' || step === 'undo';

function wordsOf(rotation: Rotation): string {
  const { isDrill, step, outcome, trouble, newVersion, overlapUntil, verifiedMs } = rotation;
  const name = refText(rotation);
  if (isFailed(rotation)) return `${name} was not rotated: ${trouble ?? 'it failed'}\nwhat was current still is\n`;
  if (isDrill && outcome === 'done')
    return `${name} can be rotated: verified after ${verifiedMs ?? 0} ms, and taken away again\n`;
  if (outcome === 'done') return `${name} version ${newVersion ?? '-'} is given; the old credential was ended\n`;
  if (step === 'overlap')
    return `${name} version ${newVersion ?? '-'} is given; the old credential is good until ${formatTime(overlapUntil)}\n`;
  return `${name} is being rotated: ${step}${trouble === null ? '' : `, ${trouble}`}\nnext: holdfast secret rotations\n`;
}
