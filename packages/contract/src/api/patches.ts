import { z } from 'zod';
import { slugSchema, timestampSchema } from '../names.ts';
import { PATCH_SOURCES, PATCH_STATES, patchMatchSchema, patchPlaceSchema, patchRuleSchema } from '../patch.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

export const PATCH_DAYS_MAX = 180;
export const PATCH_DAYS_DEFAULT = 30;
const days = z.number().int().min(1).max(PATCH_DAYS_MAX);

const findingSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/#-]*$/u, 'letters, digits and . _ : / # -');

/** A patch of the same application and finding is brought up to date instead of made again. */
export const patchInputSchema = patchPlaceSchema.extend({
  location: patchPlaceSchema.shape.location.default(null),
  parameter: patchPlaceSchema.shape.parameter.default(null),
  match: patchMatchSchema,
  finding: findingSchema.nullable().default(null),
  source: z.enum(PATCH_SOURCES).default('person'),
  reason: reasonSchema,
  days: days.default(PATCH_DAYS_DEFAULT),
});
export type PatchInput = z.infer<typeof patchInputSchema>;

const count = z.number().int().nonnegative();

/** What a patch would have done to honest requests, and how much of them could be judged. */
export const patchTestSchema = z.strictObject({
  testedAt: timestampSchema,
  /** Requests that the patch saw itself, since it records, and how long that is. */
  live: z.strictObject({ since: timestampSchema, honest: count, attacks: count, clients: count, established: count }),
  /** Recent honest requests that gateways still held in memory, and were judged again. */
  recent: z.strictObject({ requests: count, unjudged: count, touched: count, clients: count, established: count }),
  /** What was kept of the last days: findings, but no values. */
  stored: z.strictObject({ days: count, requests: count, judged: count, touched: count, clients: count, established: count }),
  /** Established clients of the application in the last days, and how many of them a patch may touch. */
  established: count,
  cap: count,
  /** Established clients that were touched anywhere. */
  touchedEstablished: count,
  /** What this test cannot say, in words. */
  unknown: z.array(z.string().max(300)).max(8),
  verdict: z.enum(['clear', 'touches', 'unproven']),
});
export type PatchTest = z.infer<typeof patchTestSchema>;

export const patchViewSchema = patchRuleSchema.extend({
  state: z.enum(PATCH_STATES),
  source: z.enum(PATCH_SOURCES),
  reason: z.string(),
  createdAt: timestampSchema,
  createdBy: z.string(),
  changedAt: timestampSchema,
  changedBy: z.string(),
  revision: z.number().int().positive(),
  /** Requests that it recorded or refused, and when last. */
  hits: z.strictObject({ recorded: count, blocked: count, lastSeen: timestampSchema.nullable() }),
  /** The last test; null = none since it was made or changed. */
  test: patchTestSchema.nullable(),
});
export type PatchView = z.infer<typeof patchViewSchema>;

export const patchQuerySchema = pageQuerySchema.extend({
  application: slugSchema.optional(),
  /** `live` = detect and enforce. */
  state: z.enum([...PATCH_STATES, 'live', 'all']).default('live'),
  finding: findingSchema.optional(),
});
export type PatchQuery = z.infer<typeof patchQuerySchema>;

export const patchEnforceSchema = z.strictObject({
  /** Without a test of the last hour, or although it would touch established clients; needs a reason. */
  force: z.boolean().default(false),
  reason: reasonSchema.optional(),
});
export type PatchEnforce = z.infer<typeof patchEnforceSchema>;

export const patchRemoveSchema = z.strictObject({ reason: reasonSchema });
export type PatchRemove = z.infer<typeof patchRemoveSchema>;

export const patchRestoreSchema = z.strictObject({
  /** Left out = until when it was; needed once that is over. */
  days: days.optional(),
  reason: reasonSchema.optional(),
});
export type PatchRestore = z.infer<typeof patchRestoreSchema>;
