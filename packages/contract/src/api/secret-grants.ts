import { z } from 'zod';
import { policyIdSchema } from '../access.ts';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { WHO_CAN_MAX } from './policies.ts';
import { purposeSchema, secretApplicationSchema, secretEnvironmentSchema } from './secrets.ts';

/** Grants in force at a time; what needs more needs a policy. */
export const SECRET_GRANTS_MAX = 1000;
const DAYS_MAX = 3650;

/** A name, or a part of one with `*` for any characters. */
const patternSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w.*][\w.*/-]*$/u, 'letters, digits, `_`, `.`, `-`, `/`, and `*` for any characters')
  .refine((name) => name.split('*').length <= 9, 'at most eight `*`');

const whatShape = {
  application: secretApplicationSchema,
  environment: z.union([secretEnvironmentSchema, z.literal('*')]),
  name: patternSchema,
};

export const GRANTEES = ['account', 'group', 'person'] as const;
/** A service account or person by name or id; a group by its name. Letters that Cedar writes in another way than JSON are none of a name. */
const granteeSchema = z.strictObject({
  kind: z.enum(GRANTEES),
  name: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u, 'no control characters'),
});

export const secretGrantInputSchema = z.strictObject({
  ...whatShape,
  to: granteeSchema,
  /** Left out = whatever the value is for. */
  purpose: purposeSchema.optional(),
  /** Left out = until it is revoked. */
  days: z.number().int().min(1).max(DAYS_MAX).optional(),
});
export type SecretGrantInput = z.infer<typeof secretGrantInputSchema>;

export const secretGrantViewSchema = z.strictObject({
  id: ulidSchema,
  application: slugSchema,
  environment: z.string(),
  name: z.string(),
  to: z.strictObject({ kind: z.enum(GRANTEES), id: z.string(), name: z.string() }),
  purpose: z.string().nullable(),
  expiresAt: timestampSchema.nullable(),
  createdAt: timestampSchema,
  createdBy: z.string(),
});
export type SecretGrantView = z.infer<typeof secretGrantViewSchema>;
export const secretGrantListSchema = z.strictObject({ items: z.array(secretGrantViewSchema).max(SECRET_GRANTS_MAX) });
export type SecretGrantList = z.infer<typeof secretGrantListSchema>;

export const secretWhoCanQuerySchema = z.object({
  permission: z.enum(['secret:read', 'secret:reveal', 'secret:write', 'secret:rotate']).default('secret:reveal'),
  /** Left out = each that a grant names, and any other. */
  purpose: purposeSchema.optional(),
});
export type SecretWhoCanQuery = z.infer<typeof secretWhoCanQuerySchema>;

const oneSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Policies and grants that say so. */
  policies: z.array(policyIdSchema).max(1100),
  /** For these only; null = for any. */
  purposes: z.array(z.string()).max(SECRET_GRANTS_MAX).nullable(),
});
export type SecretReader = z.infer<typeof oneSchema>;

export const secretWhoCanSchema = z.strictObject({
  permission: z.string(),
  people: z.array(oneSchema).max(WHO_CAN_MAX),
  /** A person who is in this group only. */
  groups: z.array(oneSchema).max(WHO_CAN_MAX),
  /** Those whose tokens carry the permission as well. */
  accounts: z.array(oneSchema).max(WHO_CAN_MAX),
  /** There are more people or accounts than were asked about. */
  isCut: z.boolean(),
});
export type SecretWhoCan = z.infer<typeof secretWhoCanSchema>;
