const LOCALE = 'en-GB';

const number = new Intl.NumberFormat(LOCALE);
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const minute = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const wholeDay = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const month = new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric' });
const region = new Intl.DisplayNames(LOCALE, { type: 'region' });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto', style: 'short' });

export const formatCount = (value: number): string => (value < 100_000 ? number.format(value) : compact.format(value));
/** `1 request`, `2 requests`. */
export const formatCountOf = (value: number, noun: string): string => `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
export const formatShare = (value: number): string => percent.format(value);
export const formatMoment = (timeMs: number): string => moment.format(timeMs);
export const formatClock = (timeMs: number): string => clock.format(timeMs);

export const formatDay = (timeMs: number): string => wholeDay.format(timeMs);
export const formatMonth = (timeMs: number): string => month.format(timeMs);

/** The name of a country by its two letters; null = nobody knows where it is. */
export function formatCountry(code: string | null): string {
  if (code === null) return 'Not known, or private';
  return /^[A-Z]{2}$/u.test(code) ? (region.of(code) ?? code) : code;
}

const DAY_MS = 86_400_000;

/** Below a picture, where each mark is `stepMs` after the one before. */
export const formatTick = (timeMs: number, stepMs: number): string => (stepMs >= DAY_MS ? date : minute).format(timeMs);

/** Short enough for a column: the clock today, day and clock before. */
export function formatShort(timeMs: number, nowMs: number): string {
  return new Date(timeMs).toDateString() === new Date(nowMs).toDateString() ? clock.format(timeMs) : day.format(timeMs);
}

const UNITS = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `in 3 days`, `2 min ago`: rounded towards now, so that nothing seems to last longer than it does. */
export function formatRelative(timeMs: number, nowMs: number): string {
  const difference = timeMs - nowMs;
  const [unit, size] = UNITS.find(([, ms]) => Math.abs(difference) >= ms) ?? ['second', 1000];
  return relative.format(Math.trunc(difference / size), unit);
}

/** Microseconds as people read them. */
export function formatDuration(us: number): string {
  if (us < 1000) return `${number.format(us)} µs`;
  return us < 1_000_000 ? `${number.format(Math.round(us / 100) / 10)} ms` : `${number.format(Math.round(us / 10_000) / 100)} s`;
}
