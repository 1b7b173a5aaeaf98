import { detectionEvents, requestCompleted, type EventRecord } from '@holdfast/contract';
import type { SigmaEvent } from '@holdfast/sigma';
import { textOf } from './fields/payload.ts';
import { toSigmaEvent } from './fields/sigma-event.ts';

/** Rules of this source answer canaries and nothing else, and canaries are answered by no other rules. */
export const CANARY_SOURCE = 'canary';

/** Ways through the watch that a canary takes; `steps` is how many events it takes to be found. */
export const CANARIES = [
  { name: 'web-rule', steps: 1 },
  { name: 'identity-rule', steps: 1 },
  { name: 'correlation', steps: 3 },
] as const;

export const CANARY_RULES = `
title: Canary of web rules
id: holdfast-canary-web
logsource: { category: webserver }
detection:
  planted: { 'cs-uri-query|contains': 'holdfast canary=' }
  condition: planted
---
title: Canary of identity rules
id: holdfast-canary-identity
logsource: { product: holdfast, service: identity }
detection:
  planted: { type: identity.sign-in-refused, payload.cause: canary }
  condition: planted
---
title: Step of the canary of correlations
id: holdfast-canary-step
logsource: { product: holdfast, service: identity }
detection:
  planted: { type: identity.sign-in-refused, payload.cause: canary-step }
  condition: planted
---
title: Canary of correlations
id: holdfast-canary-correlation
correlation:
  type: event_count
  rules: [holdfast-canary-step]
  group-by: [payload.nonce]
  timespan: 1m
  condition: { gte: 3 }
`;

export const isCanary = ({ type }: Pick<EventRecord, 'type'>): boolean => type === detectionEvents.canaryPlanted.type;

/**
 * What a canary pretends to be, taken through the same mapping as the real thing: a canary that is found shows that reading,
 * decoding, routing and matching work, and not only that something answers.
 */
export function pretended(event: EventRecord): SigmaEvent {
  const nonce = textOf(event.payload, 'nonce') ?? '';
  const canary = textOf(event.payload, 'canary');
  if (canary === 'web-rule') {
    const payload = { method: 'GET', host: 'canary.invalid', path: '/', query: `holdfast%20canary=${nonce}`, status: 200 };
    return toSigmaEvent({ ...event, type: requestCompleted.type, payload });
  }
  const cause = canary === 'correlation' ? 'canary-step' : 'canary';
  return toSigmaEvent({ ...event, type: 'identity.sign-in-refused', payload: { cause, nonce } });
}
