import type { Rules } from '../../../../detection/index.ts';
import { isOwn } from '../../documents/own-agent.ts';
import type { Values } from '../../documents/values.ts';
import type { CommandAnswer } from '../machine/state.ts';
import type { CommandAt } from './agent.ts';
import { failed, valuesOf } from './answers.ts';
import { fillRule } from './fill-rule.ts';

/** So far back it is looked, unless the variable `__hours__` says otherwise. */
const HOURS_DEFAULT = 24;
const HOURS_MAX = 24 * 90;
const WINDOW = '__hours__';

/**
 * A `sigma` command (CACAO 2.0 §5.8): the rule asked of the events that are stored here, as a backtest does, with the bounds of
 * one. It changes nothing, so that a simulation does it too.
 */
export async function searchEvents(
  rules: Pick<Rules, 'backtest'> | undefined,
  at: CommandAt,
  rule: string,
): Promise<CommandAnswer> {
  if (!isOwn(at.agent ?? undefined))
    return failed(
      `${at.agent?.name ?? 'this agent'} is not asked: a rule is looked for here, with https://holdfast.local as its agent`,
    );
  if (rules === undefined) return failed('nothing here looks for events of the past');
  const hours = hoursOf(at.values);
  if (hours === null) return failed(`${WINDOW} is a number of hours, from 1 to ${HOURS_MAX}`);
  const filled = fillRule(rule, at.values);
  if (filled.kind === 'fault') return failed(filled.detail);
  const found = await rules.backtest({ text: filled.text, days: hours / 24 }, { mayWait: true });
  const { events: searched, matches, alerts, samples, cut, from, unknown } = found;
  // Where it can find nothing, that it found nothing says nothing: whoever builds a decision on that has to know.
  if (searched === 0 && matches === 0 && unknown.length > 0 && isDeaf(unknown)) return failed(unknown.join('; '));
  const ids = samples.flatMap(({ event }) => event ?? []);
  const answer = { matches, hits: matches, alerts, searched, cut, events: ids.join(' '), newest: ids[0] ?? '' };
  return {
    kind: 'done',
    detail: wordsOf({ matches, searched, hours, cut, from, unknown }),
    values: valuesOf(answer, at.outArgs),
  };
}

const isDeaf = (unknown: readonly string[]): boolean => unknown.some((words) => words.startsWith('no event that comes here'));

function hoursOf(values: Values): number | null {
  const text = values.get(WINDOW)?.value ?? '';
  if (text === '') return HOURS_DEFAULT;
  const hours = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  return hours >= 1 && hours <= HOURS_MAX ? hours : null;
}

interface Told {
  readonly matches: number;
  readonly searched: number;
  readonly hours: number;
  readonly cut: boolean;
  readonly from: number;
  readonly unknown: readonly string[];
}

function wordsOf({ matches, searched, hours, cut, from, unknown }: Told): string {
  const some = `${cut ? 'at least ' : ''}${matches} of ${searched} events of the last ${hours} hours match`;
  const reached = cut ? [`only those since ${new Date(from).toISOString()} were looked at`] : [];
  return [some, ...reached, ...unknown].join('; ');
}
