import { useQuery } from '@tanstack/react-query';
import type { SystemStatus } from '@holdfast/contract';
import { statusQuery, useMe } from '../api/queries.ts';
import { formatClock } from '../state/format.ts';
import { paths } from '../state/paths.ts';
import type { Tone } from '../ui/Badge.tsx';
import { LinkTo } from '../ui/LinkTo.tsx';
import { useNow } from '../ui/use-now.ts';

interface Mode {
  readonly word: string;
  readonly text: string;
  readonly tone: Tone;
}

function modeOf({ applications, bypassUntil }: SystemStatus, nowMs: number): Mode {
  if (bypassUntil !== null && bypassUntil > nowMs) {
    return { word: 'BYPASS', text: `Nothing is refused until ${formatClock(bypassUntil)}.`, tone: 'stop' };
  }
  const recording = applications.filter(({ mode }) => mode === 'monitor').length;
  if (applications.length === 0) return { word: 'IDLE', text: 'No application is protected yet.', tone: 'plain' };
  if (recording === 0) return { word: 'ENFORCE', text: 'Attacks are refused.', tone: 'ok' };
  if (recording === applications.length) return { word: 'MONITOR', text: 'Attacks are recorded, not refused.', tone: 'watch' };
  return { word: 'MIXED', text: `${recording} of ${applications.length} applications record attacks only.`, tone: 'watch' };
}

const TONES: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok-tint text-ok',
  watch: 'bg-watch-tint text-watch',
  stop: 'bg-stop text-card',
  note: 'bg-note-tint text-note',
  plain: 'bg-raised text-soft',
};

/** What the gateway does with attacks right now, on every page: it must never be a surprise. */
export function ModeBanner() {
  const { may } = useMe();
  const { data } = useQuery({ ...statusQuery, enabled: may('system:read') });
  const now = useNow();
  if (data === undefined) return null;
  const { word, text, tone } = modeOf(data, now);
  return (
    <div
      role="region"
      aria-label="Mode"
      className={`flex flex-wrap items-center gap-x-3 px-4 py-1.5 text-[0.8125rem] sm:px-8 ${TONES[tone]}`}
    >
      <strong className="tracking-wider">{word}</strong>
      <span>{text}</span>
      <LinkTo to={paths.applications()} className="-my-1 ms-auto py-1 underline underline-offset-2">
        Modes
      </LinkTo>
    </div>
  );
}
