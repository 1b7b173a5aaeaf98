import type { TuningInbox } from '@holdfast/contract';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { keep, reopen, snooze, suggestions } from './tune-cards.ts';
import { promote, rollback } from './tune-promote.ts';
import { simulate } from './tune-simulate.ts';
import { describeInbox } from './tune-text.ts';

const STATES = ['open', 'excepted', 'attack', 'snoozed', 'all'] as const;

export const tune: BranchBody = {
  about:
    'Watch in monitor, decide what was found, try on what was seen, then block for a share of the clients first. A client is ' +
    'established after 20 clean requests without a pause of seven days; until people sign in here, this stands for them.',
  verbs: [
    {
      name: 'inbox',
      summary: 'what would have been blocked, one card for each place and rule, and how ready the application is',
      options: [
        { flags: '--app <id>', help: 'one application' },
        { flags: '--state <state>', help: 'open (default), excepted, attack, snoozed or all', choices: STATES },
      ],
      examples: ['holdfast tune inbox', 'holdfast tune inbox --app shop --state all'],
      run: inbox,
    },
    suggestions,
    keep,
    snooze,
    reopen,
    simulate,
    promote,
    rollback,
  ],
};

async function inbox(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = { state: input.text('state') ?? 'open', application: input.text('app') ?? undefined };
  const data = await api.call<TuningInbox>({ method: 'GET', path: '/api/v1/tuning/inbox', query });
  return { data, text: (paint) => describeInbox(data, paint) };
}
