import type { Overview } from '@holdfast/contract';
import { classes } from '../../ui/classes.ts';

type Kind = Overview['verdict'];

const WORDS: Readonly<Record<Kind, string>> = {
  protected: 'Protected.',
  recording: 'Watching, not blocking.',
  bypassed: 'Bypassed.',
  attention: 'Needs you.',
  empty: 'Nothing to protect yet.',
};
const LOOKS: Readonly<Record<Kind, string>> = {
  protected: 'bg-ok-tint text-ok',
  recording: 'bg-watch-tint text-watch',
  bypassed: 'bg-stop-tint text-stop',
  attention: 'bg-stop-tint text-stop',
  empty: 'bg-raised text-soft',
};

function sayModes({ applications: { enforcing, monitoring } }: Overview): string {
  const counted = (count: number): string => `${count} ${count === 1 ? 'application' : 'applications'}`;
  if (monitoring === 0) return `Attacks on ${counted(enforcing)} are refused. Nothing is wrong that can be checked.`;
  return `Attacks on ${counted(enforcing)} are refused, on ${counted(monitoring)} recorded.`;
}

/** The first thing anybody looks for: is it all right, and does it need me? */
export function Verdict({ overview }: { readonly overview: Overview }) {
  const { verdict, line, reasons } = overview;
  return (
    <section aria-label="Verdict" className={classes('relative overflow-hidden rounded-box px-6 py-6', LOOKS[verdict])}>
      <Waves />
      <p className="relative font-display text-[2.25rem] leading-tight font-semibold tracking-tight">{WORDS[verdict]}</p>
      <p className="relative mt-1 max-w-[60ch] text-ink">{line === WORDS[verdict] ? sayModes(overview) : line}</p>
      {reasons.length > 0 && (
        <ul className="relative mt-3 flex max-w-[70ch] list-disc flex-col gap-0.5 ps-5 text-ink">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The sea against the rock: calm, and behind the words. */
function Waves() {
  return (
    <svg
      viewBox="0 0 400 120"
      preserveAspectRatio="xMaxYMax slice"
      className="absolute inset-y-0 end-0 h-full w-1/4 opacity-15 max-md:hidden"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
    >
      <path d="M0 60c40-22 60-22 100 0s60 22 100 0 60-22 100 0 60 22 100 0" />
      <path d="M0 84c40-22 60-22 100 0s60 22 100 0 60-22 100 0 60 22 100 0" />
      <path d="M0 108c40-22 60-22 100 0s60 22 100 0 60-22 100 0 60 22 100 0" />
    </svg>
  );
}
