import { z } from 'zod';
import { policyIdSchema } from '../access.ts';
import { modeSchema } from '../application.ts';
import { slugSchema, timestampSchema } from '../names.ts';
import { PERMISSIONS } from '../permissions.ts';
import { POLICIES_MAX, POLICY_CHARS_MAX, policyFaultSchema } from '../policies.ts';
import { reasonSchema } from './paging.ts';
import { roleSchema } from './people.ts';

/** Accepted versions kept of each set. */
export const POLICY_HISTORY_MAX = 20;
/** People, groups or accounts that one answer of who-can names. */
export const WHO_CAN_MAX = 500;
const ADDRESS_CHARS_MAX = 64;
const PATH_CHARS_MAX = 8192;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** An application, `holdfast` for Holdfast's own API, or `holdfast-secrets` for secrets. */
export const policySetSchema = slugSchema;
const textSchema = z.string().max(POLICY_CHARS_MAX);

export const policyVersionSchema = z.strictObject({
  version: z.number().int().positive(),
  digest: z.string().length(64),
  policies: z.number().int().nonnegative(),
  acceptedAt: timestampSchema,
  acceptedBy: z.string(),
  reason: z.string().nullable(),
  /** Null while it is in force or was replaced by a later one. */
  withdrawnAt: timestampSchema.nullable(),
});
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

export const policyDraftSchema = z.strictObject({
  text: textSchema,
  digest: z.string().length(64),
  policies: z.number().int().nonnegative(),
  savedAt: timestampSchema,
  savedBy: z.string(),
});
export type PolicyDraft = z.infer<typeof policyDraftSchema>;

export const policySummarySchema = z.strictObject({
  set: policySetSchema,
  /** `monitor` records what would be denied; the API always enforces. */
  accessMode: modeSchema,
  inForce: policyVersionSchema.nullable(),
  hasDraft: z.boolean(),
});
export type PolicySummary = z.infer<typeof policySummarySchema>;
export const policyListSchema = z.strictObject({ items: z.array(policySummarySchema).max(1001) });
export type PolicyList = z.infer<typeof policyListSchema>;

export const policyStatusSchema = policySummarySchema.omit({ hasDraft: true }).extend({
  draft: policyDraftSchema.nullable(),
  /** Newest first. */
  history: z.array(policyVersionSchema).max(POLICY_HISTORY_MAX),
});
export type PolicyStatus = z.infer<typeof policyStatusSchema>;

export const policyVersionViewSchema = policyVersionSchema.extend({ text: textSchema });
export type PolicyVersionView = z.infer<typeof policyVersionViewSchema>;

export const policyTextInputSchema = z.strictObject({ text: textSchema });

export const policyAcceptSchema = z.strictObject({
  /** Left out = the draft. */
  text: textSchema.optional(),
  /** The version that was in force when it was written, 0 = none: refused when another one is by now. */
  basedOn: z.number().int().nonnegative().optional(),
  reason: reasonSchema.optional(),
});
export type PolicyAccept = z.infer<typeof policyAcceptSchema>;

export const policyUndoSchema = z.strictObject({ reason: reasonSchema.optional() });
export type PolicyUndo = z.infer<typeof policyUndoSchema>;

export const accessModeInputSchema = z.strictObject({ accessMode: modeSchema, reason: reasonSchema.optional() });
export type AccessModeInput = z.infer<typeof accessModeInputSchema>;

export const policyCheckSchema = z.strictObject({
  /** None = it can be accepted. */
  faults: z.array(policyFaultSchema).max(50),
  warnings: z.array(policyFaultSchema).max(50),
  policies: z
    .array(z.strictObject({ id: policyIdSchema, effect: z.enum(['permit', 'forbid']), text: textSchema }))
    .max(POLICIES_MAX),
});
export type PolicyCheck = z.infer<typeof policyCheckSchema>;

/** What is asked about: a request to an application, or a call of the API. */
const questionShape = {
  method: z.enum(METHODS).default('GET'),
  path: z.string().startsWith('/').max(PATH_CHARS_MAX).default('/'),
  /** Asked of the set `holdfast`. */
  permission: z.enum(PERMISSIONS).optional(),
  address: z.union([z.ipv4(), z.ipv6()]).pipe(z.string().max(ADDRESS_CHARS_MAX)).default('127.0.0.1'),
  /** How sure it is taken to be who asks; people of `required` applications have two factors. */
  acr: z.enum(['aal1', 'aal2']).default('aal2'),
};

export const whoCanQuerySchema = z.object(questionShape);
export type WhoCanQuery = z.infer<typeof whoCanQuerySchema>;

export const decideInputSchema = z.strictObject({
  ...questionShape,
  /** An id, or the name that the person signs in with. None of the four = a visitor. */
  person: z.string().min(1).max(254).optional(),
  account: z.string().min(1).max(100).optional(),
  groups: z.array(z.string().min(1).max(64)).max(64).optional(),
  role: roleSchema.optional(),
  /** Another text instead of what is in force, to try it. */
  text: textSchema.optional(),
});
export type DecideInput = z.infer<typeof decideInputSchema>;

const answerShape = {
  allowed: z.boolean(),
  /** `failed` = a policy could not be evaluated, which denies. */
  why: z.enum(['permitted', 'unpermitted', 'forbidden', 'failed', 'no-policies']),
  policies: z.array(policyIdSchema).max(POLICIES_MAX),
  errors: z.array(policyIdSchema).max(POLICIES_MAX),
};
export const policyAnswerSchema = z.strictObject({
  ...answerShape,
  asker: z.strictObject({ kind: z.enum(['person', 'service', 'visitor']), id: z.string(), name: z.string().nullable() }),
  /** The most specific route of the policies that covers the path. */
  route: z.string().nullable(),
});
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>;

const oneAnswerSchema = z.strictObject({ id: z.string(), name: z.string(), ...answerShape });
export type OneAnswer = z.infer<typeof oneAnswerSchema>;

export const whoCanSchema = z.strictObject({
  set: policySetSchema,
  visitor: z.strictObject(answerShape).nullable(),
  people: z.array(oneAnswerSchema).max(WHO_CAN_MAX),
  /** A person who is in this group only. */
  groups: z.array(oneAnswerSchema).max(WHO_CAN_MAX),
  accounts: z.array(oneAnswerSchema).max(WHO_CAN_MAX),
  /** There are more people, groups or accounts than were asked about. */
  isCut: z.boolean(),
});
export type WhoCan = z.infer<typeof whoCanSchema>;
