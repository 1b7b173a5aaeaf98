import { controlEvents, type EventDefinition, type SecretRef } from '@holdfast/contract';
import type { z } from 'zod';
import type { Bus } from '../../../platform/bus/bus.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import { about, refText } from '../ref.ts';
import type { SecretCaller } from '../secrets.ts';

export interface ChangeWords<Payload> {
  readonly ref: SecretRef;
  readonly caller: SecretCaller;
  /** The payload besides the address. */
  readonly more: Omit<Payload, 'secret'>;
  readonly note?: string | undefined;
}

export type Change = <Payload extends z.ZodObject>(
  definition: EventDefinition<Payload>,
  words: ChangeWords<z.input<Payload>>,
  act: () => Promise<void>,
) => Promise<void>;

/**
 * A record and another server's change are no one commit: the record is durable first, and where the server says that it did not do
 * it a second one takes it back. A server that says nothing may have done it, so then the first one stands.
 */
export function createChange(bus: Bus): Change {
  return async (definition, { ref, caller, more, note }, act) => {
    const { actor } = caller.principal;
    // The address and the rest are the whole payload, which the catalogue checks.
    const payload = { secret: refText(ref), ...more } as unknown as z.input<typeof definition.payload>;
    const event = bus.newEvent(definition, { actor, ...about(ref), ...(note === undefined ? {} : { reason: note }), payload });
    await bus.record(event);
    try {
      await act();
    } catch (error) {
      if (!isRefusal(error, 'secrets-away')) {
        const undone = { payload: { event: event.id }, actor, outcome: 'failed' } as const;
        await bus.record(bus.newEvent(controlEvents.actionRolledBack, undone));
      }
      throw error;
    }
  };
}
