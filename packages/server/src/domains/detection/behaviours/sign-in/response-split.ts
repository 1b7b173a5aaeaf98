import type { Probed } from './probing.ts';

/** More lengths than this are those of names that stand in the answer. */
const LENGTHS_MAX = 4;

export interface Split {
  /** Of the accounts, those that are not of the largest class. */
  readonly otherShare: number;
  readonly classes: number;
  readonly words: string;
}

/**
 * Whether answers tell accounts apart: by status, or, where that is one for all, by a few different lengths. An account has the
 * class of its last answer. Null = they do not.
 */
export function splitOf(probes: readonly Probed[], shareMin: number): Split | null {
  const answers = new Map<string, string>();
  for (const { account, answer } of probes) if (answer !== '') answers.set(account, answer);
  const statuses = classesOf([...answers.values()].map((answer) => answer.slice(0, answer.indexOf(' '))));
  const byStatus = splitAt(statuses, { total: answers.size, shareMin, noun: 'status' });
  if (byStatus !== null) return byStatus;
  const lengths = classesOf([...answers.values()]);
  return lengths.size > LENGTHS_MAX ? null : splitAt(lengths, { total: answers.size, shareMin, noun: 'status and length' });
}

function splitAt(classes: ReadonlyMap<string, number>, of: { total: number; shareMin: number; noun: string }): Split | null {
  const { total, shareMin, noun } = of;
  const sorted = [...classes].toSorted(([, a], [, b]) => b - a);
  const [[, most] = ['', 0]] = sorted;
  const otherShare = total === 0 ? 0 : 1 - most / total;
  if (sorted.length < 2 || otherShare < shareMin) return null;
  const shown = sorted.slice(0, 4).map(([name, count]) => `${count} times ${name}`);
  return { otherShare, classes: sorted.length, words: `by ${noun}: ${shown.join(', ')}` };
}

function classesOf(values: readonly string[]): Map<string, number> {
  const classes = new Map<string, number>();
  for (const value of values) classes.set(value, (classes.get(value) ?? 0) + 1);
  return classes;
}
