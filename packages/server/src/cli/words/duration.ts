import { UsageFault } from '../fault.ts';

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** `90s`, `15m`, `12h`, `30d` in seconds. A bare number is refused: it would be guessed wrongly one day. */
export function parseDuration(text: string, flag: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/u.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS.get(unit) ?? 0);
  if (seconds <= 0) throw new UsageFault(`${flag} wants a time such as 90s, 15m, 12h or 30d.`);
  return seconds;
}

/** Whole days for settings that are kept by the day. */
export function parseDays(text: string, flag: string): number {
  const seconds = parseDuration(text, flag);
  if (seconds % 86_400 !== 0) throw new UsageFault(`${flag} wants whole days such as 30d.`);
  return seconds / 86_400;
}

/** The point in time that a `--since` names: a duration back from now, or an RFC 3339 time. */
export function parseSince(text: string, now: number): number {
  if (/^\d{1,9}[smhd]$/u.test(text)) return now - parseDuration(text, '--since') * 1000;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new UsageFault('--since wants a time such as 15m, 2h or 2026-01-31T12:00:00Z.');
  return time;
}
