import { describe, expect, it } from 'vitest';
import { sayApproval, sayTime, sayTrigger } from './words.ts';

describe('words of playbooks', () => {
  it('say what starts one, and count detectors of which there are many', () => {
    const detectors = ['B1', 'B2', 'B3', 'B4'];
    const few = detectors.slice(0, 2);
    expect(sayTrigger({ kind: 'incident', severity: 'high', detectors: few, application: 'demo-shop' })).toBe(
      'An incident of demo-shop: high or above, found by B1 or B2',
    );
    expect(sayTrigger({ kind: 'alert', severity: 'critical', detectors })).toBe(
      'An alert: critical, found by one of 4 detectors',
    );
    expect(sayTrigger({ kind: 'incident', severity: 'low', detectors: [], application: null })).toBe('An incident: low or above');
    expect(sayTrigger({ kind: 'schedule', cron: '0 3 * * 1' })).toBe('The time: 0 3 * * 1 (UTC)');
  });

  it.each([
    [null, null],
    [0, null],
    [1, 'One person agrees first'],
    [2, '2 people agree first'],
    ['manual', 'Somebody does it'],
  ] as const)('say who is asked: %s', (approval, words) => {
    expect(sayApproval(approval)).toBe(words);
  });

  it.each([
    [500, '0.5 seconds'],
    [1000, '1 second'],
    [90_000, '90 seconds'],
    [120_000, '2 minutes'],
    [7_200_000, '2 hours'],
    [172_800_000, '2 days'],
  ])('say a time in the largest unit that divides it: %i ms', (ms, words) => {
    expect(sayTime(ms)).toBe(words);
  });
});
