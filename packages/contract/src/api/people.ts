import { z } from 'zod';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, partSchema } from './paging.ts';

/** What a person may do in Holdfast itself; null = a user of protected applications only. */
export const roleSchema = z.enum(['owner', 'administrator', 'analyst', 'auditor', 'developer']);

const groupsSchema = z.array(z.string().trim().min(1).max(64)).max(64);

export const personInputSchema = z.strictObject({
  /** What the person types to sign in. */
  name: z.string().trim().min(1).max(64),
  display: z.string().trim().min(1).max(100).optional(),
  email: z.string().trim().min(3).max(254).optional(),
  role: roleSchema.nullable().default(null),
  groups: groupsSchema.default([]),
  mfaRequired: z.boolean().default(false),
  /** For whom has no role: the application whose sign-in the link opens. Left out = the first one. */
  application: slugSchema.optional(),
});
export type PersonInput = z.input<typeof personInputSchema>;

export const personChangeSchema = z.strictObject({
  role: roleSchema.nullable().optional(),
  groups: groupsSchema.optional(),
  mfaRequired: z.boolean().optional(),
});
export type PersonChangeInput = z.infer<typeof personChangeSchema>;

export const personViewSchema = z.strictObject({
  id: ulidSchema,
  name: z.string(),
  display: z.string(),
  email: z.string().nullable(),
  role: roleSchema.nullable(),
  groups: z.array(z.string()),
  status: z.enum(['invited', 'active', 'disabled']),
  mfaRequired: z.boolean(),
  hasPassword: z.boolean(),
  createdAt: timestampSchema,
  createdBy: z.string(),
  lastSignedInAt: timestampSchema.nullable(),
});
export type PersonView = z.infer<typeof personViewSchema>;

/** A list of people never answers with all of them; every part narrows it. */
export const peopleQuerySchema = pageQuerySchema.extend({
  /** A part of the name to sign in with, or of the name that is shown. */
  q: partSchema.optional(),
  /** `none` = users of applications only. */
  role: z.enum([...roleSchema.options, 'none']).optional(),
  status: z.enum(['invited', 'active', 'disabled']).optional(),
  /** With a second factor of any kind, or without. */
  mfa: z.enum(['with', 'without']).optional(),
});
export type PeopleQuery = z.input<typeof peopleQuerySchema>;

/** How many people have what; numbers only, of people who are active unless said otherwise. */
export const mfaAdoptionSchema = z.strictObject({
  people: z.number().int(),
  active: z.number().int(),
  invited: z.number().int(),
  disabled: z.number().int(),
  /** With a second factor of any kind. */
  withMfa: z.number().int(),
  withPasskey: z.number().int(),
  withTotp: z.number().int(),
  /** Without any although every sign-in of theirs needs one: they enrol at the next. */
  neededWithout: z.number().int(),
  /** Owners and administrators. */
  administrators: z.number().int(),
});
export type MfaAdoption = z.infer<typeof mfaAdoptionSchema>;

/** A link for one use. This answer is the only place where it stands. */
export const linkIssuedSchema = z.strictObject({ link: z.string(), expiresAt: timestampSchema });
export type LinkIssued = z.infer<typeof linkIssuedSchema>;

export const personLinkSchema = linkIssuedSchema.extend({ person: personViewSchema });
export type PersonLink = z.infer<typeof personLinkSchema>;

export const factorsViewSchema = z.strictObject({
  totp: z.boolean(),
  passkeys: z.array(
    z.strictObject({ id: z.string(), name: z.string(), createdAt: timestampSchema, lastUsedAt: timestampSchema.nullable() }),
  ),
  recoveryCodesLeft: z.number().int().nonnegative(),
  /** Accounts at providers of sign-in, by the id of the provider. */
  accounts: z.array(z.strictObject({ provider: z.string(), createdAt: timestampSchema, lastUsedAt: timestampSchema.nullable() })),
});
export type FactorsAnswer = z.infer<typeof factorsViewSchema>;

/** A session by an id that opens nothing. */
export const sessionViewSchema = z.strictObject({
  id: ulidSchema,
  person: ulidSchema,
  /** What the person types to sign in. */
  name: z.string(),
  kind: z.enum(['application', 'admin']),
  application: z.string().nullable(),
  createdAt: timestampSchema,
  lastSeenAt: timestampSchema,
  expiresAt: timestampSchema,
  idleSeconds: z.number().int().nonnegative(),
  acr: z.enum(['aal1', 'aal2']),
  amr: z.array(z.string()),
  authTime: timestampSchema,
  elevatedUntil: timestampSchema.nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type SessionAnswer = z.infer<typeof sessionViewSchema>;

export const sessionQuerySchema = pageQuerySchema.extend({
  kind: z.enum(['application', 'admin']).optional(),
  application: slugSchema.optional(),
});

export const sessionsEndedSchema = z.strictObject({ ended: z.number().int().nonnegative() });

/** Who calls, and what they may. */
export const callerSchema = z.strictObject({
  kind: z.enum(['operator', 'token', 'person']),
  ref: z.string(),
  name: z.string().nullable(),
  role: roleSchema.nullable(),
  permissions: z.array(z.string()),
  session: z.strictObject({ id: ulidSchema, expiresAt: timestampSchema, elevatedUntil: timestampSchema.nullable() }).nullable(),
});
export type Caller = z.infer<typeof callerSchema>;
