import type { Rotation, RotationPlan, RotationStep, RotatorName } from '@holdfast/contract';

export const ROTATOR_WORDS: Readonly<Record<RotatorName, string>> = {
  'postgres-pair': 'two roles of PostgreSQL, in turn',
  postgres: 'one role of PostgreSQL',
  redis: 'a user of Redis',
  webhook: 'a webhook',
  random: 'a random value',
};

/** In their order; `undo` takes the place of what would have come. */
export const WAY: readonly RotationStep[] = ['prepare', 'stage', 'set', 'verify', 'publish', 'overlap', 'retire', 'done'];
export const STEP_WORDS: Readonly<Record<RotationStep, string>> = {
  prepare: 'Ask the target whether it can be done',
  stage: 'Make the new credential; nobody is given it',
  set: 'Tell the target',
  verify: 'Log in with it',
  publish: 'Give it to programs',
  overlap: 'Both are good, so that programs have time',
  retire: 'End the old one',
  undo: 'Take back what the target was told',
  done: 'Done',
};

/** Nothing happens in the next seconds. */
export const isWaiting = ({ step, trouble }: Rotation): boolean => step === 'overlap' || trouble !== null;

export type StepState = 'done' | 'now' | 'to come' | 'not done';

/** The way of a rotation as far as it is; one that was rolled back ends where it failed. */
export function stepsOf({ step, outcome, isDrill }: Rotation): readonly (readonly [RotationStep, StepState])[] {
  const way = isDrill ? WAY.filter((each) => !['publish', 'overlap', 'retire'].includes(each)) : WAY;
  if (step === 'undo') return [['undo', 'now']];
  if (outcome === 'rolled-back') return [['undo', 'done']];
  const at = way.indexOf(step);
  return way.map((each, index) => [each, outcome === 'done' || index < at ? 'done' : index === at ? 'now' : 'to come']);
}

export function sayEvery({ everyDays }: Pick<RotationPlan, 'everyDays'>): string {
  if (everyDays === null) return 'only when somebody says so';
  return everyDays === 1 ? 'every day' : `every ${everyDays} days`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

export function saySpan(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
