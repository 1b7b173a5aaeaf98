import type { FlowStep } from '@holdfast/contract';
import { classes } from '../../../ui/classes.ts';
import { TYPE_WORDS } from '../words.ts';

interface StepListProps {
  readonly steps: readonly FlowStep[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly stateOf?: (id: string) => string | null;
}

/** What the picture shows, in words and in the order of the document. */
export function StepList({ steps, selected, onSelect, stateOf }: StepListProps) {
  const nameOf = new Map(steps.map(({ id, name }) => [id, name]));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div tabIndex={0} role="group" aria-label="List of the steps" className="max-h-[60vh] overflow-y-auto border-t border-line">
      <ol>
        {steps.map(({ id, type, name, next }) => {
          const state = stateOf?.(id) ?? null;
          return (
            <li key={id} className="border-b border-line last:border-b-0">
              <button
                type="button"
                aria-pressed={id === selected}
                className={classes(
                  'block w-full px-4 py-2 text-start -outline-offset-2 hover:bg-raised [overflow-wrap:anywhere]',
                  id === selected && 'bg-tint',
                )}
                onClick={() => onSelect(id)}
              >
                <span className="font-medium">{name}</span>{' '}
                <span className="text-soft">
                  {TYPE_WORDS[type]}
                  {state !== null && ` · ${state}`}
                </span>
                {next.length > 0 && (
                  <span className="block text-[0.8125rem] text-soft">
                    {next.map(({ to, label }) => `${label} → ${nameOf.get(to) ?? to}`).join('; ')}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
