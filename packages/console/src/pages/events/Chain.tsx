import type { StepVerdict } from '@holdfast/contract';
import { classes } from '../../ui/classes.ts';

const GOOD = new Set(['go-on', 'go on', 'pass', 'allowed', 'ok', 'clean', 'answered', 'forwarded']);
const toneOf = (verdict: string): string => {
  if (/refus|block|fail/u.test(verdict)) return 'bg-stop';
  if (/record|would|found/u.test(verdict)) return 'bg-watch';
  return GOOD.has(verdict) ? 'bg-ok' : 'bg-field';
};

/** The verdicts in the order in which they were spoken. */
export function Chain({ steps }: { readonly steps: readonly StepVerdict[] }) {
  return (
    <ol className="relative ms-1.5 border-s-2 border-line">
      {steps.map(({ step, verdict, detail }, index) => (
        <li key={`${index}-${step}`} className="relative py-1 ps-5">
          <span
            className={classes('absolute -start-[7px] top-2.5 size-3 rounded-full border-2 border-card', toneOf(verdict))}
            aria-hidden="true"
          />
          <span className="font-medium">{step}</span> <span className="text-soft">{verdict}</span>
          {detail !== '' && <span className="block text-[0.875rem] [overflow-wrap:anywhere]">{detail}</span>}
        </li>
      ))}
    </ol>
  );
}
