import { z } from 'zod';
import { slugSchema, timestampSchema } from '../names.ts';
import { targetNameSchema } from './rotation.ts';
import { purposeSchema, secretRefSchema } from './secrets.ts';

/** What can be lent for a while. */
export const LEASE_KINDS = ['database'] as const;
export type LeaseKind = (typeof LEASE_KINDS)[number];

/** `database/creds/reporting/01J…`: whoever ends leases by prefix ends those of a role, or all of a kind. */
export const leaseIdSchema = z
  .string()
  .min(3)
  .max(256)
  .regex(/^[a-z0-9][A-Za-z0-9/_-]*$/u, 'the id of a lease');
export const leasePrefixSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-z0-9][A-Za-z0-9/_-]*$/u, 'the first part of ids of leases');

/** `starting`: being made. `active`: good. `ending`: over, and still being taken away. `ended`: gone. */
export const LEASE_STATES = ['starting', 'active', 'ending', 'ended'] as const;
export const LEASE_ENDS = ['revoked', 'expired', 'failed'] as const;

export const leaseSchema = z.strictObject({
  id: leaseIdSchema,
  kind: z.enum(LEASE_KINDS),
  state: z.enum(LEASE_STATES),
  /** Which database role it was made of. */
  role: slugSchema,
  /** What exists at the target because of it: the name of the database user. */
  subject: z.string(),
  issuedTo: z.string(),
  purpose: z.string(),
  issuedAt: timestampSchema,
  expiresAt: timestampSchema,
  /** No renewal goes beyond. */
  expiresAtMost: timestampSchema,
  ending: z.enum(LEASE_ENDS).nullable(),
  endedAt: timestampSchema.nullable(),
  /** Why it could not be taken away yet; it is tried again. */
  trouble: z.string().nullable(),
});
export type Lease = z.infer<typeof leaseSchema>;

export const leaseListQuerySchema = z.object({ prefix: leasePrefixSchema.optional(), ended: z.stringbool().optional() });
export const leaseRenewSchema = z.strictObject({
  lease: leaseIdSchema,
  /** From now; left out = what its role gives. */
  seconds: z.number().int().positive().max(31_536_000).optional(),
});
export const leaseRevokeSchema = z.strictObject({ lease: leaseIdSchema });
export const leaseRevokePrefixSchema = z.strictObject({ prefix: leasePrefixSchema });
export const leasesRevokedSchema = z.strictObject({ revoked: z.number().int().nonnegative() });

/** SQL of an operator with `{{name}}`, `{{password}}` and `{{expiration}}` in it. */
const templateSchema = z.string().trim().min(1).max(16_384);

export const databaseConnectionInputSchema = z.strictObject({
  name: slugSchema,
  /** The secret with the address of the server and the role that makes users: `postgres://…` in `url` or `value`. */
  admin: secretRefSchema,
});
export type DatabaseConnectionInput = z.infer<typeof databaseConnectionInputSchema>;
export const databaseConnectionSchema = databaseConnectionInputSchema.extend({
  changedAt: timestampSchema,
  changedBy: z.string(),
});
export type DatabaseConnection = z.infer<typeof databaseConnectionSchema>;

export const databaseRoleInputSchema = z.strictObject({
  name: slugSchema,
  connection: slugSchema,
  /** Whose policies say who may have a user of this role: it is read like the secret `database/NAME` there. */
  application: secretRefSchema.shape.application,
  environment: secretRefSchema.shape.environment,
  creation: templateSchema.refine((text) => text.includes('{{name}}') && text.includes('{{password}}'), {
    message: 'needs {{name}} and {{password}}',
  }),
  /** Runs before the user is dropped, for what dropping does not find. */
  revocation: templateSchema.nullable().default(null),
  ttlSeconds: z.number().int().min(1).max(31_536_000).default(3600),
  ttlSecondsMax: z.number().int().min(1).max(31_536_000).default(86_400),
});
export type DatabaseRoleInput = z.input<typeof databaseRoleInputSchema>;
export const databaseRoleSchema = databaseRoleInputSchema.extend({ changedAt: timestampSchema, changedBy: z.string() });
export type DatabaseRole = z.infer<typeof databaseRoleSchema>;

export const databaseCredentialsInputSchema = z.strictObject({ purpose: purposeSchema });
export const databaseCredentialsSchema = z.strictObject({
  lease: leaseSchema,
  username: targetNameSchema,
  password: z.string(),
});
export type DatabaseCredentials = z.infer<typeof databaseCredentialsSchema>;
