import type { SecretView } from '@holdfast/contract';
import { formatDay, formatMonth } from '../../../state/format.ts';
import { dueOf } from '../words.ts';

export interface DueGroup {
  readonly title: string;
  readonly secrets: readonly SecretView[];
}

/** The reader's own days: a week begins on Monday (ISO 8601). */
function beginOf(timeMs: number, by: 'week' | 'month'): number {
  const date = new Date(timeMs);
  const day = by === 'month' ? 1 : date.getDate() - ((date.getDay() + 6) % 7);
  return new Date(date.getFullYear(), date.getMonth(), day).getTime();
}

const titleOf = (begin: number, by: 'week' | 'month'): string =>
  by === 'month' ? formatMonth(begin) : `Week of ${formatDay(begin)}`;

/** Those with a date, in its order; what is late comes first and together. */
export function groupByDue(secrets: readonly SecretView[], by: 'week' | 'month', now: number): readonly DueGroup[] {
  const dated = secrets.flatMap((secret) => {
    const due = dueOf(secret);
    return due === null ? [] : [{ secret, due }];
  });
  const groups = new Map<string, SecretView[]>();
  for (const { secret, due } of dated.toSorted((one, other) => one.due - other.due)) {
    const title = due < now ? 'Late' : titleOf(beginOf(due, by), by);
    const group = groups.get(title) ?? [];
    group.push(secret);
    groups.set(title, group);
  }
  return [...groups].map(([title, list]) => ({ title, secrets: list }));
}
