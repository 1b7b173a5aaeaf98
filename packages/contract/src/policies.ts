import { z } from 'zod';
import { policyIdSchema } from './access.ts';
import { slugSchema } from './names.ts';

/** A set as text; what a person still reads is far below it. */
export const POLICY_CHARS_MAX = 262_144;
/** Policies of one set. Only those that can apply to a request are evaluated. */
export const POLICIES_MAX = 1000;

/** What one of the three parts of a policy's head takes: nothing said = everything. Entities are written `Type::id`. */
export const policyScopeSchema = z.strictObject({
  type: z.string().max(64).nullable(),
  entities: z.array(z.string().max(1024)).max(256).nullable(),
  /** `==`: these and not what is in them. */
  isExact: z.boolean(),
});
export type PolicyScope = z.infer<typeof policyScopeSchema>;

/** A policy made ready: its text, and what tells at a glance that it cannot apply. */
export const compiledPolicySchema = z.strictObject({
  id: policyIdSchema,
  effect: z.enum(['permit', 'forbid']),
  text: z.string().max(POLICY_CHARS_MAX),
  principal: policyScopeSchema,
  action: policyScopeSchema,
  resource: policyScopeSchema,
  /** Routes that it names anywhere. */
  routes: z.array(z.string().max(1024)).max(1024),
});
export type CompiledPolicy = z.infer<typeof compiledPolicySchema>;

/** What gateways enforce for one application. */
export const enforcedPoliciesSchema = z.strictObject({
  application: slugSchema,
  version: z.number().int().positive(),
  /** SHA-256 of the text, hex. */
  digest: z.string().length(64),
  policies: z.array(compiledPolicySchema).min(1).max(POLICIES_MAX),
});
export type EnforcedPolicies = z.infer<typeof enforcedPoliciesSchema>;

/** What is wrong with a set, and where: lines and columns count from one. */
export const policyFaultSchema = z.strictObject({
  /** Null = the text as a whole, or what has no usable id. */
  policy: policyIdSchema.nullable(),
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  detail: z.string().max(500),
});
export type PolicyFault = z.infer<typeof policyFaultSchema>;
