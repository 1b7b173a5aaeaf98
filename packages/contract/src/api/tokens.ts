import { z } from 'zod';
import { prefixSchema, slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { PERMISSIONS } from '../permissions.ts';

export const TOKEN_DAYS_DEFAULT = 30;
export const TOKEN_DAYS_MAX = 365;
/** Prefixes that one token is good for. */
export const TOKEN_CIDRS_MAX = 32;

export const tokenInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** May be empty where the account is only for calling applications. */
  permissions: z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length),
  /** Name or id of the service account; left out = the account with the name of the token, made if there is none. */
  account: z.string().trim().min(1).max(63).optional(),
  /** Where it is good from; none = anywhere that reaches the listener. */
  cidrs: z.array(prefixSchema).max(TOKEN_CIDRS_MAX).optional(),
  days: z.number().int().min(1).max(TOKEN_DAYS_MAX).default(TOKEN_DAYS_DEFAULT),
});
export type TokenInput = z.infer<typeof tokenInputSchema>;

export const tokenViewSchema = z.strictObject({
  id: ulidSchema,
  name: z.string(),
  account: z.strictObject({ id: ulidSchema, name: slugSchema }),
  permissions: z.array(z.enum(PERMISSIONS)),
  cidrs: z.array(prefixSchema).max(TOKEN_CIDRS_MAX),
  createdAt: timestampSchema,
  createdBy: z.string(),
  expiresAt: timestampSchema,
  revokedAt: timestampSchema.nullable(),
  /** Rounded down to the hour: enough to find an unused token, too little to follow a person. */
  lastUsedAt: timestampSchema.nullable(),
});
export type TokenView = z.infer<typeof tokenViewSchema>;

/** The only answer that ever holds the token itself. */
export const tokenCreatedSchema = z.strictObject({ token: z.string(), view: tokenViewSchema });
export type TokenCreated = z.infer<typeof tokenCreatedSchema>;
