import { z } from 'zod';
import { requestIdSchema, timestampSchema, ulidSchema } from '../names.ts';

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export const OUTCOMES = ['ok', 'allowed', 'recorded', 'blocked', 'refused', 'failed'] as const;

/**
 * One event as it travels from where it happened to the ledger, the projection and the detectors.
 * Personal values stand in clear here, inside the process; what is written to a leaf carries them only as ciphertext.
 */
export const eventRecordSchema = z.strictObject({
  id: ulidSchema,
  type: z.string().max(64),
  version: z.number().int().positive(),
  /** Milliseconds since the epoch, from the server's clock. */
  time: timestampSchema,
  /** Node name. */
  node: z.string().max(64),
  tenant: z.string().max(64),
  severity: z.enum(SEVERITIES),
  actor: z.strictObject({ kind: z.enum(['system', 'operator', 'token', 'visitor']), ref: z.string().max(128) }),
  application: z.string().max(63).nullable(),
  target: z.string().max(512).nullable(),
  outcome: z.enum(OUTCOMES),
  reason: z.string().max(500).nullable(),
  requestId: requestIdSchema.nullable(),
  /** W3C trace id. */
  trace: z.string().max(64).nullable(),
  /** Whom the personal fields of the payload are about (for a visitor: the client address). Never written in clear. */
  subject: z.string().max(256).nullable(),
  payload: z.record(z.string(), z.json()),
});
export type EventRecord = z.infer<typeof eventRecordSchema>;
