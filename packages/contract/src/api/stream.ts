import { z } from 'zod';
import { SEVERITIES } from '../events/record.ts';
import { slugSchema, timestampSchema } from '../names.ts';
import { eventViewSchema } from './events.ts';
import { trafficTickSchema } from './traffic.ts';

export const streamQuerySchema = z.object({
  application: slugSchema.optional(),
  /** This severe or more. */
  severity: z.enum(SEVERITIES).optional(),
});
export type StreamQuery = z.infer<typeof streamQuerySchema>;

/** Why a stream ends; a client that may come back does so with `Last-Event-ID`. */
export const STREAM_ENDS = ['session-ended', 'token-refused', 'closing'] as const;

/** Events of `text/event-stream` by their name; the data of each is one line of JSON. */
export const streamEventSchema = z.discriminatedUnion('event', [
  /** A record of the ledger; its index is the id of the event. */
  z.strictObject({ event: z.literal('record'), data: eventViewSchema }),
  z.strictObject({ event: z.literal('tick'), data: trafficTickSchema }),
  /** Records that were left out: too many came at once, or too many since `Last-Event-ID`. The list has them. */
  z.strictObject({ event: z.literal('gap'), data: z.strictObject({ lost: z.number().int().positive() }) }),
  z.strictObject({ event: z.literal('end'), data: z.strictObject({ reason: z.enum(STREAM_ENDS), at: timestampSchema }) }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
