import { z } from 'zod';
import { timestampSchema, ulidSchema } from '../names.ts';
import { PERMISSIONS } from '../permissions.ts';

export const TOKEN_DAYS_DEFAULT = 30;
export const TOKEN_DAYS_MAX = 365;

export const tokenInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
  days: z.number().int().min(1).max(TOKEN_DAYS_MAX).default(TOKEN_DAYS_DEFAULT),
});
export type TokenInput = z.infer<typeof tokenInputSchema>;

export const tokenViewSchema = z.strictObject({
  id: ulidSchema,
  name: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
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
