import { describe, expect, it } from 'vitest';
import { isDue, readCron } from './cron.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const due = (cron: string, time: string): boolean => {
  const schedule = readCron(cron);
  if (schedule === null) throw new Error(`assertion: ${cron} can be read`);
  return isDue(schedule, at(time));
};

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-11-22T17:03:59'],
    ['3 17 22 11 0', '2026-11-22T17:03:00'],
    ['3 17 * * 7', '2026-11-22T17:03:00'],
    ['*/15 * * * *', '2026-11-22T17:45:00'],
    ['5/10 * * * *', '2026-11-22T17:25:00'],
    ['0-10,30 8-18 * * 1-5', '2026-11-23T08:30:00'],
    // Both days are said: either is enough.
    ['0 0 13 * 5', '2026-11-13T00:00:00'],
    ['0 0 13 * 5', '2026-11-20T00:00:00'],
  ])('%s means %s', (cron, time) => expect(due(cron, time)).toBe(true));

  it.each([
    ['3 17 22 11 1', '2026-11-23T17:04:00'],
    ['*/15 * * * *', '2026-11-22T17:46:00'],
    ['5/10 * * * *', '2026-11-22T17:04:00'],
    ['0 0 13 * *', '2026-11-20T00:00:00'],
    ['0 0 * * 5', '2026-11-22T00:00:00'],
  ])('%s does not mean %s', (cron, time) => expect(due(cron, time)).toBe(false));

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '@daily',
  ])('is refused as %j', (cron) => expect(readCron(cron)).toBeNull());
});
