import { z } from 'zod';
import { SEVERITIES } from '../events/record.ts';
import { timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';
import { cacaoIdSchema } from './playbooks.ts';

const count = z.number().int().nonnegative();

/** A backup that was made on schedule or by hand and is still in its place. */
export const backupViewSchema = z.strictObject({
  id: ulidSchema,
  file: z.string().max(300),
  bytes: count,
  sha256: z.string().length(64),
  createdAt: timestampSchema,
  createdBy: z.string().max(200),
  ledgerSize: count,
  /** unverified = nobody restored it on trial yet. */
  state: z.enum(['unverified', 'verified', 'failed', 'gone']),
  verifiedAt: timestampSchema.nullable(),
  detail: z.string().max(500).nullable(),
});
export type BackupView = z.infer<typeof backupViewSchema>;
export const backupQuerySchema = pageQuerySchema;

export const backupScheduleSchema = z.strictObject({
  /** Null = none are made by themselves. */
  everyHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 31)
    .nullable(),
  /** Folder below the data directory or an absolute one; age recipients that can open it. */
  folder: z.string().max(4096),
  recipients: z.array(z.string().max(200)).max(16),
  keep: z.number().int().min(1).max(1000),
  /** Every so many days one is restored on trial; null = never. */
  drillDays: z.number().int().min(1).max(366).nullable(),
  /** Of the incident that a restore on trial opens when it fails; null = it opens none. */
  drillSeverity: z.enum(SEVERITIES).nullable().default('high'),
});
export type BackupSchedule = z.infer<typeof backupScheduleSchema>;

export const drillStepSchema = z.strictObject({
  name: z.string().max(100),
  state: z.enum(['passed', 'failed', 'skipped']),
  tookMs: count,
  detail: z.string().max(500),
});
/** A restore on trial, beside what is in force: how long it took, and what would have been lost. */
export const drillViewSchema = z.strictObject({
  id: ulidSchema,
  startedAt: timestampSchema,
  startedBy: z.string().max(200),
  state: z.enum(['running', 'passed', 'failed']),
  backup: ulidSchema.nullable(),
  /** Recovery time: from the first step to an answer of the restored one. Null while it runs. */
  tookMs: count.nullable(),
  /** Recovery point: age of the newest record in it when the drill began. */
  lostMs: count.nullable(),
  lostRecords: count.nullable(),
  steps: z.array(drillStepSchema).max(32),
});
export type DrillStep = z.infer<typeof drillStepSchema>;
export type DrillView = z.infer<typeof drillViewSchema>;
export const drillInputSchema = z.strictObject({
  backup: ulidSchema.nullable().default(null),
  /** Where the URL of an empty PostgreSQL lies, on the host of the server; null = an embedded database. */
  databaseUrl: z
    .string()
    .max(4096)
    .regex(/^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/u, 'a reference: env:NAME or file:/path')
    .nullable()
    .default(null),
  reason: reasonSchema,
});
export type DrillInput = z.infer<typeof drillInputSchema>;
export const drillQuerySchema = pageQuerySchema;

/** An incident that is none: a playbook says step by step what it would do, and drafts of notices are written. */
export const exerciseInputSchema = z.strictObject({
  /** Null = the one that was not gone through for longest. */
  playbook: cacaoIdSchema.nullable().default(null),
  /** Channels are told of it, marked as a drill. */
  tell: z.boolean().default(false),
  reason: reasonSchema,
});
export type ExerciseInput = z.infer<typeof exerciseInputSchema>;

export const recoveryStatusSchema = z.strictObject({
  schedule: backupScheduleSchema,
  lastBackupAt: timestampSchema.nullable(),
  lastVerifiedAt: timestampSchema.nullable(),
  lastDrill: drillViewSchema.nullable(),
  /** Point in time: whether the PostgreSQL server archives its log, in words. */
  pointInTime: z.strictObject({ state: z.enum(['on', 'off', 'embedded', 'unknown']), detail: z.string().max(300) }),
  /** What is wrong, in words; empty = all is well. */
  trouble: z.array(z.string().max(300)).max(16),
});
export type RecoveryStatus = z.infer<typeof recoveryStatusSchema>;
