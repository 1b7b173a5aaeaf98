import type { ExceptionProposal, TuningCard, TuningSuggestion } from '@holdfast/contract';
import { groupOf } from '../exceptions/exception-rules.ts';
import { CUT_MARK } from '../../../platform/http/fold-route.ts';

/** The exception that covers exactly this card; null where its place cannot be written as one. */
export function exceptionOf(card: TuningCard): ExceptionProposal | null {
  const { application, method, route, location, parameter, rule } = card;
  if (location === null) return null;
  const isPlain = /^[A-Z]{1,16}$/u.test(method) && !route.split('/').includes(CUT_MARK) && groupOf(rule) !== null;
  return isPlain ? { application, method, route, location, parameter, rule } : null;
}

/** What to do about one card, as advice. */
export function suggest(card: TuningCard): TuningSuggestion {
  const exception = exceptionOf(card);
  const { verdict, legitimateBecause, attackBecause } = card;
  if (verdict === 'attack') return { card, action: 'keep', exception: null, because: attackBecause.join('; ') };
  if (verdict === 'unsure') {
    const both = [
      ...legitimateBecause.map((words) => `for work: ${words}`),
      ...attackBecause.map((words) => `for an attack: ${words}`),
    ];
    return { card, action: 'look', exception, because: both.join('; ') || 'nothing speaks for either side yet' };
  }
  const because = legitimateBecause.join('; ');
  return exception === null
    ? { card, action: 'look', exception, because: `${because}; but this place cannot be written as an exception` }
    : { card, action: 'except', exception, because };
}
