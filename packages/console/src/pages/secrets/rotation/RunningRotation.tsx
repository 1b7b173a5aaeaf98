import type { Rotation } from '@holdfast/contract';
import { Badge } from '../../../ui/Badge.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { classes } from '../../../ui/classes.ts';
import { STEP_WORDS, stepsOf, type StepState } from './words.ts';

const MARKS: Readonly<Record<StepState, string>> = { done: '✓', now: '●', 'to come': '○', 'not done': '–' };

/** The steps of what goes on now, read again every second. */
export function RunningRotation({ rotation }: { readonly rotation: Rotation }) {
  const { isDrill, startedAt, startedBy, overlapUntil, trouble } = rotation;
  return (
    <section
      aria-label={isDrill ? 'The try that goes on' : 'The rotation that goes on'}
      className="rounded-md border border-line p-3"
    >
      <p className="mb-2">
        <Badge tone="note">{isDrill ? 'trying' : 'rotating'}</Badge> since <Time at={startedAt} />, by <Who actor={startedBy} />
      </p>
      <ol className="grid gap-1">
        {stepsOf(rotation).map(([step, state]) => (
          <li
            key={step}
            className={classes('flex gap-2', state === 'to come' && 'text-soft', state === 'now' && 'font-semibold')}
            {...(state === 'now' ? { 'aria-current': 'step' as const } : {})}
          >
            <span aria-hidden="true" className="w-4 text-center">
              {MARKS[state]}
            </span>
            <span>
              {STEP_WORDS[step]}
              <span className="sr-only">, {state}</span>
              {step === 'overlap' && overlapUntil !== null && (
                <span className="font-normal text-soft">
                  {' '}
                  until <Time at={overlapUntil} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {trouble !== null && (
        <p role="status" className="mt-2 text-stop">
          {trouble}
        </p>
      )}
    </section>
  );
}
