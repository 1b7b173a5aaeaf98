import { z } from 'zod';
import { slugSchema } from './names.ts';

/** The set of policies for Holdfast's own API; the others are named by their application. */
export const API_POLICIES = 'holdfast';
/** The set of policies for secrets, of all applications together. */
export const SECRET_POLICIES = 'holdfast-secrets';
/** Policies that are named in a record; one that has more names these. */
export const DECIDING_POLICIES_MAX = 16;

/** What `@id("…")` says of a policy, or `policy` and its place in the text. */
export const policyIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/u, 'letters, digits, dots, colons, hyphens and underscores');

/** Who asks, as policies know them. A visitor is whoever has not signed in; an operator owns the host. */
export const accessPrincipalSchema = z.strictObject({
  kind: z.enum(['person', 'service', 'visitor', 'operator']),
  /** Of the person or the service account; null for the others. */
  id: z.string().max(64).nullable(),
});
export type AccessPrincipal = z.infer<typeof accessPrincipalSchema>;

/**
 * One decision: who wanted what of which, and which policies said so. Holds no name and no path, so that it can be kept and
 * counted.
 */
export const accessDecisionSchema = z.strictObject({
  principal: accessPrincipalSchema,
  /** The method of a request, or the permission of a call of the API. */
  action: z.string().max(64),
  /** Null = Holdfast's own API. */
  application: slugSchema.nullable(),
  /** The most specific route that the policies name and that covers the path; null = none does. */
  route: z.string().max(512).nullable(),
  allowed: z.boolean(),
  /** False = monitor: what was not allowed was recorded and passed on. */
  enforced: z.boolean(),
  /** Those that decided. Empty = no policy applied; where there are none at all, the sign-in alone decided. */
  policies: z.array(policyIdSchema).max(DECIDING_POLICIES_MAX),
  /** Those that could not be evaluated: any of them denies. */
  errors: z.array(policyIdSchema).max(DECIDING_POLICIES_MAX),
});
export type AccessDecision = z.infer<typeof accessDecisionSchema>;
