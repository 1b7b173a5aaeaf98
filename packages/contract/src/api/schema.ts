import { z } from 'zod';
import { slugSchema, timestampSchema } from '../names.ts';
import { reasonSchema } from './paging.ts';

/** An OpenAPI fragment as JSON; larger ones are refused, and a proposal is never larger. */
export const SCHEMA_CHARS_MAX = 524_288;
/** Accepted schemas kept for each application. */
export const SCHEMA_HISTORY_MAX = 20;
/** Learned routes that are listed. */
export const LEARNED_ROUTES_MAX = 500;

/** Checked for meaning by the compiler of the inspection package, which names each fault by a JSON pointer. */
export const schemaFragmentSchema = z.record(z.string().max(256), z.unknown());

/** What gateways enforce: carried in the snapshot as text, because nothing on its way needs to read it. */
export const enforcedSchemaSchema = z.strictObject({
  application: slugSchema,
  /** SHA-256 of the fragment, hex. */
  digest: z.string().length(64),
  fragment: z.string().max(SCHEMA_CHARS_MAX),
});
export type EnforcedSchema = z.infer<typeof enforcedSchemaSchema>;

export const schemaVersionSchema = z.strictObject({
  version: z.number().int().positive(),
  digest: z.string().length(64),
  operations: z.number().int().nonnegative(),
  acceptedAt: timestampSchema,
  acceptedBy: z.string(),
  reason: z.string().nullable(),
  /** Null while it is in force or was replaced by a later one. */
  withdrawnAt: timestampSchema.nullable(),
});
export type SchemaVersion = z.infer<typeof schemaVersionSchema>;

export const schemaStatusSchema = z.strictObject({
  application: slugSchema,
  learning: z.enum(['on', 'off']),
  /** Honest requests that were learned from, and when the first and the last of them were told. */
  requests: z.number().int().nonnegative(),
  since: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
  routes: z.number().int().nonnegative(),
  parameters: z.number().int().nonnegative(),
  inForce: schemaVersionSchema.nullable(),
  /** Newest first. */
  history: z.array(schemaVersionSchema).max(SCHEMA_HISTORY_MAX),
});
export type SchemaStatus = z.infer<typeof schemaStatusSchema>;

export const schemaProposalSchema = z.strictObject({
  fragment: schemaFragmentSchema,
  digest: z.string().length(64),
  requests: z.number().int().nonnegative(),
});
export type SchemaProposal = z.infer<typeof schemaProposalSchema>;

export const schemaVersionViewSchema = schemaVersionSchema.extend({ fragment: schemaFragmentSchema });
export type SchemaVersionView = z.infer<typeof schemaVersionViewSchema>;

export const learnedRouteSchema = z.strictObject({
  method: z.string(),
  route: z.string(),
  requests: z.number().int().nonnegative(),
  parameters: z.number().int().nonnegative(),
  /** `yes`: the schema in force lists it; `thin`: listed without types, seen too seldom; `no`: not listed or none in force. */
  covered: z.enum(['yes', 'thin', 'no']),
});
export type LearnedRoute = z.infer<typeof learnedRouteSchema>;
export const learnedRoutesSchema = z.strictObject({ items: z.array(learnedRouteSchema).max(LEARNED_ROUTES_MAX) });
export type LearnedRoutes = z.infer<typeof learnedRoutesSchema>;

export const schemaAcceptSchema = z.strictObject({
  fragment: schemaFragmentSchema,
  reason: reasonSchema.optional(),
});
export type SchemaAccept = z.infer<typeof schemaAcceptSchema>;

export const schemaWithdrawSchema = z.strictObject({
  /** All of them: no schema is in force afterwards. Otherwise the one before comes back. */
  all: z.boolean().default(false),
  reason: reasonSchema.optional(),
});
export type SchemaWithdraw = z.input<typeof schemaWithdrawSchema>;

export const schemaCheckInputSchema = z.strictObject({ fragment: schemaFragmentSchema });

export const schemaCheckSchema = z.strictObject({
  faults: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).max(20),
  operations: z.number().int().nonnegative(),
  /** Learned routes that the fragment does not list. */
  uncovered: z.array(learnedRouteSchema).max(LEARNED_ROUTES_MAX),
});
export type SchemaCheck = z.infer<typeof schemaCheckSchema>;
