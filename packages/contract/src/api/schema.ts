import { z } from 'zod';
import { unknownPolicySchema } from '../application.ts';
import { slugSchema, timestampSchema } from '../names.ts';
import { SCHEMA_LOCATIONS, SCHEMA_REASONS } from '../schema-report.ts';
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

const placedWordsSchema = z.strictObject({ pointer: z.string(), detail: z.string() });

/** A whole OpenAPI document, 3.0 or 3.1, to be read into the form that is kept. Nothing is in force by it. */
export const schemaImportSchema = z.strictObject({
  document: schemaFragmentSchema,
  /** Path under which the paths of the document stand; otherwise its own servers say so. */
  server: z.string().max(512).optional(),
  /** What is done with names and routes that it does not list; otherwise the document or the application says so. */
  unknown: unknownPolicySchema.optional(),
  routes: unknownPolicySchema.optional(),
});
export type SchemaImport = z.infer<typeof schemaImportSchema>;

/** Requests of the last days to routes that a schema does not list. */
export const schemaPreviewSchema = z.strictObject({
  requests: z.number().int().nonnegative(),
  /** To a listed route. */
  covered: z.number().int().nonnegative(),
  /** Would have been refused or recorded as far as it can be told without their values: routes, and names of parameters. */
  unlisted: z
    .array(
      z.strictObject({
        method: z.string(),
        route: z.string(),
        /** Null = the route itself is not listed. */
        location: z.enum(SCHEMA_LOCATIONS).nullable(),
        name: z.string(),
        requests: z.number().int().nonnegative(),
      }),
    )
    .max(100),
});
export type SchemaPreview = z.infer<typeof schemaPreviewSchema>;

export const schemaImportedSchema = z.strictObject({
  faults: z.array(placedWordsSchema).max(20),
  /** What is let in unchecked. */
  notes: z.array(placedWordsSchema).max(20),
  operations: z.number().int().nonnegative(),
  /** As it would be kept; null when it has faults. */
  fragment: schemaFragmentSchema.nullable(),
  preview: schemaPreviewSchema.nullable(),
});
export type SchemaImported = z.infer<typeof schemaImportedSchema>;

/** How much of what an application answers is under the schema in force. */
export const schemaShareSchema = z.strictObject({
  application: slugSchema,
  /** `document`: a whole OpenAPI document; `learned`: a fragment. */
  kind: z.enum(['document', 'learned']).nullable(),
  version: z.number().int().positive().nullable(),
  mode: z.enum(['monitor', 'enforce']),
  /** Routes that the application answered with success in the last week, and those of them that are listed. */
  routes: z.strictObject({ live: z.number().int().nonnegative(), covered: z.number().int().nonnegative() }),
  /** Their requests. */
  requests: z.strictObject({ live: z.number().int().nonnegative(), covered: z.number().int().nonnegative() }),
});
export type SchemaShare = z.infer<typeof schemaShareSchema>;
export const schemaSharesSchema = z.strictObject({ items: z.array(schemaShareSchema).max(1000) });
export type SchemaShares = z.infer<typeof schemaSharesSchema>;

export const schemaViolationSchema = z.strictObject({
  method: z.string(),
  route: z.string(),
  location: z.string(),
  name: z.string(),
  /** Where the value stands; `*` for every element of a list. */
  pointer: z.string(),
  reason: z.enum(SCHEMA_REASONS),
  requests: z.number().int().positive(),
  clients: z.number().int().positive(),
  lastSeen: timestampSchema,
  /** One of them, for `holdfast explain`. */
  requestId: z.string().nullable(),
});
export type SchemaViolationView = z.infer<typeof schemaViolationSchema>;

export const schemaCoverageSchema = schemaShareSchema.extend({
  /** Live routes that are not listed, most visited first. */
  uncovered: z
    .array(z.strictObject({ method: z.string(), route: z.string(), requests: z.number().int().nonnegative() }))
    .max(100),
  /** Of the last day, most frequent first. */
  violations: z.array(schemaViolationSchema).max(100),
});
export type SchemaCoverage = z.infer<typeof schemaCoverageSchema>;

export const schemaCheckInputSchema = z.strictObject({ fragment: schemaFragmentSchema });

export const schemaCheckSchema = z.strictObject({
  faults: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).max(20),
  operations: z.number().int().nonnegative(),
  /** Learned routes that the fragment does not list. */
  uncovered: z.array(learnedRouteSchema).max(LEARNED_ROUTES_MAX),
});
export type SchemaCheck = z.infer<typeof schemaCheckSchema>;
