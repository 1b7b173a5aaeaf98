import {
  CANARY_SECONDS_DEFAULT,
  CANARY_SHARE_DEFAULT,
  RULE_GROUPS,
  type PromotionPlan,
  type PromotionView,
} from '@holdfast/contract';
import { planned } from '../change.ts';
import type { Context, Input, Verb } from '../command.ts';
import { parseDuration } from '../words/duration.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { describePromotion, describeReadiness, describeSimulation } from './tune-text.ts';

const PATH = '/api/v1/tuning/promotions';
const APP = { name: '<app>', help: 'id of the application' } as const;

export const promote: Verb = {
  name: 'promote',
  summary: 'begin to block: a share of the clients first, then everybody',
  about:
    'Refused until the application is ready. The share is the same clients throughout. When more established clients are ' +
    'blocked than 0.1 % of requests or 5 times what was ordinary, within 15 minutes, everything goes back by itself; so it ' +
    'does for a day after everybody is judged.',
  words: [APP],
  options: [
    { flags: '--group <class>', help: 'one class of attack instead of the whole application', choices: RULE_GROUPS },
    { flags: '--canary <share>', help: 'percent of the clients (10%); 100% = everybody at once' },
    { flags: '--for <time>', help: 'how long before everybody follows, such as 1h' },
    { flags: '--force', help: 'although it is not ready: people may be blocked at work' },
    { flags: '--reason <text>', help: 'why; kept in the ledger' },
  ],
  examples: [
    'holdfast tune promote shop --dry-run',
    'holdfast tune promote shop --canary 10% --for 1h',
    'holdfast tune promote shop --group sqli',
  ],
  run,
};

export const rollback: Verb = {
  name: 'rollback',
  summary: 'undo the last promotion of an application',
  words: [APP],
  options: [{ flags: '--reason <text>', help: 'why; kept in the ledger' }],
  examples: ["holdfast tune rollback shop --reason 'checkout is refused'"],
  run: undo,
};

function readShare(text: string | null): number {
  const [, digits = ''] = /^(\d{1,3})%$/u.exec(text ?? `${CANARY_SHARE_DEFAULT}%`) ?? [];
  const share = Number(digits);
  if (share < 1 || share > 100)
    throw new UsageFault('--canary wants whole percent such as 10%, at most 100%.', 'holdfast tune promote --help');
  return share;
}

function readBody(input: Input) {
  const group = input.text('group');
  const reason = input.text('reason');
  const time = input.text('for');
  return {
    application: input.words[0] ?? '',
    ...(group === null ? {} : { group }),
    share: readShare(input.text('canary')),
    forSeconds: time === null ? CANARY_SECONDS_DEFAULT : parseDuration(time, '--for'),
    force: input.isSet('force'),
    ...(reason === null ? {} : { reason }),
  };
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const body = readBody(input);
  await using api = await context.api();
  const plan = await api.call<PromotionPlan>({ method: 'POST', path: `${PATH}/plan`, body });
  const { paint } = context.output;
  if (context.flags.dryRun) {
    const { text, data } = planned({ method: 'POST', path: PATH, body });
    const told = (by: typeof paint): string =>
      `${describeReadiness(plan.readiness, by)}\n${describeSimulation(plan.simulation, by)}${typeof text === 'string' ? text : ''}`;
    return { data: { ...(data as object), plan }, text: told };
  }
  context.output.note(describeReadiness(plan.readiness, paint));
  context.output.note(describeSimulation(plan.simulation, paint));
  if (!plan.readiness.ready && body.force) {
    context.output.note(
      paint.warn(
        'Risky: not everything was watched or decided, so people may be blocked at work. The ledger keeps that it was forced.',
      ),
    );
  }
  // What is not ready and not forced is refused by the server, which says why; nobody is asked before that.
  const mayGo = !plan.readiness.ready && !body.force;
  const whom = body.share === 100 ? 'everybody' : `${body.share} % of the clients, then everybody`;
  if (!mayGo && !(await context.confirm(`Block for ${whom}?`))) throw new NotConfirmed('Nothing was promoted.');
  const data = await api.call<PromotionView>({ method: 'POST', path: PATH, body });
  return { data, text: () => `${describePromotion(data)}undo: holdfast tune rollback ${data.application}\n` };
}

async function undo(context: Context, input: Input): Promise<Outcome> {
  const reason = input.text('reason');
  const body = { application: input.words[0] ?? '', ...(reason === null ? {} : { reason }) };
  const call = { method: 'POST', path: '/api/v1/tuning/rollback', body } as const;
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api();
  const data = await api.call<PromotionView>(call);
  return { data, text: () => describePromotion(data) };
}
