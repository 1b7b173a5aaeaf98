import type { AlertDetail } from '@holdfast/contract';
import type { ReactNode } from 'react';
import { OUTCOME_TONES, OUTCOME_WORDS } from '../../api/event-words.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { STEP_WORDS } from './words.ts';

type Evidence = AlertDetail['evidence'][number];
type Step = AlertDetail['steps'][number];

interface Line {
  readonly key: string;
  readonly time: number;
  readonly content: ReactNode;
}

const eventLine = (each: Evidence): Line => ({
  key: each.event,
  time: each.time,
  content: (
    <>
      <Badge tone={OUTCOME_TONES[each.outcome]}>{OUTCOME_WORDS[each.outcome]}</Badge>{' '}
      <span className="[overflow-wrap:anywhere]">{each.summary === '' ? each.type : each.summary}</span>{' '}
      {each.requestId !== null && <LinkTo to={paths.request(each.requestId)}>{each.requestId}</LinkTo>}{' '}
      {each.index === null ? (
        <span className="text-soft">hash in the record of this alert</span>
      ) : (
        <LinkTo to={paths.audit({ index: String(each.index) })}>record {each.index}</LinkTo>
      )}
    </>
  ),
});

const stepLine = (step: Step, number: number): Line => ({
  key: `step ${number}`,
  time: step.time,
  content: (
    <>
      <strong>{STEP_WORDS[step.what]}</strong> <Who actor={step.actor} />
      {step.detail !== null && <span className="text-soft [overflow-wrap:anywhere]"> {step.detail}</span>}
    </>
  ),
});

/** The events behind an alert and what was done about it, in one line of time, the oldest first. */
export function Timeline({ alert }: { readonly alert: AlertDetail }) {
  const lines = [...alert.evidence.map(eventLine), ...alert.steps.map(stepLine)].toSorted((a, b) => a.time - b.time);
  const missing = alert.events - alert.evidence.length;
  return (
    <>
      {missing > 0 && <p className="px-4 pb-2 text-soft">{missing} earlier events are behind it as well.</p>}
      <ol className="border-t border-line">
        {lines.map(({ key, time, content }) => (
          <li key={key} className="flex items-baseline gap-3 border-b border-line px-4 py-1.5 last:border-b-0">
            <span className="shrink-0 text-[0.8125rem] text-soft">
              <Time at={time} />
            </span>
            <span className="min-w-0 flex-1">{content}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
