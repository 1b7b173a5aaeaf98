import { z } from 'zod';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';

/** A name or an id. */
const wordSchema = z.string().trim().min(1).max(254);
/** Applications behind the gateway that the account may call. */
const applicationsSchema = z.array(slugSchema).max(64);

export const serviceAccountInputSchema = z.strictObject({
  name: slugSchema,
  purpose: z.string().trim().max(200).default(''),
  /** The person who answers for it; left out = whoever creates it. */
  owner: wordSchema.optional(),
  applications: applicationsSchema.default([]),
});
export type ServiceAccountInput = z.input<typeof serviceAccountInputSchema>;

export const serviceAccountChangeSchema = z.strictObject({
  purpose: z.string().trim().max(200).optional(),
  owner: wordSchema.optional(),
  applications: applicationsSchema.optional(),
});
export type ServiceAccountChange = z.infer<typeof serviceAccountChangeSchema>;

export const serviceAccountViewSchema = z.strictObject({
  id: ulidSchema,
  name: slugSchema,
  purpose: z.string(),
  /** Null = made on the host, or the person is gone: nobody answers for it. */
  owner: z.strictObject({ id: ulidSchema, name: z.string(), status: z.enum(['invited', 'active', 'disabled']) }).nullable(),
  applications: applicationsSchema,
  status: z.enum(['active', 'disabled']),
  createdAt: timestampSchema,
  createdBy: z.string(),
  /** Tokens that would be taken now if the account is active. */
  usableTokens: z.number().int().nonnegative(),
  /** When the last of them ends. */
  lastExpiresAt: timestampSchema.nullable(),
  /** Of any of its tokens, rounded down to the hour. */
  lastUsedAt: timestampSchema.nullable(),
});
export type ServiceAccountView = z.infer<typeof serviceAccountViewSchema>;
