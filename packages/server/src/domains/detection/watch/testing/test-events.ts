import type { EventRecord } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../../platform/clock.ts';
import { createUlid } from '../../../../platform/ulid.ts';

const ulid = createUlid({ clock: systemClock, random: randomBytes });

/** A request as the gateway tells of it; whatever a test does not name is plain. */
export function requestEvent(payload: EventRecord['payload'] = {}, time = 1_700_000_000_000): EventRecord {
  return {
    ...base('request.completed', time),
    outcome: 'allowed',
    application: 'shop',
    requestId: null,
    payload: {
      address: '192.0.2.7',
      userAgent: 'Mozilla/5.0',
      method: 'GET',
      host: 'shop.example:8443',
      path: '/',
      query: '',
      protocol: 'h2',
      status: 200,
      requestBytes: 10,
      responseBytes: 2000,
      durationUs: 1500,
      route: '/',
      ...payload,
    },
  };
}

export function ownEvent(type: string, payload: EventRecord['payload'], time = 1_700_000_000_000): EventRecord {
  return { ...base(type, time), payload };
}

function base(type: string, time: number): EventRecord {
  return {
    id: ulid(),
    type,
    version: 1,
    time,
    node: 'n1',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: '' },
    application: null,
    target: null,
    outcome: 'ok',
    reason: null,
    requestId: null,
    trace: null,
    subject: null,
    payload: {},
  };
}
