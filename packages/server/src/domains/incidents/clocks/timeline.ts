import type { TimelineEntry } from '@holdfast/contract';
import { readClocks, readSteps, type ClockRow, type StepRow } from './clock-store.ts';
import type { ClockParts } from './clock-parts.ts';

/** What became of the clocks of an incident, each step with the place of its record. */
export async function clockTimeline(parts: ClockParts, incident: string): Promise<readonly TimelineEntry[]> {
  const { db, indexesOf } = parts;
  const steps = await readSteps(db, incident);
  if (steps.length === 0) return [];
  const clocks = new Map((await readClocks(db, incident)).map((row) => [row.id, row]));
  const indexes = await indexesOf(steps.map(({ event, eventTime }) => ({ event, time: eventTime })));
  return steps.flatMap((step) => {
    const clock = clocks.get(step.clock);
    return clock === undefined ? [] : [entryOf(parts, { step, clock, index: indexes.get(step.event) ?? null })];
  });
}

interface Told {
  readonly step: StepRow;
  readonly clock: ClockRow;
  readonly index: number | null;
}

function entryOf({ seal }: ClockParts, { step, clock, index }: Told): TimelineEntry {
  const { id, time, what, actor } = step;
  const isVerdict = what === 'settled' && clock.reason !== null;
  return {
    id,
    time,
    lane: 'clock',
    title: `${clock.isDrill ? 'DRILL: ' : ''}${clock.title}: ${WORDS[what](step, clock)}`.slice(0, 300),
    detail: isVerdict ? seal.openReason(clock.id, clock.reason) : clock.source,
    actor,
    severity: what === 'warned' || what === 'reminded' ? 'high' : null,
    ref: clock.id,
    index,
  };
}

const WORDS: Readonly<Record<StepRow['what'], (step: StepRow, clock: ClockRow) => string>> = {
  started: () => 'the clock runs',
  moved: () => 'counts from when the notice before it was filed',
  warned: ({ share }) => (share === 100 ? 'its time is over' : `${share ?? 0} % of its time is over`),
  reminded: ({ share }) => `${share ?? 0} d since it was known`,
  settled: (_step, { state }) => state,
};
