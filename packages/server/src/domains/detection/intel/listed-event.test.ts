import type { EventRecord } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { detectionsOf, hitsOf } from './listed-event.ts';

const INDICATOR = '01ARZ3NDEKTSV4RRFFQ69G5FAV.0123456789abcdef';

const request = (steps: unknown, payload: Record<string, unknown> = {}, type = 'request.completed'): EventRecord => ({
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAW',
  time: 1_700_000_000_000,
  node: 'node',
  tenant: 'default',
  actor: { kind: 'visitor', ref: '' },
  type,
  version: 1,
  severity: 'info',
  application: 'shop',
  target: '/',
  outcome: 'allowed',
  reason: null,
  requestId: null,
  trace: null,
  subject: null,
  // Also what no gateway would write.
  payload: { address: '203.0.113.9', steps, ...payload } as EventRecord['payload'],
});

const passed = { step: 'intel', verdict: 'passed', detail: '' };
const listed = { step: 'intel', verdict: 'listed', detail: `address ${INDICATOR} block 90` };

describe('what was listed of a request', () => {
  it('is read from the verdicts of its step, and becomes a detection', () => {
    expect(hitsOf(request([passed, listed]))).toEqual([
      { kind: 'address', indicator: INDICATOR, action: 'block', confidence: 90 },
    ]);
    expect(detectionsOf(request([listed]))).toMatchObject([{ detector: 'intel.address', severity: 'high' }]);
  });

  it.each([
    ['that passed', request([{ step: 'ban', verdict: 'passed', detail: '' }, passed])],
    ['of which another step told', request([{ ...listed, step: 'patch' }])],
    ['of which the step told something else', request([{ ...listed, detail: 'nothing known' }])],
    ['without verdicts', request(undefined)],
    ['whose verdicts are none', request([null, 7, {}])],
    ['that is another event', request([listed], {}, 'upload.refused')],
  ])('is nothing for one %s', (_, event) => {
    expect(hitsOf(event)).toEqual([]);
    expect(detectionsOf(event)).toEqual([]);
  });
});
