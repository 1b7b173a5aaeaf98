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

/** `monitor`: what does not fit is recorded, whatever the application enforces. `enforce`: refused where the application enforces. */
export const SCHEMA_MODES = ['monitor', 'enforce'] as const;
const schemaModeSchema = z.enum(SCHEMA_MODES);
/** `document`: a whole OpenAPI document; `learned`: a fragment. */
const schemaKindSchema = z.enum(['document', 'learned']);

/** What gateways enforce: carried in the snapshot as text, because nothing on its way needs to read it. */
export const enforcedSchemaSchema = z.strictObject({
  application: slugSchema,
  /** SHA-256 of the fragment, hex. */
  digest: z.string().length(64),
  fragment: z.string().max(SCHEMA_CHARS_MAX),
  mode: schemaModeSchema.default('enforce'),
});
export type EnforcedSchema = z.infer<typeof enforcedSchemaSchema>;

export const schemaVersionSchema = z.strictObject({
  version: z.number().int().positive(),
  digest: z.string().length(64),
  kind: schemaKindSchema,
  mode: schemaModeSchema,
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
  /** Left out = `enforce`. */
  mode: schemaModeSchema.optional(),
  reason: reasonSchema.optional(),
});
export type SchemaAccept = z.infer<typeof schemaAcceptSchema>;

export const schemaModeInputSchema = z.strictObject({ mode: schemaModeSchema, reason: reasonSchema.optional() });
export type SchemaModeInput = z.infer<typeof schemaModeInputSchema>;

/** An earlier version becomes the newest; as `enforce` unless it says otherwise. */
export const schemaRestoreSchema = z.strictObject({ mode: schemaModeSchema.optional(), reason: reasonSchema.optional() });
export type SchemaRestore = z.infer<typeof schemaRestoreSchema>;

export const schemaWithdrawSchema = z.strictObject({
  /** All of them: no schema is in force afterwards. Otherwise the one before comes back. */
  all: z.boolean().default(false),
  reason: reasonSchema.optional(),
});
export type SchemaWithdraw = z.input<typeof schemaWithdrawSchema>;

const placedWordsSchema = z.strictObject({
  pointer: z.string(),
  detail: z.string(),
  /** Where it stands in the text that was brought, counted from 1; null = there was none, or no such place in it. */
  line: z.number().int().positive().nullable(),
});

/** Documents of large programming interfaces, most of them descriptions. */
export const SCHEMA_TEXT_CHARS_MAX = 8_388_608;

/** A whole OpenAPI document, 3.0 or 3.1, to be read into the form that is kept. Nothing is in force by it. */
export const schemaImportSchema = z
  .strictObject({
    /** YAML or JSON as it stands in a file: faults are then told with their lines. */
    text: z.string().min(1).max(SCHEMA_TEXT_CHARS_MAX).optional(),
    /** The same, read already; one of the two. */
    document: schemaFragmentSchema.optional(),
    /** Leaves out what cannot be checked, and tells it as a note, instead of refusing the document. */
    partly: z.boolean().optional(),
    /** Path under which the paths of the document stand; otherwise its own servers say so. */
    server: z.string().max(512).optional(),
    /** What is done with names and routes that it does not list; otherwise the document or the application says so. */
    unknown: unknownPolicySchema.optional(),
    routes: unknownPolicySchema.optional(),
  })
  .refine(({ text, document }) => (text === undefined) !== (document === undefined), 'either text or document');
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

/** What a document changes of what is in force, by operation. */
export const schemaChangesSchema = z.strictObject({
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  changed: z.number().int().nonnegative(),
  /** Some of them. */
  operations: z
    .array(z.strictObject({ method: z.string(), path: z.string(), change: z.enum(['added', 'removed', 'changed']) }))
    .max(200),
});
export type SchemaChanges = z.infer<typeof schemaChangesSchema>;

export const schemaImportedSchema = z.strictObject({
  faults: z.array(placedWordsSchema).max(20),
  /** What is let in unchecked. */
  notes: z.array(placedWordsSchema).max(20),
  operations: z.number().int().nonnegative(),
  /** As it would be kept; null when it has faults. */
  fragment: schemaFragmentSchema.nullable(),
  preview: schemaPreviewSchema.nullable(),
  /** Against what is in force; null when it has faults. */
  changes: schemaChangesSchema.nullable(),
});
export type SchemaImported = z.infer<typeof schemaImportedSchema>;

/** How much of what an application answers is under the schema in force. */
export const schemaShareSchema = z.strictObject({
  application: slugSchema,
  kind: schemaKindSchema.nullable(),
  version: z.number().int().positive().nullable(),
  /** Of the application. */
  mode: z.enum(['monitor', 'enforce']),
  /** Of the schema; it refuses where both are `enforce`. Null = none is in force. */
  schemaMode: schemaModeSchema.nullable(),
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

/** One route: who listed it, what is done with what does not fit, and how much of it fitted. */
export const schemaRouteSchema = z.strictObject({
  method: z.string(),
  /** As traffic tells it; of an operation that nobody asked for, as the schema does. */
  route: z.string(),
  /** Null = it is not listed. */
  source: schemaKindSchema.nullable(),
  state: z.enum(['enforced', 'monitored', 'unlisted']),
  /** Answered with success in the last week. */
  requests: z.number().int().nonnegative(),
  /** Judged in the last day, and those of them that did not fit. */
  judged: z.number().int().nonnegative(),
  misfits: z.number().int().nonnegative(),
});
export type SchemaRoute = z.infer<typeof schemaRouteSchema>;

export const schemaCoverageSchema = schemaShareSchema.extend({
  /** Live routes, most visited first, then operations that nobody asked for. */
  list: z.array(schemaRouteSchema).max(500),
  /** Requests of the last day that did not fit. */
  misfits: z.number().int().nonnegative(),
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
