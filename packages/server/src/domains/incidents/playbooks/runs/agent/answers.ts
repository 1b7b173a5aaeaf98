import type { ActionView } from '@holdfast/contract';
import type { CommandAnswer } from '../machine/state.ts';

export const failed = (detail: string): CommandAnswer => ({ kind: 'failed', detail: detail.slice(0, 1000) });

/** What an action that a step asked for means for the step. */
export function answerOf({ id, state, outcome, plan, decideBy }: ActionView): CommandAnswer {
  const words = outcome ?? plan.summary;
  if (state === 'effective' || state === 'done' || state === 'over') return { kind: 'done', detail: words, action: id };
  if (state === 'waiting' || state === 'running')
    return { kind: 'waits', detail: decideBy === null ? words : `waits for approval: ${plan.summary}`, action: id };
  return { kind: 'failed', detail: `${state}: ${words}`, action: id };
}

/** What an action gives out. */
export const outOf = ({ id, state, outcome }: ActionView) => ({ action: id, state, outcome: outcome ?? '' });

/** Fields of an answer under the names of variables: `hits` is `__hits__`. */
export function valuesOf(answer: Readonly<Record<string, unknown>>, outArgs: readonly string[]): Map<string, string> {
  const fields = new Map(Object.entries(answer));
  const values = new Map<string, string>();
  for (const name of outArgs) {
    const plain = name.replaceAll(/^__|__$/gu, '');
    const value = fields.get(plain);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') values.set(name, String(value));
  }
  return values;
}
