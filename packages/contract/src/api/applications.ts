import { z } from 'zod';
import { applicationSchema, cspSettingsSchema, modeSchema, ruleActionSchema } from '../application.ts';
import { RULE_GROUPS, timestampSchema } from '../names.ts';
import { reasonSchema } from './paging.ts';

/** `config`: declared in holdfast.yaml or on the command line; `operator`: made through the API. */
export const applicationOriginSchema = z.enum(['config', 'operator']);

export const applicationViewSchema = z.strictObject({
  application: applicationSchema,
  origin: applicationOriginSchema,
  /** Counts changes; the entity tag is made of it. */
  revision: z.number().int().positive(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  updatedBy: z.string(),
});
export type ApplicationView = z.infer<typeof applicationViewSchema>;

/** Sets the mode of the whole application, or the action of one rule group (`inherit` = follow the mode again). */
export const modeChangeSchema = z.union([
  z.strictObject({ mode: modeSchema, reason: reasonSchema.optional() }),
  z.strictObject({
    group: z.enum(RULE_GROUPS),
    action: z.union([ruleActionSchema, z.literal('inherit')]),
    reason: reasonSchema.optional(),
  }),
]);
export type ModeChange = z.infer<typeof modeChangeSchema>;

export const modeHistoryEntrySchema = z.strictObject({
  application: z.string(),
  group: z.enum(RULE_GROUPS).nullable(),
  from: z.string(),
  to: z.string(),
  reason: z.string().nullable(),
  actor: z.string(),
  at: timestampSchema,
});
export type ModeHistoryEntry = z.infer<typeof modeHistoryEntrySchema>;

/** What `holdfast config export` writes: the part of holdfast.yaml that lives in the database. */
export const configExportSchema = z.strictObject({
  applications: z.array(z.record(z.string(), z.unknown())),
  bans: z.strictObject({ allow: z.array(z.string()) }),
});
export type ConfigExport = z.infer<typeof configExportSchema>;

export const cspReportRowSchema = z.strictObject({
  directive: z.string(),
  /** Origin, scheme or keyword that was blocked. */
  blocked: z.string(),
  count: z.number().int().positive(),
  firstSeen: timestampSchema,
  lastSeen: timestampSchema,
});
export type CspReportRow = z.infer<typeof cspReportRowSchema>;

export const cspInlineRowSchema = z.strictObject({
  kind: z.enum(['script', 'style']),
  /** `sha256-…` as a policy writes it, without quotes. */
  hash: z.string(),
  /** A path on which it was seen, for the person who has to decide whether it is theirs. */
  path: z.string(),
  count: z.number().int().positive(),
  firstSeen: timestampSchema,
  lastSeen: timestampSchema,
});
export type CspInlineRow = z.infer<typeof cspInlineRowSchema>;

export const cspObservationsSchema = z.strictObject({
  reports: z.array(cspReportRowSchema).max(2000),
  inline: z.array(cspInlineRowSchema).max(2000),
});
export type CspObservations = z.infer<typeof cspObservationsSchema>;

export const cspSuggestionSchema = z.strictObject({
  application: z.string(),
  /** Ready for `PUT /api/v1/applications/{id}/csp`. */
  csp: cspSettingsSchema,
  /** Sources that the suggestion lets in, with the evidence for each. Anyone can send a report: read before applying. */
  accepted: z.array(z.strictObject({ directive: z.string(), source: z.string(), count: z.number().int() })),
  /** What was seen and deliberately left out, and why. */
  refused: z.array(z.strictObject({ directive: z.string(), source: z.string(), why: z.string() })),
});
export type CspSuggestion = z.infer<typeof cspSuggestionSchema>;
