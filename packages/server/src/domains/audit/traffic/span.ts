import { TRAFFIC_POINTS_MAX, TRAFFIC_STEPS, type TrafficStep } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { Span } from './store.ts';

const HOUR_MS = 3_600_000;
/** What a screen can show; a longer step is taken beyond. */
const POINTS_WANTED = 750;
const NAMES = ['10s', '1m', '1h', '1d'] as const satisfies readonly TrafficStep[];

export interface Asked {
  readonly application?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly step?: TrafficStep | undefined;
}

export interface ChosenSpan extends Span {
  readonly step: TrafficStep;
  readonly stepMs: number;
}

const fault = (pointer: string, detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

/** Whole intervals that cover what was asked for, in the shortest step that still holds them and is not too fine. */
export function chooseSpan({ application, since, until, step }: Asked, now: number): ChosenSpan {
  const to = Math.min(until ?? now, now);
  const from = since ?? to - HOUR_MS;
  if (from >= to) throw fault('/since', 'not before until, or not before now');
  const chosen = step ?? NAMES.find((name) => fits(name, { from, to, now })) ?? '1d';
  const { seconds } = TRAFFIC_STEPS[chosen];
  const stepMs = seconds * 1000;
  const first = Math.floor(from / stepMs) * stepMs;
  const last = Math.ceil(to / stepMs) * stepMs;
  if ((last - first) / stepMs > TRAFFIC_POINTS_MAX)
    throw fault('/step', `more than ${TRAFFIC_POINTS_MAX} points; take a longer step`);
  return { application, step: chosen, stepSeconds: seconds, stepMs, since: first, until: last };
}

function fits(
  name: TrafficStep,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): boolean {
  const { seconds, keptSeconds } = TRAFFIC_STEPS[name];
  return (to - from) / (seconds * 1000) <= POINTS_WANTED && from >= now - keptSeconds * 1000;
}
