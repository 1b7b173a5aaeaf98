import type { CardDecision, ExceptionView, TuningSuggestion, TuningSuggestions } from '@holdfast/contract';
import { change, planned } from '../change.ts';
import type { ApiClient } from '../connection/client.ts';
import type { Context, Input, Verb } from '../command.ts';
import { parseDays, parseDuration } from '../words/duration.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { describeSuggestions } from './tune-text.ts';

const DECISIONS = '/api/v1/tuning/decisions';
const CARDS = { name: '[card...]', help: 'cards as the inbox shows them' } as const;
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' } as const;

export const suggestions: Verb = {
  name: 'suggest',
  summary: 'for each open card: an exception, or why to keep it',
  about: 'With --apply the exceptions of the named cards are made; each lets one rule not fire in one field of one route.',
  options: [
    { flags: '--app <id>', help: 'one application' },
    { flags: '--apply <card...>', help: 'make the exceptions of these cards' },
    { flags: '--reason <text>', help: 'with --apply: why; kept in the ledger' },
    { flags: '--for <time>', help: 'with --apply: whole days, at most 365d (90d)' },
  ],
  examples: ['holdfast tune suggest', "holdfast tune suggest --apply 7Q2KXW3M --reason 'editors write HTML here'"],
  run: (context, input) => (input.list('apply').length > 0 ? apply(context, input) : show(context, input)),
};

export const keep: Verb = {
  name: 'keep',
  summary: 'keep cards as attacks, so that the inbox gets empty',
  words: [CARDS],
  options: [{ flags: '--suggested', help: 'all open cards that look like attacks' }, REASON],
  examples: ['holdfast tune keep 7Q2KXW3M', 'holdfast tune keep --suggested'],
  run: keepCards,
};

export const snooze: Verb = {
  name: 'snooze',
  summary: 'put cards off for a while',
  words: [CARDS],
  options: [{ flags: '--for <time>', help: 'for example 7d, at most 90d' }, REASON],
  examples: ['holdfast tune snooze 7Q2KXW3M --for 7d'],
  run(context, input) {
    const time = input.text('for');
    if (time === null) throw new UsageFault('tune snooze needs --for TIME.', 'holdfast tune snooze --help');
    return decide(context, {
      decision: 'snooze',
      cards: cardsOf(input.words),
      forSeconds: parseDuration(time, '--for'),
      ...because(input),
    });
  },
};

export const reopen: Verb = {
  name: 'reopen',
  summary: 'take back what was decided of cards',
  words: [CARDS],
  options: [REASON],
  examples: ['holdfast tune reopen 7Q2KXW3M'],
  run: (context, input) => decide(context, { decision: 'reopen', cards: cardsOf(input.words), ...because(input) }),
};

const because = (input: Input): { reason?: string } => {
  const reason = input.text('reason');
  return reason === null ? {} : { reason };
};

/** As people copy them: Crockford base32 reads I and L as 1 and O as 0. */
export function cardsOf(words: readonly string[]): string[] {
  if (words.length === 0) throw new UsageFault('Name at least one card.', 'holdfast tune inbox');
  return words.map((word) => {
    const card = word.slice(0, 16).toUpperCase().replaceAll(/[IL]/gu, '1').replaceAll('O', '0');
    if (!/^[0-9A-HJKMNP-TV-Z]{8}$/u.test(card))
      throw new UsageFault('A card has 8 characters, as the inbox shows it.', 'holdfast tune inbox');
    return card;
  });
}

async function readSuggestions(api: ApiClient, input: Input): Promise<TuningSuggestions> {
  const query = { application: input.text('app') ?? undefined };
  return await api.call<TuningSuggestions>({ method: 'GET', path: '/api/v1/tuning/suggestions', query });
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const data = await readSuggestions(api, input);
  return { data, text: () => describeSuggestions(data.suggestions, data.more) };
}

const exceptionText = ({ method, route, location, parameter, rule }: NonNullable<TuningSuggestion['exception']>): string =>
  `${rule} no longer fires at ${method} ${route} ${location} ${parameter}`;

async function apply(context: Context, input: Input): Promise<Outcome> {
  const cards = cardsOf(input.list('apply'));
  const reason = input.text('reason');
  const time = input.text('for');
  const days = time === null ? {} : { days: parseDays(time, '--for') };
  const path = '/api/v1/tuning/exceptions';
  if (context.flags.dryRun) return planned({ method: 'POST', path, body: { cards, reason, ...days } });
  if (reason === null)
    throw new UsageFault('--reason is missing: an exception weakens protection, so it says why.', 'holdfast tune suggest --help');
  await using api = await context.api();
  const { suggestions: known } = await readSuggestions(api, input);
  for (const { card, exception, because: why, action } of known) {
    if (!cards.includes(card.id) || exception === null) continue;
    context.output.note(`${card.id}  ${exceptionText(exception)}`);
    if (action !== 'except') context.output.note(`  not suggested: ${why}`);
  }
  if (!(await context.confirm('Make these exceptions?'))) throw new NotConfirmed('Nothing was excepted.');
  const data = await api.call<{ items: ExceptionView[] }>({ method: 'POST', path, body: { cards, reason, ...days } });
  const text = data.items.map((made) => `${exceptionText(made)}\nundo: holdfast exception remove ${made.id}\n`).join('');
  return { data: { exceptions: data.items }, text };
}

async function keepCards(context: Context, input: Input): Promise<Outcome> {
  if (!input.isSet('suggested')) return decide(context, { decision: 'attack', cards: cardsOf(input.words), ...because(input) });
  await using api = await context.api();
  const cards = (await readSuggestions(api, input)).suggestions
    .filter(({ action }) => action === 'keep')
    .map(({ card }) => card.id);
  if (cards.length === 0) return { data: { cards: [] }, text: 'no open card looks like an attack\n' };
  const call = { method: 'POST', path: DECISIONS, body: { decision: 'attack', cards, ...because(input) } } as const;
  if (context.flags.dryRun) return planned(call);
  if (!(await context.confirm(`Keep ${cards.length} cards as attacks?`))) throw new NotConfirmed('The cards are still open.');
  return decided('attack', await api.call<{ cards: string[] }>(call));
}

const WORDS = { attack: 'kept as an attack', snooze: 'put off', reopen: 'open again' } as const;

function decided(decision: CardDecision['decision'], data: { readonly cards: readonly string[] }): Outcome {
  const undo = decision === 'reopen' || data.cards.length === 0 ? '' : `undo: holdfast tune reopen ${data.cards.join(' ')}\n`;
  return { data, text: `${data.cards.map((card) => `${card} ${WORDS[decision]}\n`).join('')}${undo}` };
}

function decide(context: Context, body: CardDecision): Promise<Outcome> {
  return change<{ cards: string[] }>(context, { method: 'POST', path: DECISIONS, body }, (data) => decided(body.decision, data));
}
