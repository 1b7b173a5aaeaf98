import { z } from 'zod';
import { LOCATIONS, RULE_GROUPS, slugSchema, timestampSchema, ulidSchema } from './names.ts';

/**
 * One place where one rule is not to fire: application + method + route + location + parameter + rule.
 * A whole rule or a whole site can never be excepted: every field is one value, never a wildcard.
 */
export const exceptionSchema = z.strictObject({
  id: ulidSchema,
  application: slugSchema,
  method: z.string().regex(/^[A-Z]{1,16}$/u, 'a method such as POST'),
  /** A canonical path; a segment `{}` stands for exactly one segment. */
  route: z.string().startsWith('/').max(2048),
  location: z.enum(LOCATIONS),
  parameter: z.string().max(256),
  /** A rule id such as `sqli.boolean`. */
  rule: z
    .string()
    .regex(/^[a-z]+\.[a-z0-9-]+$/u, 'a rule such as sqli.boolean')
    .max(64),
  /** `schema`: a part of the accepted schema that is not to count in this place. */
  group: z.enum([...RULE_GROUPS, 'schema']),
  reason: z.string().min(3).max(500),
  expiresAt: timestampSchema,
  createdAt: timestampSchema,
});
export type RuleException = z.infer<typeof exceptionSchema>;
