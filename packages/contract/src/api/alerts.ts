import { z } from 'zod';
import { ANSWERS, DETECTION_KINDS, ENTITIES_MAX, entitySchema, EVIDENCE_MAX, evidenceSchema } from '../detection.ts';
import { SEVERITIES } from '../events/record.ts';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

/** new = nobody has seen it; suppressed = somebody said that it is not to be told; closed carries a verdict. */
export const ALERT_STATES = ['new', 'acknowledged', 'suppressed', 'closed'] as const;
export const alertStateSchema = z.enum(ALERT_STATES);
export type AlertState = z.infer<typeof alertStateSchema>;

export const VERDICTS = ['true-positive', 'benign', 'false-positive', 'duplicate'] as const;
export type AlertVerdict = (typeof VERDICTS)[number];

const count = z.number().int().nonnegative();

/** Something done at once because of an alert, or why it was not. */
export const answeredSchema = z.strictObject({
  answer: z.enum(ANSWERS),
  entity: entitySchema,
  time: timestampSchema,
  /** done; would = the application is in monitor mode; refused = a guard kept it from being done. */
  outcome: z.enum(['done', 'would', 'refused']),
  detail: z.string().max(300),
});
export type Answered = z.infer<typeof answeredSchema>;

export const alertViewSchema = z.strictObject({
  id: ulidSchema,
  state: alertStateSchema,
  verdict: z.enum(VERDICTS).nullable(),
  kind: z.enum(DETECTION_KINDS),
  detector: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  application: slugSchema.nullable(),
  /** What it is about. */
  entity: entitySchema,
  reason: z.string(),
  /** Repetitions within fifteen minutes count here. */
  times: z.number().int().positive(),
  /** Of the event that completed it first, and last. */
  firstAt: timestampSchema,
  lastAt: timestampSchema,
  createdAt: timestampSchema,
  /** Alerts that share an entity within an hour are one group, named by its first alert. */
  group: ulidSchema,
  /** What the entity has gathered, halved each day; 100 is where an incident begins. */
  risk: z.number().nonnegative(),
  /** Person or token that works on it. */
  assignee: z.string().max(128).nullable(),
  answered: z.array(answeredSchema).max(ENTITIES_MAX),
  revision: z.number().int().positive(),
});
export type AlertView = z.infer<typeof alertViewSchema>;

/** One step of an alert's life. */
export const alertStepSchema = z.strictObject({
  time: timestampSchema,
  what: z.enum([
    'opened',
    'repeated',
    'acknowledged',
    'assigned',
    'suppressed',
    'closed',
    'reopened',
    'noted',
    'answered',
    'told',
  ]),
  actor: z.string(),
  detail: z.string().max(500).nullable(),
});

export const alertDetailSchema = alertViewSchema.extend({
  entities: z.array(entitySchema).max(ENTITIES_MAX),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
  attacks: z.array(z.string()).max(16),
  evidence: z
    .array(
      evidenceSchema.extend({
        /** Its place in the ledger; null = a plain allowed request, whose hash stands in the alert's own record. */
        index: z.number().int().nonnegative().nullable(),
        /** SHA-256 of the event as it was judged, hex; null = it was known no longer when it was asked for. */
        hash: z.string().max(64).nullable(),
      }),
    )
    .max(EVIDENCE_MAX),
  events: count,
  /** Place in the ledger of the record that opened it. */
  index: z.number().int().nonnegative().nullable(),
  steps: z.array(alertStepSchema).max(200),
  /** Others of its group, newest first. */
  related: z.array(alertViewSchema).max(50),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;

export const alertQuerySchema = pageQuerySchema.extend({
  /** `open` = new and acknowledged. */
  state: z.enum([...ALERT_STATES, 'open', 'all']).default('open'),
  severity: z.enum(SEVERITIES).optional(),
  kind: z.enum(DETECTION_KINDS).optional(),
  detector: z.string().max(128).optional(),
  application: slugSchema.optional(),
  group: ulidSchema.optional(),
  /** Exact: it is looked for by its keyed hash. */
  entity: z.string().min(1).max(256).optional(),
  since: z.coerce.number().int().nonnegative().optional(),
});
export type AlertQuery = z.infer<typeof alertQuerySchema>;

export const alertChangeSchema = z.strictObject({ reason: reasonSchema.optional() });
export const alertAssignSchema = z.strictObject({ assignee: z.string().min(1).max(128).nullable() });
export const alertCloseSchema = z.strictObject({ verdict: z.enum(VERDICTS), reason: reasonSchema });
export const alertNoteSchema = z.strictObject({ text: z.string().trim().min(1).max(500) });

export const SUPPRESSION_DAYS_MAX = 90;

/** Keeps alerts of one detector, about one entity or any, from being told for a while. */
export const suppressionInputSchema = z.strictObject({
  detector: z.string().min(1).max(128).nullable().default(null),
  entity: entitySchema.nullable().default(null),
  application: slugSchema.nullable().default(null),
  days: z.number().positive().max(SUPPRESSION_DAYS_MAX),
  reason: reasonSchema,
});
export type SuppressionInput = z.infer<typeof suppressionInputSchema>;
export const suppressionViewSchema = suppressionInputSchema.omit({ days: true }).extend({
  id: ulidSchema,
  createdAt: timestampSchema,
  createdBy: z.string(),
  expiresAt: timestampSchema,
  /** Alerts that it kept from being told. */
  hits: count,
});
export type SuppressionView = z.infer<typeof suppressionViewSchema>;
export const suppressionQuerySchema = pageQuerySchema;

/** Figures of the last day for the overview. */
export const alertSummarySchema = z.strictObject({
  open: z.strictObject({ critical: count, high: count, medium: count, low: count, info: count }),
  /** Alerts by hour, oldest first. */
  hours: z.array(z.strictObject({ at: timestampSchema, alerts: count })).max(24),
  /** Entities with the highest risk, highest first. */
  risky: z.array(z.strictObject({ entity: entitySchema, risk: z.number(), alerts: count, lastAt: timestampSchema })).max(10),
});
export type AlertSummary = z.infer<typeof alertSummarySchema>;
