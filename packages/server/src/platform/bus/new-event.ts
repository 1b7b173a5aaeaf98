import type { EventDefinition, EventRecord } from '@holdfast/contract';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';

type Optional =
  | 'actor'
  | 'application'
  | 'target'
  | 'outcome'
  | 'reason'
  | 'requestId'
  | 'trace'
  | 'subject'
  | 'severity'
  | 'tenant';

/** What the caller says of an event; everything else is known or has a plain default. */
export type EventFields<Payload extends z.ZodObject> = { readonly payload: z.input<Payload> } & {
  readonly [Field in Optional]?: EventRecord[Field] | undefined;
};

export interface EventOrigin {
  readonly clock: Clock;
  readonly ulid: () => string;
  readonly node: string;
}

export const SYSTEM_ACTOR: EventRecord['actor'] = { kind: 'system', ref: 'holdfast' };

/**
 * Builds a whole event. The payload is checked here, where the mistake is made, not where it is read.
 *
 * @example newEvent(controlEvents.bypassEnded, { payload: {}, actor }, origin)
 */
export function newEvent<Payload extends z.ZodObject>(
  definition: EventDefinition<Payload>,
  fields: EventFields<Payload>,
  { clock, ulid, node }: EventOrigin,
): EventRecord {
  return {
    id: ulid(),
    type: definition.type,
    version: definition.version,
    time: clock.now(),
    node,
    tenant: fields.tenant ?? 'default',
    severity: fields.severity ?? definition.severity,
    actor: fields.actor ?? SYSTEM_ACTOR,
    application: fields.application ?? null,
    target: fields.target ?? null,
    outcome: fields.outcome ?? 'ok',
    reason: fields.reason ?? null,
    requestId: fields.requestId ?? null,
    trace: fields.trace ?? null,
    subject: fields.subject ?? null,
    // Payload schemas of the catalogue hold JSON values only; a parse that fails is a programmer's mistake and throws.
    payload: definition.payload.parse(fields.payload) as EventRecord['payload'],
  };
}

/** Whether an event must be a leaf of the ledger. */
export function isAudited(definition: Pick<EventDefinition, 'audited'>, outcome: EventRecord['outcome']): boolean {
  return definition.audited === 'always' || (definition.audited === 'decisions' && outcome !== 'allowed');
}
