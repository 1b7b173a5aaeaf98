import { z } from 'zod';
import { entitySchema } from '../detection.ts';
import { SEVERITIES } from '../events/record.ts';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { phaseSchema } from '../response.ts';
import { VERDICTS } from './alerts.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

/**
 * `behaviour` = what is an incident by itself, however severe: somebody goes through ids of others (B5); `recovery` = a backup did not
 * restore on trial. Of the drills, `drill` is done as in earnest, and an `exercise` goes through by itself and does nothing.
 */
export const INCIDENT_CAUSES = ['risk', 'critical', 'behaviour', 'recovery', 'hand', 'drill', 'exercise'] as const;
export type IncidentCause = (typeof INCIDENT_CAUSES)[number];

const count = z.number().int().nonnegative();
const who = z.string().max(200);

/** What a legal clock is about, and what the law (or a contract) wants. */
export const clockViewSchema = z.strictObject({
  id: ulidSchema,
  incident: ulidSchema,
  /** For example `gdpr-33`. */
  rule: z.string().max(64),
  title: z.string().max(200),
  source: z.string().max(300),
  /** From when it counts: when somebody was aware, or when the notice before it is filed. */
  startedAt: timestampSchema,
  /** Null = without undue delay: there is no hour in the law. */
  dueAt: timestampSchema.nullable(),
  state: z.enum(['running', 'met', 'missed', 'not-needed']),
  /** Shares of the time that were warned of: 50, 75, 90, 100. */
  warned: z.array(z.number().int()).max(8),
  settledAt: timestampSchema.nullable(),
  settledBy: who.nullable(),
  /** Why it is not needed, or why it was missed. */
  reason: z.string().max(500).nullable(),
  isDrill: z.boolean(),
});
export type ClockView = z.infer<typeof clockViewSchema>;

export const incidentViewSchema = z.strictObject({
  id: ulidSchema,
  /** Counted up from 1: what people say aloud. */
  number: z.number().int().positive(),
  title: z.string().max(200),
  phase: phaseSchema,
  severity: z.enum(SEVERITIES),
  verdict: z.enum(VERDICTS).nullable(),
  application: slugSchema.nullable(),
  owner: who.nullable(),
  /** Why it was opened. */
  cause: z.enum(INCIDENT_CAUSES),
  openedAt: timestampSchema,
  openedBy: who,
  changedAt: timestampSchema,
  closedAt: timestampSchema.nullable(),
  /** When somebody knew that personal data is concerned: legal clocks count from here. */
  awareAt: timestampSchema.nullable(),
  isDrill: z.boolean(),
  alerts: count,
  /** Actions in force because of it, and those that wait for somebody. */
  effective: count,
  waiting: count,
  openTasks: count,
  revision: z.number().int().positive(),
});
export type IncidentView = z.infer<typeof incidentViewSchema>;

