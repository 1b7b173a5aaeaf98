const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?Z$/u;
const NANOS = 1_000_000_000n;

/** Nanoseconds since the epoch; null when it is no time as STIX writes them (RFC 3339 in UTC, §2.16) or no day of the calendar. */
export function instantOf(text: string): bigint | null {
  if (text.length > 64) return null;
  const found = FORM.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  // A leap second is written as 60 and counts as the second after it.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second);
  return seconds * NANOS + BigInt((found[7] ?? '').slice(0, 9).padEnd(9, '0'));
}

export function nanosOf(seconds: number): bigint {
  return BigInt(Math.min(Math.round(seconds * 1e9), Number.MAX_SAFE_INTEGER));
}
