import type { Trigger } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { NEW_TRIGGER, triggerOf, typedFrom } from './typed-trigger.ts';

describe('a trigger in its form', () => {
  it.each<Trigger>([
    { kind: 'incident', severity: 'critical', detectors: ['B1', 'B4'], application: 'demo-shop' },
    { kind: 'incident', severity: 'low', detectors: [], application: null },
    { kind: 'alert', severity: 'high', detectors: ['B12'] },
    { kind: 'schedule', cron: '*/5 * * * 1-5' },
  ])('is the same again when nobody typed: $kind', (trigger) => {
    expect(triggerOf(typedFrom(trigger))).toEqual(trigger);
  });

  it('takes detectors with commas, spaces and lines between them', () => {
    expect(triggerOf({ ...NEW_TRIGGER, kind: 'alert', detectors: ' B1,B2\n B3 , ' })).toMatchObject({
      detectors: ['B1', 'B2', 'B3'],
    });
  });
});
