import type { AdviceApplied, AdviceProposal, AdviceUndone, AdviceView } from '@holdfast/contract';
import { adviceText, itemText } from '../words/advice-text.ts';
import { change } from '../change.ts';
import type { Context, Input, LeafBody } from '../command.ts';
import { parseDays } from '../words/duration.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';

const PATH = '/api/v1/advice';
const HELP = 'holdfast advise --help';

export const DAYS = { flags: '--days <time>', help: 'the window, at most 90d (30d)' };

export const advise: LeafBody = {
  about:
    'Lists what each token, person and policy may do and did not, with smaller rights under which every decision of the window would have been the same. Exit code 1: something is proposed.',
  words: [{ name: '[id...]', help: 'with --apply: these proposals, as the list shows them' }],
  options: [
    DAYS,
    { flags: '--apply', help: 'take away what is proposed; without ids all that is not marked young' },
    { flags: '--rollback', help: 'give back what was taken away last' },
  ],
  examples: ['holdfast advise', 'holdfast advise --days 60d --json', 'holdfast advise --apply', 'holdfast advise --rollback'],
  run,
};

/** `30d`, or a bare `30`: the name of the flag says what it counts. */
export function daysOf(input: Input): { days?: number } {
  const text = input.text('days');
  if (text === null) return {};
  return { days: /^\d{1,3}$/u.test(text) ? Number(text) : parseDays(text, '--days') };
}

function run(context: Context, input: Input): Promise<Outcome> {
  const ids = input.words;
  const [isApply, isRollback] = [input.isSet('apply'), input.isSet('rollback')];
  if (isApply && isRollback) throw new UsageFault('advise takes either --apply or --rollback.', HELP);
  if (ids.length > 0 && !isApply) throw new UsageFault('Ids of proposals go with --apply.', HELP);
  if (isRollback) return rollback(context);
  return isApply ? apply(context, input, ids) : show(context, input);
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<AdviceView>({ method: 'GET', path: PATH, query: daysOf(input) });
  return { data: view, text: () => adviceText(view), exit: view.proposals.length > 0 ? EXIT.findings : EXIT.ok };
}

const linesOf = (items: readonly AdviceProposal[]): string => items.map((item) => `  ${itemText(item)}\n`).join('');

function apply(context: Context, input: Input, ids: readonly string[]): Promise<Outcome> {
  const body = { ...daysOf(input), ...(ids.length === 0 ? {} : { ids }) };
  return change<AdviceApplied>(context, { method: 'POST', path: `${PATH}/apply`, body }, (done) => ({
    data: done,
    text: `applied ${done.batch.items.length}; ${done.replay.decisions} decisions replayed, ${done.replay.changed} changed\n${linesOf(done.batch.items)}undo: holdfast advise --rollback\n`,
  }));
}

function rollback(context: Context): Promise<Outcome> {
  return change<AdviceUndone>(context, { method: 'POST', path: `${PATH}/rollback` }, ({ batch, skipped }) => ({
    data: { batch, skipped },
    text: `gave back ${batch.items.length - skipped.length} of ${batch.items.length}\n${skipped.map((id) => `  left as it is, changed since: ${id}\n`).join('')}`,
  }));
}
