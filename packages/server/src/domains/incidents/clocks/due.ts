/** How long a rule gives; neither = without undue delay. */
export interface Span {
  readonly hours: number | null;
  readonly months: number | null;
}

/** What is told of a clock, in percent of its time. */
export const SHARES = [50, 75, 90, 100] as const;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * So many calendar months later at the same time of day, in UTC. A month that is too short ends it on its last day, as
 * Regulation (EEC, Euratom) 1182/71 Art. 3(2)(c) says; counted to the minute, which is earlier than the end of that day.
 */
export function addMonths(time: number, months: number): number {
  const from = new Date(time);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
  // Day 0 is the last one of the month before.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Date.UTC(year, month, Math.min(from.getUTCDate(), lastDay));
  return day + (((time % DAY_MS) + DAY_MS) % DAY_MS);
}

/** Every hour counts, also at weekends: whoever has longer is early. */
export function dueAfter(startedAt: number, { hours, months }: Span): number | null {
  if (hours === null && months === null) return null;
  return Math.round((months === null ? startedAt : addMonths(startedAt, months)) + (hours ?? 0) * HOUR_MS);
}

/** How far a clock is, and what was told of it. */
export interface Progress {
  readonly startedAt: number;
  readonly dueAt: number | null;
  readonly told: number;
  readonly reminded: number;
}

const timeOfShare = (startedAt: number, dueAt: number, share: number): number =>
  startedAt + Math.ceil(((dueAt - startedAt) * share) / 100);

export type Warning =
  | { readonly kind: 'share'; readonly share: number; readonly passedOver: readonly number[] }
  /** The law names no hour: each day counts. */
  | { readonly kind: 'day'; readonly day: number };

/** What is to be told now: of several shares that passed the highest alone. Null = nothing, or it was told. */
export function warningDue({ startedAt, dueAt, told, reminded }: Progress, now: number): Warning | null {
  if (dueAt === null) {
    const day = Math.floor((now - startedAt) / DAY_MS);
    return day > reminded ? { kind: 'day', day } : null;
  }
  const passed = SHARES.filter((share) => share > told && timeOfShare(startedAt, dueAt, share) <= now);
  const share = passed.at(-1);
  return share === undefined ? null : { kind: 'share', share, passedOver: passed.slice(0, -1) };
}

/** When there is something to tell next; null = nothing any more. */
export function nextWarningAt({ startedAt, dueAt, told, reminded }: Progress): number | null {
  if (dueAt === null) return startedAt + (reminded + 1) * DAY_MS;
  const share = SHARES.find((one) => one > told);
  return share === undefined ? null : timeOfShare(startedAt, dueAt, share);
}
