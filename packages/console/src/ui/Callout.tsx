import type { ReactNode } from 'react';
import type { Tone } from './Badge.tsx';
import { classes } from './classes.ts';

const TONES: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok-tint border-ok',
  watch: 'bg-watch-tint border-watch',
  stop: 'bg-stop-tint border-stop',
  note: 'bg-note-tint border-note',
  plain: 'bg-raised border-field',
};

interface CalloutProps {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children: ReactNode;
}

/** Something to know before going on. */
export function Callout({ tone = 'note', title, children }: CalloutProps) {
  return (
    <div className={classes('rounded-md border-s-4 px-4 py-3', TONES[tone])}>
      {title !== undefined && <p className="font-semibold">{title}</p>}
      <div>{children}</div>
    </div>
  );
}
