/** Seconds of a unit; months and years have the length they have on average (as in pySigma). */
const UNITS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
  ['M', 2_629_746],
  ['y', 31_556_952],
]);

/** `90m` in milliseconds; null when it is no timespan. */
export function parseTimespan(text: string): number | null {
  const match = /^(\d{1,6})([smhdwMy])$/u.exec(text.trim());
  const unit = UNITS.get(match?.[2] ?? '');
  const count = Number(match?.[1] ?? 0);
  return unit === undefined || count === 0 ? null : count * unit * 1000;
}
