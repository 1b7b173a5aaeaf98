import { z } from 'zod';
import { jsonSchema } from '../json.ts';
import { slugSchema, timestampSchema } from '../names.ts';
import { partSchema, reasonSchema } from './paging.ts';

/** One version as canonical text: what is larger is a file, not a secret. */
export const SECRET_BYTES_MAX = 262_144;
export const SECRET_FIELDS_MAX = 256;
/** Versions kept of a secret when nothing else was said; the oldest is destroyed when one more is written. */
export const SECRET_VERSIONS_KEPT = 10;
export const SECRET_VERSIONS_MAX = 100;
/** The field of a secret that is one text, as `holdfast secret set` writes it and `holdfast run` injects it. */
export const SECRET_VALUE_FIELD = 'value';
/** First words of environments where things are tried out. Any other name may be what customers use, under whatever name. */
const TRIAL_ENVIRONMENTS: ReadonlySet<string> = new Set([
  'ci',
  'demo',
  'dev',
  'development',
  'local',
  'preview',
  'qa',
  'sandbox',
  'stage',
  'staging',
  'test',
  'testing',
]);

/**
 * Whether people read its values only after they confirmed who they are. A name that says nothing counts as production.
 *
 * @example isProduction('prod') // true, as 'live' and 'eu-west'
 * @example isProduction('staging-2') // false
 */
export function isProduction(environment: string): boolean {
  return !TRIAL_ENVIRONMENTS.has(environment.split('-', 1)[0] ?? '');
}
/** Belongs to no application: what the KV mount `secret/` of a Vault client holds. */
export const SHARED_SECRETS = 'secret';

/** `DATABASE_URL`, or parts with slashes between them. No part is `.` or `..`, none starts with a hyphen. */
export const secretNameSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(
    /^(?!\.{1,2}(?:\/|$))[\w.][\w.-]*(?:\/(?!\.{1,2}(?:\/|$))[\w.][\w.-]*){0,7}$/u,
    'letters, digits, `_`, `.`, `-`; parts with `/` between them',
  );
/** An application's id, or `secret`. */
export const secretApplicationSchema = slugSchema;
export const secretEnvironmentSchema = slugSchema;

/** Where a secret is: its address in the API, in commands (`shop/production/DATABASE_URL`) and in policies. */
export const secretRefSchema = z.strictObject({
  application: secretApplicationSchema,
  environment: secretEnvironmentSchema,
  name: secretNameSchema,
});
export type SecretRef = z.infer<typeof secretRefSchema>;

/** What one version holds: named JSON values. A single text stands in the field `value`. */
export const secretDataSchema = z
  .record(z.string().min(1).max(256), jsonSchema)
  .refine((data) => Object.keys(data).length <= SECRET_FIELDS_MAX, `at most ${SECRET_FIELDS_MAX} fields`)
  .refine((data) => JSON.stringify(data).length <= SECRET_BYTES_MAX, `at most ${SECRET_BYTES_MAX} characters as JSON`);
export type SecretData = z.infer<typeof secretDataSchema>;

/** What a value is wanted for: stands in the record of the read, and policies can ask for it. */
export const purposeSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9 ._-]*$/u, 'lower-case words');

/**
 * `staged`: written, but nobody is given it (a rotation has not verified it yet). `current`: given when no version is named.
 * `kept`: an earlier one, given by its number. `deleted`: hidden, and can be brought back. `destroyed`: gone for good.
 */
export const SECRET_VERSION_STATES = ['staged', 'current', 'kept', 'deleted', 'destroyed'] as const;

export const secretVersionSchema = z.strictObject({
  version: z.number().int().positive(),
  state: z.enum(SECRET_VERSION_STATES),
  createdAt: timestampSchema,
  createdBy: z.string(),
  /** Why it was written, in words of whoever wrote it. */
  note: z.string().nullable(),
  deletedAt: timestampSchema.nullable(),
  /** What this version repeats, when it was made by going back. */
  copyOf: z.number().int().positive().nullable(),
});
export type SecretVersion = z.infer<typeof secretVersionSchema>;

