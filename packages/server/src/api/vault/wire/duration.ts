import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const WHOLE = /^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|[smhd]))+$/u;
const PART = /(\d{1,9}(?:\.\d{1,3})?)(ms|[smhd])/gu;
/** A hundred years: what is longer is a typing error. */
const LONGEST_MS = 36_525 * UNITS.d;

/** Seconds as a number or text, or parts such as `1h30m` (Go's durations, and days). Null = it is none. */
export function parseDurationMs(value: string | number): number | null {
  const text = String(value).trim();
  if (text.length > 64) return null;
  if (/^\d{1,10}(?:\.\d{1,3})?$/u.test(text)) return bounded(Number(text) * 1000);
  if (!WHOLE.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    // The pattern admits these units only.
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return bounded(total);
}

const bounded = (milliseconds: number): number | null => (milliseconds > LONGEST_MS ? null : Math.round(milliseconds));

/** A duration in a body, in milliseconds; nothing, empty and 0 say nothing. */
export const durationSchema = z
  .union([z.string(), z.number().nonnegative()])
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null || value === '') return null;
    const parsed = parseDurationMs(value);
    if (parsed === null) context.addIssue({ code: 'custom', message: 'seconds, or a duration such as 90s, 15m or 24h' });
    return parsed === 0 ? null : parsed;
  });

export const seconds = (milliseconds: number): number => Math.max(0, Math.ceil(milliseconds / 1000));
export const timeOf = (at: number): string => new Date(at).toISOString();
