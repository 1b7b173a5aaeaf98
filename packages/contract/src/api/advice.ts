import { z } from 'zod';
import { timestampSchema, ulidSchema } from '../names.ts';
import { roleSchema } from './people.ts';

/** Uses are kept for this long, so advice looks back no further. */
export const ADVICE_DAYS_MAX = 90;
export const ADVICE_DAYS_DEFAULT = 30;
/** Proposals that are applied together. */
export const ADVICE_ITEMS_MAX = 500;

/** `token.ID`, `role.ID` or `policy.SET.ID`: the same every time that the same is proposed. */
export const adviceIdSchema = z
  .string()
  .regex(/^(?:token|role|policy)\.[A-Za-z0-9._:-]{1,140}$/u, 'an id as `holdfast advise` shows it');

const actionsSchema = z.array(z.string());

/** What somebody may do and did not. */
export const unusedGrantSchema = z.strictObject({
  kind: z.enum(['token', 'role']),
  /** The token or the person. */
  id: ulidSchema,
  /** `account / token`, or the person with the role. */
  name: z.string(),
  granted: z.number().int().nonnegative(),
  unused: actionsSchema,
  /** Granted, or counted, for less time than the window: what is unused may only not have come up yet. */
  young: z.boolean(),
});
export type UnusedGrant = z.infer<typeof unusedGrantSchema>;

export const unusedPolicySchema = z.strictObject({
  /** `holdfast` or the application. */
  set: z.string(),
  policy: z.string(),
  effect: z.enum(['permit', 'forbid']),
  /** `never-applies` = no request can ever meet its conditions. */
  finding: z.enum(['never-applies', 'never-decided', 'actions-unused']),
  unused: actionsSchema,
  young: z.boolean(),
});
export type UnusedPolicy = z.infer<typeof unusedPolicySchema>;

const common = { id: adviceIdSchema, name: z.string(), young: z.boolean() };
export const adviceProposalSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('token'), token: ulidSchema, from: actionsSchema, to: actionsSchema }),
  z.strictObject({
    ...common,
    kind: z.literal('role'),
    person: ulidSchema,
    from: roleSchema,
    /** Null = none: the person stays a user of applications. */
    to: roleSchema.nullable(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('policy'),
    set: z.string(),
    policy: z.string(),
    from: z.string(),
    /** Null = removed. */
    to: z.string().nullable(),
  }),
]);
export type AdviceProposal = z.infer<typeof adviceProposalSchema>;

/** Every decision of the window, judged once more as if the proposals were in force. */
export const replaySchema = z.strictObject({
  decisions: z.number().int().nonnegative(),
  allowed: z.number().int().nonnegative(),
  /** Allowed decisions that would be refused. What would change any is not proposed, so this is 0. */
  changed: z.number().int().nonnegative(),
});
export type Replay = z.infer<typeof replaySchema>;

export const adviceBatchSchema = z.strictObject({
  id: ulidSchema,
  appliedAt: timestampSchema,
  appliedBy: z.string(),
  items: z.array(adviceProposalSchema).max(ADVICE_ITEMS_MAX),
  undoneAt: timestampSchema.nullable(),
});
export type AdviceBatch = z.infer<typeof adviceBatchSchema>;

export const adviceViewSchema = z.strictObject({
  days: z.number().int().positive(),
  /** Since when uses are counted within the window; null = none has been yet. */
  since: timestampSchema.nullable(),
  /** Some uses found no room in the window: nothing is proposed, because what looks unused may have been used. */
  incomplete: z.boolean(),
  grants: z.array(unusedGrantSchema),
  policies: z.array(unusedPolicySchema),
  proposals: z.array(adviceProposalSchema),
  replay: replaySchema,
  /** What was applied last; null = nothing, or it was undone. */
  applied: adviceBatchSchema.nullable(),
});
export type AdviceView = z.infer<typeof adviceViewSchema>;

export const adviceQuerySchema = z.object({
  days: z.coerce.number().int().min(1).max(ADVICE_DAYS_MAX).default(ADVICE_DAYS_DEFAULT),
});

export const adviceApplySchema = z.strictObject({
  days: z.number().int().min(1).max(ADVICE_DAYS_MAX).default(ADVICE_DAYS_DEFAULT),
  /** Left out = every proposal that is not young. */
  ids: z.array(adviceIdSchema).min(1).max(ADVICE_ITEMS_MAX).optional(),
});
export type AdviceApply = z.input<typeof adviceApplySchema>;

export const adviceAppliedSchema = z.strictObject({ batch: adviceBatchSchema, replay: replaySchema });
export type AdviceApplied = z.infer<typeof adviceAppliedSchema>;

export const adviceUndoneSchema = z.strictObject({
  batch: adviceBatchSchema,
  /** Left as they are, because somebody changed them since. */
  skipped: z.array(adviceIdSchema),
});
export type AdviceUndone = z.infer<typeof adviceUndoneSchema>;
