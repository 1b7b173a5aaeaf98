import { z } from 'zod';
import { exceptionSchema } from '../exception.ts';
import { prefixSchema, requestIdSchema, timestampSchema } from '../names.ts';
import { reasonSchema } from './paging.ts';

export const BYPASS_SECONDS_MAX = 86_400;
export const BAN_SECONDS_MAX = 31_536_000;
export const EXCEPTION_DAYS_DEFAULT = 90;
export const EXCEPTION_DAYS_MAX = 365;

export const banInputSchema = z.strictObject({
  prefix: prefixSchema,
  /** Null = until somebody lifts it. */
  forSeconds: z.number().int().min(1).max(BAN_SECONDS_MAX).nullable().default(3600),
  reason: reasonSchema,
});
export type BanInput = z.infer<typeof banInputSchema>;

export const banViewSchema = z.strictObject({
  prefix: z.string(),
  reason: z.string(),
  createdAt: timestampSchema,
  createdBy: z.string(),
  expiresAt: timestampSchema.nullable(),
});
export type BanView = z.infer<typeof banViewSchema>;

export const allowInputSchema = z.strictObject({ prefix: prefixSchema, reason: reasonSchema });
export type AllowInput = z.infer<typeof allowInputSchema>;

export const allowViewSchema = z.strictObject({
  prefix: z.string(),
  reason: z.string(),
  origin: z.enum(['config', 'operator']),
  createdAt: timestampSchema,
  createdBy: z.string(),
});
export type AllowView = z.infer<typeof allowViewSchema>;

export const bypassInputSchema = z.strictObject({
  forSeconds: z.number().int().min(1).max(BYPASS_SECONDS_MAX),
  reason: reasonSchema,
});
export type BypassInput = z.infer<typeof bypassInputSchema>;

export const bypassViewSchema = z.strictObject({
  active: z
    .strictObject({ startedAt: timestampSchema, until: timestampSchema, reason: z.string(), startedBy: z.string() })
    .nullable(),
});
export type BypassView = z.infer<typeof bypassViewSchema>;

const exceptionDays = z.number().int().min(1).max(EXCEPTION_DAYS_MAX).default(EXCEPTION_DAYS_DEFAULT);

/** The group follows from the rule id, so it is not asked for. */
export const exceptionInputSchema = exceptionSchema
  .pick({ application: true, method: true, route: true, location: true, parameter: true, rule: true })
  .extend({ reason: reasonSchema, days: exceptionDays });
export type ExceptionInput = z.infer<typeof exceptionInputSchema>;

/** One exception for each finding (or for the named rule only) of a recorded request. */
export const exceptionFromRequestSchema = z.strictObject({
  requestId: requestIdSchema,
  rule: exceptionSchema.shape.rule.optional(),
  reason: reasonSchema,
  days: exceptionDays,
});
export type ExceptionFromRequest = z.infer<typeof exceptionFromRequestSchema>;

export const exceptionViewSchema = exceptionSchema.extend({ createdBy: z.string(), requestId: z.string().nullable() });
export type ExceptionView = z.infer<typeof exceptionViewSchema>;

/** The fields of an exception that a finding proposes; the person adds the reason. */
export const exceptionProposalSchema = exceptionInputSchema.omit({ reason: true, days: true });
export type ExceptionProposal = z.infer<typeof exceptionProposalSchema>;

export const snapshotStateSchema = z.strictObject({
  version: z.number().int().positive(),
  digest: z.string().length(64),
  createdAt: timestampSchema,
  /** What led to it, for example `ban.added`. */
  cause: z.string(),
  actor: z.string(),
  applications: z.number().int(),
  exceptions: z.number().int(),
  allows: z.number().int(),
  bans: z.number().int(),
});
export type SnapshotState = z.infer<typeof snapshotStateSchema>;

export const snapshotCurrentSchema = snapshotStateSchema.extend({ bypassUntil: timestampSchema.nullable() });
export type SnapshotCurrent = z.infer<typeof snapshotCurrentSchema>;

export const rollbackInputSchema = z.strictObject({
  /** Digest of a state in the history; a unique beginning of at least 8 digits is enough. */
  digest: z.string().regex(/^[0-9a-f]{8,64}$/u, 'a digest, or its first 8 digits at least'),
  reason: reasonSchema,
});
export type RollbackInput = z.infer<typeof rollbackInputSchema>;
