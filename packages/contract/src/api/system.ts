import { z } from 'zod';
import { timestampSchema } from '../names.ts';
import { ISOLATIONS_MAX, isolationSchema } from '../response.ts';
import { promotionViewSchema } from './tuning.ts';

export const checkSchema = z.strictObject({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'failed']),
  detail: z.string(),
  /** What to do about it; empty when nothing is to be done. */
  next: z.string(),
});
export type Check = z.infer<typeof checkSchema>;

export const doctorViewSchema = z.strictObject({ checks: z.array(checkSchema).max(200) });

export const healthViewSchema = z.strictObject({
  live: z.boolean(),
  started: z.boolean(),
  ready: z.boolean(),
  /** Why it is not ready, or what is wrong although it serves; empty when all is well. */
  reasons: z.array(z.string()).max(50),
});
export type HealthView = z.infer<typeof healthViewSchema>;

/** What answers 503 because somebody decided so. */
export const cutOffSchema = isolationSchema.omit({ allow: true }).extend({
  /** Null = the database, which knows it, is away. */
  since: timestampSchema.nullable(),
  by: z.string().max(200).nullable(),
});
export type CutOff = z.infer<typeof cutOffSchema>;

export const systemStatusSchema = z.strictObject({
  version: z.string(),
  runtime: z.string(),
  node: z.string(),
  dataDir: z.string(),
  startedAt: timestampSchema,
  health: healthViewSchema,
  listeners: z.array(z.strictObject({ name: z.string(), address: z.string() })).max(20),
  applications: z.array(z.strictObject({ id: z.string(), mode: z.string(), upstream: z.string() })).max(1000),
  snapshot: z.strictObject({ version: z.number().int(), digest: z.string() }).nullable(),
  bypassUntil: timestampSchema.nullable(),
  /** Newest first. */
  isolations: z.array(cutOffSchema).max(ISOLATIONS_MAX),
  /** Promotions under way, and those that were undone in the last week. */
  promotions: z.array(promotionViewSchema).max(1000),
  ledger: z.strictObject({ size: z.number().int(), state: z.string() }).nullable(),
});
export type SystemStatus = z.infer<typeof systemStatusSchema>;

/** One harmless probe of the self-test: what it should do and what it did. */
export const probeSchema = z.strictObject({
  name: z.string(),
  expected: z.string(),
  actual: z.string(),
  passed: z.boolean(),
  requestId: z.string().nullable(),
});
export const selfTestViewSchema = z.strictObject({
  passed: z.boolean(),
  mode: z.string(),
  probes: z.array(probeSchema).max(500),
});
export type SelfTestView = z.infer<typeof selfTestViewSchema>;
