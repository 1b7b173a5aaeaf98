import { z } from 'zod';
import { timestampSchema, ulidSchema } from '../names.ts';
import { secretRefSchema } from './secrets.ts';

/** How long the credential before stays good when nothing else was said: a program has this long to ask again. */
export const OVERLAP_SECONDS = 3600;
export const OVERLAP_SECONDS_MAX = 30 * 86_400;

/** A name at the target: a role of PostgreSQL, a user of Redis. Plain enough to stand in any statement, quoted all the same. */
export const targetNameSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/u, 'letters, digits, `_` and `-`; no digit or hyphen first');

/** Two roles in turn: while one is used, the other one gets its password. Nobody is refused at any moment. */
const postgresPairSchema = z.strictObject({
  rotator: z.literal('postgres-pair'),
  /** The secret with the address of the server and the role that may alter the two. */
  admin: secretRefSchema,
  roles: z.tuple([targetNameSchema, targetNameSchema]).refine(([one, other]) => one !== other, 'two different roles'),
});
/** One role: between the change at the server and the next question of a program its logins are refused. */
const postgresSchema = z.strictObject({ rotator: z.literal('postgres'), admin: secretRefSchema, role: targetNameSchema });
/** One user that has two passwords for the time of the overlap. */
const redisSchema = z.strictObject({ rotator: z.literal('redis'), admin: secretRefSchema, user: targetNameSchema });
/** Whatever else takes a new value: told by signed requests. */
const webhookSchema = z.strictObject({
  rotator: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/u }).max(2048),
  /** The secret with the key that requests are signed with (Standard Webhooks). */
  signing: secretRefSchema,
  length: z.number().int().min(16).max(256).default(40),
});
/** Nobody has to be told. */
const randomSchema = z.strictObject({ rotator: z.literal('random'), length: z.number().int().min(16).max(256).default(40) });

export const rotatorSettingsSchema = z.discriminatedUnion('rotator', [
  postgresPairSchema,
  postgresSchema,
  redisSchema,
  webhookSchema,
  randomSchema,
]);
export type RotatorSettings = z.infer<typeof rotatorSettingsSchema>;
export const ROTATORS = ['postgres-pair', 'postgres', 'redis', 'webhook', 'random'] as const;
export type RotatorName = (typeof ROTATORS)[number];

export const rotationPlanInputSchema = secretRefSchema.extend({
  settings: rotatorSettingsSchema,
  /** Null = only when somebody says so. */
  everyDays: z.number().int().min(1).max(3650).nullable().default(null),
  overlapSeconds: z.number().int().min(0).max(OVERLAP_SECONDS_MAX).default(OVERLAP_SECONDS),
});
export type RotationPlanInput = z.input<typeof rotationPlanInputSchema>;

export const rotationPlanSchema = secretRefSchema.extend({
  settings: rotatorSettingsSchema,
  everyDays: z.number().int().nullable(),
  overlapSeconds: z.number().int(),
  nextAt: timestampSchema.nullable(),
  /** Runs on schedule that failed one after the other. */
  failures: z.number().int().nonnegative(),
  changedAt: timestampSchema,
  changedBy: z.string(),
});
export type RotationPlan = z.infer<typeof rotationPlanSchema>;

/**
 * What is done next. `prepare` asks the target whether it can be done, `stage` makes the new credential and writes it as a version
 * that nobody is given, `set` tells the target, `verify` logs in with it, `publish` makes it current, `overlap` waits, `retire`
 * ends the old one. `undo` takes back at the target what was told it.
 */
export const ROTATION_STEPS = ['prepare', 'stage', 'set', 'verify', 'publish', 'overlap', 'retire', 'undo', 'done'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

/** `rolled-back`: it failed before anything was published; what was current still is. */
export const ROTATION_OUTCOMES = ['done', 'rolled-back'] as const;

export const rotationSchema = secretRefSchema.extend({
  id: ulidSchema,
  rotator: z.enum(ROTATORS),
  /** A drill changes nothing that is in use: it makes, sets, verifies and takes away a credential that is thrown away. */
  isDrill: z.boolean(),
  cause: z.enum(['asked', 'schedule']),
  step: z.enum(ROTATION_STEPS),
  outcome: z.enum(ROTATION_OUTCOMES).nullable(),
  /** Why it failed, or what it waits for; never text of the target. */
  trouble: z.string().nullable(),
  /** The version that it replaces; null = there was none. */
  oldVersion: z.number().int().positive().nullable(),
  newVersion: z.number().int().positive().nullable(),
  startedAt: timestampSchema,
  startedBy: z.string(),
  publishedAt: timestampSchema.nullable(),
  /** Until when both are good. */
  overlapUntil: timestampSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
  /** From the start until it was verified. */
  verifiedMs: z.number().int().nonnegative().nullable(),
});
export type Rotation = z.infer<typeof rotationSchema>;

export const rotationStartSchema = secretRefSchema.extend({
  /** Ends the old credential as soon as the new one is published, and an overlap that runs. */
  now: z.boolean().default(false),
  drill: z.boolean().default(false),
});
export type RotationStart = z.input<typeof rotationStartSchema>;

const refPartsSchema = z.object({
  application: secretRefSchema.shape.application.optional(),
  environment: secretRefSchema.shape.environment.optional(),
  name: secretRefSchema.shape.name.optional(),
});
export const rotationPlanListQuerySchema = refPartsSchema;
export const rotationListQuerySchema = refPartsSchema.extend({ running: z.stringbool().optional() });
