import { describe, expect, it } from 'vitest';
import { RepeatOffenders } from './repeat-offenders.ts';

describe('addresses whose sessions had to be cut', () => {
  it('are refused after three cuts within a minute, and no longer than the minute', () => {
    const offenders = new RepeatOffenders();
    expect(offenders.isRefused('192.0.2.1', 0)).toBe(false);
    expect(offenders.note('192.0.2.1', 0)).toBe(false);
    expect(offenders.note('192.0.2.1', 1000)).toBe(false);
    expect(offenders.isRefused('192.0.2.1', 1000)).toBe(false);
    expect(offenders.note('::ffff:192.0.2.1', 2000)).toBe(true);
    expect(offenders.isRefused('192.0.2.1', 59_999)).toBe(true);
    expect(offenders.isRefused('192.0.2.2', 59_999)).toBe(false);
    expect(offenders.isRefused('192.0.2.1', 60_000)).toBe(false);
  });

  it('are not refused for cuts that lie far apart', () => {
    const offenders = new RepeatOffenders();
    for (let at = 0; at < 10; at += 1) expect(offenders.note('192.0.2.1', at * 31_000)).toBe(false);
  });

  it('fill a table of fixed size', () => {
    const offenders = new RepeatOffenders();
    for (let at = 0; at < 10_000; at += 1) offenders.note(`2001:db8::${at.toString(16)}`, 0);
    expect(offenders.size).toBe(4096);
  });
});