/** One entry of the timeline: lanes are drawn from `lane`. */
export const timelineEntrySchema = z.strictObject({
  id: z.string().max(64),
  time: timestampSchema,
  lane: z.enum(['event', 'alert', 'action', 'approval', 'playbook', 'note', 'file', 'phase', 'clock', 'task']),
  title: z.string().max(300),
  detail: z.string().max(2000).nullable(),
  actor: who.nullable(),
  severity: z.enum(SEVERITIES).nullable(),
  /** What it leads to: an alert, action, run, request or file by its id. */
  ref: z.string().max(64).nullable(),
  /** Place in the ledger of its record; null = it stands in that of something else. */
  index: count.nullable(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const incidentFileSchema = z.strictObject({
  id: ulidSchema,
  name: z.string().max(200),
  bytes: count,
  sha256: z.string().length(64),
  addedAt: timestampSchema,
  addedBy: who,
});
export type IncidentFile = z.infer<typeof incidentFileSchema>;

export const incidentTaskSchema = z.strictObject({
  id: ulidSchema,
  title: z.string().max(300),
  owner: who.nullable(),
  dueAt: timestampSchema.nullable(),
  doneAt: timestampSchema.nullable(),
  doneBy: who.nullable(),
  /** A lesson that was learned, or work on the incident itself. */
  kind: z.enum(['lesson', 'work']),
});
export type IncidentTask = z.infer<typeof incidentTaskSchema>;

export const incidentDetailSchema = incidentViewSchema.extend({
  summary: z.string().max(4000),
  entities: z.array(entitySchema).max(200),
  /** Newest first. */
  linkedAlerts: z.array(ulidSchema).max(500),
  files: z.array(incidentFileSchema).max(100),
  tasks: z.array(incidentTaskSchema).max(200),
  clocks: z.array(clockViewSchema).max(32),
  /** What the next phase asks for before it is reached, in words; empty = nothing. */
  missing: z.array(z.string().max(300)).max(16),
});
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;

export const incidentQuerySchema = pageQuerySchema.extend({
  /** `open` = every phase but closed. */
  phase: z.enum([...phaseSchema.options, 'open', 'all']).default('open'),
  severity: z.enum(SEVERITIES).optional(),
  application: slugSchema.optional(),
  owner: z.string().max(200).optional(),
});
export type IncidentQuery = z.infer<typeof incidentQuerySchema>;

export const incidentInputSchema = z.strictObject({
  title: z.string().trim().min(3).max(200),
  severity: z.enum(SEVERITIES).default('high'),
  application: slugSchema.nullable().default(null),
  summary: z.string().max(4000).default(''),
  alerts: z.array(ulidSchema).max(100).default([]),
  isDrill: z.boolean().default(false),
});
export type IncidentInput = z.infer<typeof incidentInputSchema>;

/** Only what is given changes. */
export const incidentChangeSchema = z.strictObject({
  title: z.string().trim().min(3).max(200).optional(),
  severity: z.enum(SEVERITIES).optional(),
  owner: who.nullable().optional(),
  summary: z.string().max(4000).optional(),
  verdict: z.enum(VERDICTS).nullable().optional(),
  reason: reasonSchema,
});
export type IncidentChange = z.infer<typeof incidentChangeSchema>;

/** To the next phase, back, or (from closed) open again. Closing needs a verdict and says what was learned. */
export const incidentMoveSchema = z.strictObject({
  phase: phaseSchema,
  reason: reasonSchema,
  verdict: z.enum(VERDICTS).optional(),
  lessons: z.array(z.string().trim().min(3).max(300)).max(50).default([]),
  /** Closing: actions that wait or are in force stay as they are, and the reason says why. */
  leavesActions: z.boolean().optional(),
});
export type IncidentMove = z.infer<typeof incidentMoveSchema>;

export const incidentNoteSchema = z.strictObject({ text: z.string().trim().min(1).max(4000) });
export const incidentLinkSchema = z.strictObject({ alerts: z.array(ulidSchema).min(1).max(100) });
/** In base64, with its name, it fits into the body of a request, which is 1 MiB. */
export const INCIDENT_FILE_BYTES_MAX = 780_000;
/** Base64 (RFC 4648 §4), because a body of the API is JSON. */
export const incidentFileInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  content: z.base64().max(Math.ceil((INCIDENT_FILE_BYTES_MAX * 4) / 3) + 4),
});
export type IncidentFileInput = z.infer<typeof incidentFileInputSchema>;
export const incidentTaskInputSchema = z.strictObject({
  title: z.string().trim().min(3).max(300),
  owner: who.nullable().default(null),
  dueAt: timestampSchema.nullable().default(null),
  kind: z.enum(['lesson', 'work']).default('work'),
});
export type IncidentTaskInput = z.infer<typeof incidentTaskInputSchema>;

/** The post-incident report as Markdown, with the places in the ledger of what it says. */
export const incidentReportSchema = z.strictObject({
  incident: ulidSchema,
  madeAt: timestampSchema,
  markdown: z.string().max(524_288),
  /** Size of the ledger and its root when it was made: what it says can be proved up to here. */
  ledgerSize: count,
});
export type IncidentReport = z.infer<typeof incidentReportSchema>;

/** Starts the legal clocks. */
export const incidentAwareSchema = z.strictObject({
  awareAt: timestampSchema,
  /** Rules that apply, for example `gdpr-33`; left out = all that are on. */
  rules: z.array(z.string().max(64)).max(32).optional(),
  reason: reasonSchema,
});
export type IncidentAware = z.infer<typeof incidentAwareSchema>;

/** `met` says that people filed it: Holdfast itself sends nothing to an authority or a subject. */
export const clockSettleSchema = z.strictObject({
  state: z.enum(['met', 'missed', 'not-needed']),
  at: timestampSchema.optional(),
  reason: reasonSchema,
});
export type ClockSettle = z.infer<typeof clockSettleSchema>;

export const clockRuleSchema = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(/^[a-z0-9][a-z0-9-]*$/u, 'lower-case letters, digits and hyphens'),
  title: z.string().min(3).max(200),
  /** Where it is written. */
  source: z.string().max(300),
  /** Neither hours nor months = without undue delay. */
  hours: z
    .number()
    .positive()
    .max(24 * 366)
    .nullable(),
  /** Calendar months: to the same day and time, or the last day of a month that is too short. */
  months: z.number().int().min(1).max(12).nullable().default(null),
  /** Counts from when the notice of this rule was filed, and until then from when that is due at the latest. */
  after: z.string().max(64).nullable().default(null),
  to: z.enum(['authority', 'subjects', 'other']),
  isOn: z.boolean(),
  isBuiltIn: z.boolean(),
});
export type ClockRule = z.infer<typeof clockRuleSchema>;
export const clockRuleInputSchema = clockRuleSchema.omit({ isBuiltIn: true });
export type ClockRuleInput = z.infer<typeof clockRuleInputSchema>;

export const noticeSchema = z.strictObject({
  rule: z.string().max(64),
  title: z.string().max(200),
  madeAt: timestampSchema,
  markdown: z.string().max(65_536),
  /** What a person still has to fill in. */
  missing: z.array(z.string().max(300)).max(32),
});
export type Notice = z.infer<typeof noticeSchema>;
