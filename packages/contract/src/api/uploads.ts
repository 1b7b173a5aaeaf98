import { z } from 'zod';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { fileFindingSchema, fileHashSchema, scannerVerdictSchema } from '../upload.ts';
import { pageQuerySchema, partSchema, reasonSchema } from './paging.ts';

/** Hashes of one call that imports a list; longer lists are sent in parts. */
export const IMPORT_HASHES_MAX = 5000;

/**
 * held = waits for a scan or for somebody's decision; clean = scanned, and nobody has decided; released = these bytes pass;
 * infected = a scanner named it or its hash is listed; deleted = the bytes are gone, what is known of them stays.
 */
export const uploadStateSchema = z.enum(['held', 'clean', 'infected', 'released', 'deleted']);
export type UploadState = z.infer<typeof uploadStateSchema>;
export const uploadCauseSchema = z.enum(['infected', 'unscanned', 'policy']);

/** One kept file, without its bytes. */
export const uploadViewSchema = z.strictObject({
  id: ulidSchema,
  state: uploadStateSchema,
  /** Why it was kept. */
  cause: uploadCauseSchema,
  hash: fileHashSchema,
  bytes: z.number().int().nonnegative(),
  application: slugSchema,
  /** Cleaned; null = deleted, and nobody knows it any more. */
  name: z.string().max(255).nullable(),
  declaredType: z.string().max(128).nullable(),
  foundType: z.string().max(32).nullable(),
  findings: z.array(fileFindingSchema).max(32),
  scans: z.array(scannerVerdictSchema).max(4),
  /** The same bytes came so often since they were kept. */
  times: z.number().int().positive(),
  node: z.string().max(32),
  requestId: z.string().max(12),
  createdAt: timestampSchema,
  lastSeenAt: timestampSchema,
  /** Last scan; null = not since it was kept. */
  judgedAt: timestampSchema.nullable(),
  /** Of a release or of the end. */
  decidedAt: timestampSchema.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
});
export type UploadView = z.infer<typeof uploadViewSchema>;

/** Where it came from: personal, so only in the detail. */
export const uploadDetailSchema = uploadViewSchema.extend({
  field: z.string().max(256).nullable(),
  method: z.string().max(32).nullable(),
  path: z.string().max(512).nullable(),
  address: z.string().max(64).nullable(),
  person: ulidSchema.nullable(),
});
export type UploadDetail = z.infer<typeof uploadDetailSchema>;

export const uploadListQuerySchema = pageQuerySchema.extend({
  state: uploadStateSchema.optional(),
  application: slugSchema.optional(),
  hash: fileHashSchema.optional(),
});
export type UploadListQuery = z.infer<typeof uploadListQuerySchema>;

export const uploadReasonSchema = z.strictObject({ reason: reasonSchema });

export const blockInputSchema = z.strictObject({ hash: fileHashSchema, reason: reasonSchema });
export const blockImportSchema = z.strictObject({
  hashes: z.array(fileHashSchema).min(1).max(IMPORT_HASHES_MAX),
  reason: reasonSchema,
});
export const blockImportedSchema = z.strictObject({
  added: z.number().int().nonnegative(),
  known: z.number().int().nonnegative(),
});
export type BlockImported = z.infer<typeof blockImportedSchema>;

export const blockViewSchema = z.strictObject({
  hash: fileHashSchema,
  reason: z.string(),
  createdAt: timestampSchema,
  createdBy: z.string(),
});
export type BlockView = z.infer<typeof blockViewSchema>;
export const blockListQuerySchema = pageQuerySchema.extend({ q: partSchema.optional() });

export const scannerHealthSchema = z.strictObject({
  scanner: z.enum(['yara', 'clamd']),
  state: z.enum(['up', 'down']),
  version: z.string().max(128),
  /** In words: how many rules, where it is, or why it is down. */
  detail: z.string().max(400),
});
export type ScannerHealth = z.infer<typeof scannerHealthSchema>;

/** What writes pictures anew, for routes that ask for it. */
export const pictureHealthSchema = z.strictObject({
  /** Applications with such a route. */
  applications: z.array(slugSchema).max(1000),
  /** idle = nobody asks for it, so nobody looked; bounded = it runs, but not cut off from everything. */
  state: z.enum(['idle', 'up', 'bounded', 'down']),
  version: z.string().max(64),
  detail: z.string().max(200),
});
export type PictureHealth = z.infer<typeof pictureHealthSchema>;

/** Where rescanning stands. */
export const rescanViewSchema = z.strictObject({
  state: z.enum(['idle', 'running', 'waiting']),
  /** Kept files that the rules in force have not seen yet. */
  behind: z.number().int().nonnegative(),
  done: z.number().int().nonnegative(),
  /** Of the last run, in words; null = nothing went wrong. */
  trouble: z.string().max(200).nullable(),
});
export type RescanView = z.infer<typeof rescanViewSchema>;

export const uploadTotalSchema = z.strictObject({
  application: slugSchema,
  outcome: z.enum(['passed', 'refused', 'held', 'infected']),
  files: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
});
export type UploadTotal = z.infer<typeof uploadTotalSchema>;

export const uploadStatusSchema = z.strictObject({
  /** How many are kept, by state; deleted ones are not counted. */
  kept: z.array(z.strictObject({ state: uploadStateSchema, files: z.number().int(), bytes: z.number().int() })).max(5),
  bytesMax: z.number().int(),
  retentionDays: z.number().int(),
  blocked: z.number().int().nonnegative(),
  scanners: z.array(scannerHealthSchema).max(4),
  /** Applications whose files nobody scans. */
  unscanned: z.array(slugSchema).max(1000),
  pictures: pictureHealthSchema,
  rescan: rescanViewSchema,
  /** Of the last days, by application and outcome. */
  days: z.number().int().positive(),
  totals: z.array(uploadTotalSchema).max(4000),
});
export type UploadStatus = z.infer<typeof uploadStatusSchema>;
