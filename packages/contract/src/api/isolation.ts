import { z } from 'zod';
import { timestampSchema, ulidSchema } from '../names.ts';
import { isolationSchema } from '../response.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

const count = z.number().int().nonnegative();

/** passed, failed, or not to be judged (nothing to look at): only `failed` holds a release back. */
export const releaseCheckSchema = z.strictObject({
  name: z.enum(['health', 'retest', 'secrets', 'evidence']),
  state: z.enum(['passed', 'failed', 'unknown']),
  detail: z.string().max(500),
});
export type ReleaseCheck = z.infer<typeof releaseCheckSchema>;

/** What is cut off, and what that costs. */
export const isolatedViewSchema = isolationSchema.extend({
  /** Action that cut it off. */
  action: ulidSchema.nullable(),
  incident: ulidSchema.nullable(),
  since: timestampSchema,
  by: z.string().max(200),
  reason: z.string(),
  /** Requests that were refused since, and in the last minute. */
  refused: count,
  refusedLastMinute: count,
  /** Of the last look; empty = nobody looked yet. */
  checks: z.array(releaseCheckSchema).max(8),
  checkedAt: timestampSchema.nullable(),
});
export type IsolatedView = z.infer<typeof isolatedViewSchema>;
export const isolationQuerySchema = pageQuerySchema;

export const releaseInputSchema = z.strictObject({
  reason: reasonSchema,
  /** Release although a check failed: said in the record. */
  force: z.boolean().default(false),
});
export type ReleaseInput = z.infer<typeof releaseInputSchema>;
export const releaseSchema = z.strictObject({ released: z.boolean(), checks: z.array(releaseCheckSchema).max(8) });
export type Release = z.infer<typeof releaseSchema>;
