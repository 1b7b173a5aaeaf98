import { ON, type Exchange, type StepResult } from '../exchange.ts';
import { refusesDoubt } from '../limits/canary.ts';
import type { Listed } from './find-listed.ts';

/** Entries named in one record. */
const TOLD_MAX = 6;
/** A visitor who is listed beyond doubt is refused for evidence that is so much weaker. */
const DOUBT_MAX = 0.3;

/** In the words that `domains/detection/intel/listed-event.ts` reads. */
export const describeListed = ({ kind, indicator, action, confidence }: Listed): string =>
  `${kind} ${indicator} ${action} ${confidence}`;

/** Where an application refuses. */
export const isBlocked = (found: readonly Listed[]): boolean => found.some(({ action }) => action === 'block');

/** Writes down what was met. */
export function tellListed({ record }: Pick<Exchange, 'record'>, found: readonly Listed[]): void {
  for (const one of found.slice(0, TOLD_MAX))
    record.steps.push({ step: 'intel', verdict: 'listed', detail: describeListed(one) });
}

/**
 * What is listed and what it is for: watched is written down, scored makes less evidence enough, blocked is refused where the
 * application refuses, and would be where it only records.
 */
export function weighListed(exchange: Exchange, found: readonly Listed[]): StepResult {
  const { record, application, mode } = exchange;
  tellListed(exchange, found);
  const counting = found.filter(({ action }) => action !== 'watch').map(({ confidence }) => confidence);
  exchange.doubt = (Math.max(0, ...counting) / 100) * DOUBT_MAX;
  record.score = Math.max(record.score, exchange.doubt);
  if (application === null || mode === 'bypass' || !isBlocked(found)) return ON;
  if (refusesDoubt({ mode, application })) return { kind: 'refused', code: 'address-listed', reason: 'intel' };
  record.outcome = 'recorded';
  record.reason = 'intel';
  return ON;
}