/** Of a secret, without any value. */
export const secretViewSchema = secretRefSchema.extend({
  /** Null = there is none that can be read. */
  currentVersion: z.number().int().positive().nullable(),
  latestVersion: z.number().int().nonnegative(),
  /** Names of the fields of the current version; empty when there is none. */
  fields: z.array(z.string()).max(SECRET_FIELDS_MAX),
  createdAt: timestampSchema,
  /** When the current version was written: its age counts from here. */
  changedAt: timestampSchema,
  owner: z.string().nullable(),
  description: z.string(),
  /** Null = no limit was set. */
  maxAgeDays: z.number().int().positive().nullable(),
  isOverdue: z.boolean(),
  /** Rotation that was set up for it; null = only by hand. */
  rotation: z
    .strictObject({ rotator: z.string(), everyDays: z.number().int().positive().nullable(), nextAt: timestampSchema.nullable() })
    .nullable(),
  /** A decoy: nobody has a reason to read it, and a read is an alarm. */
  isCanary: z.boolean(),
  /** Rounded down to the hour; null = never. */
  lastReadAt: timestampSchema.nullable(),
  versionsKept: z.number().int().positive(),
});
export type SecretView = z.infer<typeof secretViewSchema>;

export const secretDetailSchema = secretViewSchema.extend({
  /** Newest first. */
  versions: z.array(secretVersionSchema).max(SECRET_VERSIONS_MAX + 1),
});
export type SecretDetail = z.infer<typeof secretDetailSchema>;

export const secretListQuerySchema = z.object({
  application: secretApplicationSchema.optional(),
  environment: secretEnvironmentSchema.optional(),
  q: partSchema.optional(),
  overdue: z.stringbool().optional(),
  /** What the values will be wanted for: lists those that are given for it. Left out: those that are shown for administration. */
  purpose: purposeSchema.optional(),
});

export const secretWriteSchema = z.strictObject({
  data: secretDataSchema,
  /** The version it is based on, 0 = there is none yet: refused when another one is by now. */
  cas: z.number().int().nonnegative().optional(),
  note: reasonSchema.optional(),
});
export type SecretWrite = z.infer<typeof secretWriteSchema>;

/** Left out = as it is. */
export const secretSettingsSchema = z.strictObject({
  owner: z.string().trim().min(1).max(254).nullable().optional(),
  description: z.string().trim().max(500).optional(),
  maxAgeDays: z.number().int().min(1).max(3650).nullable().optional(),
  isCanary: z.boolean().optional(),
  versionsKept: z.number().int().min(1).max(SECRET_VERSIONS_MAX).optional(),
});
export type SecretSettings = z.infer<typeof secretSettingsSchema>;

export const secretRevealSchema = z.strictObject({
  purpose: purposeSchema,
  /** For the record: `run` = it goes into the environment of a program. Left out = `api`. */
  via: z.enum(['api', 'run']).optional(),
  version: z.number().int().positive().optional(),
});
export type SecretReveal = z.infer<typeof secretRevealSchema>;

export const secretValueSchema = secretRefSchema.extend({
  version: z.number().int().positive(),
  createdAt: timestampSchema,
  data: secretDataSchema,
});
export type SecretValue = z.infer<typeof secretValueSchema>;

export const secretCompareSchema = z.strictObject({ from: z.number().int().positive(), to: z.number().int().positive() });
export type SecretCompare = z.infer<typeof secretCompareSchema>;

/** Which fields are others in the second version; no value is told. */
export const secretComparisonSchema = secretCompareSchema.extend({
  fields: z
    .array(z.strictObject({ name: z.string(), change: z.enum(['same', 'changed', 'added', 'removed']) }))
    .max(2 * SECRET_FIELDS_MAX),
});
export type SecretComparison = z.infer<typeof secretComparisonSchema>;

export const secretVersionsSchema = z.strictObject({
  versions: z.array(z.number().int().positive()).min(1).max(SECRET_VERSIONS_MAX),
});
export const secretRollbackSchema = z.strictObject({ version: z.number().int().positive(), note: reasonSchema.optional() });
