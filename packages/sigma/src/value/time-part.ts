export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/u;

/**
 * A part of a date as it is written: zones are not converted (Sigma modifiers appendix). Numbers are seconds or milliseconds
 * since 1970, in UTC.
 */
export function timePartOf(value: string | number, part: TimePart): number | null {
  const text = typeof value === 'number' ? isoOf(value) : value;
  const match = text === null || text.length > 64 ? null : ISO.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute] = match.slice(1).map((digits) => (digits === undefined ? Number.NaN : Number(digits)));
  if (year === undefined || month === undefined || day === undefined) return null;
  const read = { year, month, day, hour: hour ?? Number.NaN, minute: minute ?? Number.NaN };
  const found = part === 'week' ? weekOf(read) : read[part];
  return Number.isNaN(found) ? null : found;
}

function isoOf(value: number): string | null {
  const milliseconds = Math.abs(value) < 1e11 ? value * 1000 : value;
  // ECMA-262 §21.4.1.1: the range of a time value.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;
}

/** ISO 8601 week: the one that holds the Thursday. */
function weekOf({ year, month, day }: { year: number; month: number; day: number }): number {
  const date = Date.UTC(year, month - 1, day);
  const thursday = date + (4 - (new Date(date).getUTCDay() || 7)) * 86_400_000;
  const first = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - first) / 604_800_000) + 1;
}
