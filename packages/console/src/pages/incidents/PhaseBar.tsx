import type { Phase } from '@holdfast/contract';
import { classes } from '../../ui/classes.ts';
import { PHASE_ORDER, PHASE_WORDS } from './words.ts';

/** Where an incident stands on its way. */
export function PhaseBar({ phase }: { readonly phase: Phase }) {
  const at = PHASE_ORDER.indexOf(phase);
  return (
    <ol className="mb-5 flex flex-wrap gap-1" aria-label="Phases">
      {PHASE_ORDER.map((one, index) => (
        <li
          key={one}
          {...(index === at ? { 'aria-current': 'step' as const } : {})}
          className={classes(
            'min-w-24 flex-1 rounded-md border-t-4 bg-raised px-3 py-1.5 text-[0.8125rem]',
            index < at && 'border-ok text-soft',
            index === at && 'border-act font-semibold text-ink',
            index > at && 'border-line text-soft',
          )}
        >
          {PHASE_WORDS[one]}
        </li>
      ))}
    </ol>
  );
}
