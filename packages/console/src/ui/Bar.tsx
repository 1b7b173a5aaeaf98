import { classes } from './classes.ts';
import type { Tone } from './Badge.tsx';

const TONES: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok',
  watch: 'bg-watch',
  stop: 'bg-stop',
  note: 'bg-note',
  plain: 'bg-field',
};

interface BarProps {
  /** From 0 to 1. */
  readonly share: number;
  readonly tone?: Tone;
  readonly className?: string;
}

/** A share as a length. It repeats the words beside it, and says nothing to whoever hears them. */
export function Bar({ share, tone = 'ok', className }: BarProps) {
  return (
    <span className={classes('block h-2 overflow-hidden rounded-full bg-raised', className)} aria-hidden="true">
      <span className={classes('block h-full', TONES[tone])} style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </span>
  );
}
