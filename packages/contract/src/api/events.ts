import { z } from 'zod';
import { findingSchema, stepVerdictSchema } from '../events/gateway.ts';
import { eventRecordSchema, OUTCOMES, SEVERITIES } from '../events/record.ts';
import { requestIdSchema, slugSchema, timestampSchema } from '../names.ts';
import { pageQuerySchema } from './paging.ts';
import { exceptionProposalSchema, snapshotStateSchema } from './protection.ts';

export const eventQuerySchema = pageQuerySchema.extend({
  type: z.string().max(64).optional(),
  application: slugSchema.optional(),
  severity: z.enum(SEVERITIES).optional(),
  outcome: z.enum(OUTCOMES).optional(),
  requestId: requestIdSchema.optional(),
  since: z.coerce.number().int().nonnegative().optional(),
  until: z.coerce.number().int().nonnegative().optional(),
});
export type EventQuery = z.infer<typeof eventQuerySchema>;

/** A recorded event; `index` is its place in the ledger, null while it stands only in memory (plain allowed requests). */
export const eventViewSchema = eventRecordSchema.extend({
  index: z.number().int().nonnegative().nullable(),
  /** Its shape is that of the event's type in the catalogue; personal fields are null once their subject was erased. */
  payload: z.record(z.string(), z.unknown()),
});
export type EventView = z.infer<typeof eventViewSchema>;

/** Why a request was answered as it was. */
export const explanationSchema = z.strictObject({
  requestId: requestIdSchema,
  time: timestampSchema,
  application: z.string().nullable(),
  outcome: z.enum(OUTCOMES),
  reason: z.string().nullable(),
  request: z.strictObject({
    method: z.string(),
    host: z.string(),
    path: z.string(),
    protocol: z.string(),
    status: z.number().int(),
    problem: z.string().nullable(),
    /** Null after the data subject was erased. */
    address: z.string().nullable(),
  }),
  mode: z.string(),
  score: z.number(),
  /** Every step in the order it ran. */
  chain: z.array(stepVerdictSchema),
  /** Matched field, decode steps (`chain`) and redacted sample of each finding. */
  findings: z.array(findingSchema),
  /** The policy that judged it and who made that policy; null when it is older than the history. */
  policy: z.strictObject({ version: z.number().int(), state: snapshotStateSchema.nullable() }),
  /** One exception for each finding; a person decides whether any is right. */
  proposals: z.array(exceptionProposalSchema).max(16),
  /** What error masking kept from the visitor. */
  masked: z.string().nullable(),
  ledgerIndex: z.number().int().nullable(),
});
export type Explanation = z.infer<typeof explanationSchema>;
