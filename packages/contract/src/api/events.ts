import { z } from 'zod';
import { accessDecisionSchema } from '../access.ts';
import { findingSchema, stepVerdictSchema } from '../events/gateway.ts';
import { eventRecordSchema, OUTCOMES, SEVERITIES } from '../events/record.ts';
import { requestIdSchema, RULE_GROUPS, slugSchema, timestampSchema } from '../names.ts';
import { pageQuerySchema, pageSchema } from './paging.ts';
import { exceptionProposalSchema, snapshotStateSchema } from './protection.ts';

const listOf = (values: readonly string[]): RegExp => {
  const one = `(?:${values.join('|')})`;
  return new RegExp(`^${one}(?:,${one}){0,${values.length - 1}}$`, 'u');
};

/** Every part narrows the list. Lists are written with commas. */
export const eventQuerySchema = pageQuerySchema.extend({
  /** Names of events; one that ends with a dot stands for all that begin so: `identity.`. */
  type: z.string().max(512).optional(),
  application: slugSchema.optional(),
  severity: z
    .string()
    .max(64)
    .regex(listOf(SEVERITIES), `of ${SEVERITIES.join(', ')}`)
    .optional(),
  outcome: z
    .string()
    .max(64)
    .regex(listOf(OUTCOMES), `of ${OUTCOMES.join(', ')}`)
    .optional(),
  /** Class of the rule that decided. */
  group: z.enum(RULE_GROUPS).optional(),
  /** With a slash in front: paths that begin so, in whole segments. Without: paths whose first or last segment is this. */
  path: z.string().min(1).max(512).optional(),
  requestId: requestIdSchema.optional(),
  /** As the record names who did it: `person:…`, `host:…`, the id of a token, the pseudonym of a visitor. */
  actor: z.string().min(1).max(128).optional(),
  /** Address of a visitor; stands in the ledger as a pseudonym only. */
  address: z.string().min(2).max(64).optional(),
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

/**
 * One page of events. With filters that seldom meet, a page can be short and still have a `next`: the search went back to
 * `searchedTo` and then answered.
 */
export const eventPageSchema = pageSchema(eventViewSchema).extend({
  /** Null when nothing was left out: the page is full, or the log has no more. */
  searchedTo: timestampSchema.nullable(),
});
export type EventPage = z.infer<typeof eventPageSchema>;

export const eventCountQuerySchema = eventQuerySchema.omit({ cursor: true, limit: true });
export const eventCountSchema = z.strictObject({
  count: z.number().int().nonnegative(),
  /** There are more: counting stopped there. */
  isMore: z.boolean(),
});
export type EventCount = z.infer<typeof eventCountSchema>;

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
  /** Who was let in or not, and which access policies said so; null = nobody was asked. */
  access: accessDecisionSchema.nullable(),
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
