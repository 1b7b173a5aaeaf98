import type { ReactNode } from 'react';

export type Tone = 'ok' | 'watch' | 'stop' | 'note' | 'plain';

const TONES: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok-tint text-ok',
  watch: 'bg-watch-tint text-watch',
  stop: 'bg-stop-tint text-stop',
  note: 'bg-note-tint text-note',
  plain: 'bg-raised text-soft',
};

/** A state in one word. Its colour repeats the word and never replaces it. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className={`inline-block rounded-full px-2 py-px text-[0.8125rem] font-medium whitespace-nowrap ${TONES[tone]}`}>
      {children}
    </span>
  );
}
