import { z } from 'zod';
import { behaviourIdSchema } from '../detection.ts';
import { eventRecordSchema, SEVERITIES } from '../events/record.ts';
import { jsonSchema } from '../json.ts';
import { requestIdSchema, slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, partSchema, reasonSchema } from './paging.ts';

/** on = makes alerts; test = counts and makes none; off = is not matched. */
export const RULE_STATES = ['on', 'test', 'off'] as const;
export const ruleStateSchema = z.enum(RULE_STATES);
export type RuleState = z.infer<typeof ruleStateSchema>;

/** own = comes with Holdfast; imported = somebody brought it. */
export const RULE_ORIGINS = ['own', 'imported'] as const;
export const RULE_KINDS = ['rule', 'correlation', 'filter'] as const;

/** Texts of one import; larger trees are sent in parts. */
export const IMPORT_FILES_MAX = 500;
export const RULE_TEXT_CHARS_MAX = 65_536;

const count = z.number().int().nonnegative();
export const ruleIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u, 'an id as the list shows it');

/** One thing that a document does wrong, with its line. */
export const ruleDiagnosticSchema = z.strictObject({
  file: z.string().max(512),
  code: z.string().max(64),
  severity: z.enum(['error', 'warning']),
  message: z.string().max(500),
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  pointer: z.string().max(256),
});
export type RuleDiagnostic = z.infer<typeof ruleDiagnosticSchema>;

export const ruleViewSchema = z.strictObject({
  id: ruleIdSchema,
  kind: z.enum(RULE_KINDS),
  origin: z.enum(RULE_ORIGINS),
  state: ruleStateSchema,
  title: z.string().max(256),
  severity: z.enum(SEVERITIES),
  /** As the rule says: stable, test, experimental, … */
  status: z.string().max(32).nullable(),
  logsource: z.strictObject({
    category: z.string().max(64).nullable(),
    product: z.string().max(64).nullable(),
    service: z.string().max(64).nullable(),
  }),
  tags: z.array(z.string().max(64)).max(64),
  file: z.string().max(512).nullable(),
  /** SHA-256 of its text, hex. */
  digest: z.string().max(64),
  /** Since it is in its state; hits of one in state `test` made no alert. */
  hits: count,
  lastHitAt: timestampSchema.nullable(),
  /** In words, why it cannot fire as it stands: no event of that source comes here, a placeholder has no value. Null = it can. */
  idle: z.string().max(300).nullable(),
  changedAt: timestampSchema,
  changedBy: z.string(),
});
export type RuleView = z.infer<typeof ruleViewSchema>;
export const ruleDetailSchema = ruleViewSchema.extend({
  text: z.string().max(RULE_TEXT_CHARS_MAX),
  description: z.string().max(2000).nullable(),
  falsePositives: z.array(z.string().max(300)).max(32),
  references: z.array(z.string().max(512)).max(64),
  /** Filters that take something out of it. */
  filters: z.array(ruleIdSchema).max(64),
  reason: z.string().nullable(),
});
export type RuleDetail = z.infer<typeof ruleDetailSchema>;

export const ruleQuerySchema = pageQuerySchema.extend({
  state: ruleStateSchema.optional(),
  origin: z.enum(RULE_ORIGINS).optional(),
  kind: z.enum(RULE_KINDS).optional(),
  severity: z.enum(SEVERITIES).optional(),
  /** Those that can fire here and never did. */
  silent: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
  q: partSchema.optional(),
});
export type RuleQuery = z.infer<typeof ruleQuerySchema>;

export const ruleStateInputSchema = z.strictObject({ state: ruleStateSchema, reason: reasonSchema.optional() });

export const ruleImportSchema = z.strictObject({
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(512), text: z.string().max(RULE_TEXT_CHARS_MAX) }))
    .min(1)
    .max(IMPORT_FILES_MAX),
  /** The state of rules that are new; those that are known keep theirs. */
  state: ruleStateSchema.default('test'),
  /** Nothing is kept. */
  dryRun: z.boolean().default(false),
});
export type RuleImport = z.input<typeof ruleImportSchema>;
export const ruleImportedSchema = z.strictObject({
  added: count,
  changed: count,
  unchanged: count,
  refused: count,
  rules: count,
  correlations: count,
  filters: count,
  diagnostics: z.array(ruleDiagnosticSchema).max(2000),
});
export type RuleImported = z.infer<typeof ruleImportedSchema>;

export const backtestInputSchema = z
  .strictObject({
    /** A rule that is known, … */
    rule: ruleIdSchema.optional(),
    /** … or the text of one that is not. */
    text: z.string().max(RULE_TEXT_CHARS_MAX).optional(),
    days: z.number().positive().max(90).default(7),
  })
  .refine(({ rule, text }) => (rule === undefined) !== (text === undefined), 'either rule or text');
export type BacktestInput = z.input<typeof backtestInputSchema>;
export const backtestSchema = z.strictObject({
  from: timestampSchema,
  to: timestampSchema,
  /** Events that were judged; plain allowed requests are stored only where `audit.requests` is `all`. */
  events: count,
  matches: count,
  /** Alerts that would have been made, repetitions left out. */
  alerts: count,
  days: z.array(z.strictObject({ at: timestampSchema, matches: count })).max(90),
  samples: z
    .array(
      z.strictObject({
        time: timestampSchema,
        requestId: requestIdSchema.nullable(),
        type: z.string(),
        summary: z.string(),
        /** The record; null = a correlation found several. */
        event: ulidSchema.nullable(),
      }),
    )
    .max(20),
  /** True = the time for it ran out, and `from` says how far back it came. */
  cut: z.boolean(),
  unknown: z.array(z.string().max(300)).max(8),
});
export type Backtest = z.infer<typeof backtestSchema>;

export const ruleExplainQuerySchema = z.strictObject({ request: requestIdSchema });
/** An event as lists of events show it; its place in the ledger is of no matter. */
export const ruleTrySchema = z.strictObject({
  event: eventRecordSchema.extend({
    payload: z.record(z.string(), jsonSchema),
    index: z.number().int().nullable().optional(),
  }),
});
/** What a rule no longer finds: events that have all of these values. */
export const ruleExceptSchema = z.strictObject({
  where: z
    .array(
      z.strictObject({
        /** A field as the rule names it, with modifiers where they are wanted: `c-ip|cidr`. */
        field: z.string().regex(/^[\w.@ /()-]{1,96}(?:\|[a-z0-9]{1,16}){0,4}$/u, 'a field, and modifiers behind it'),
        value: z.string().max(512),
      }),
    )
    .min(1)
    .max(8),
  reason: reasonSchema,
});
export type RuleExcept = z.infer<typeof ruleExceptSchema>;
export const ruleRemoveSchema = z.strictObject({ reason: reasonSchema });
/** Why a rule did, or did not, match one event: every item with its answer. */
export const ruleExplainedSchema = z.strictObject({
  rule: ruleIdSchema,
  /** Null = the event is about no request. */
  requestId: requestIdSchema.nullable(),
  /** Type of the event that was asked. */
  event: z.string().max(64),
  matches: z.boolean(),
  /** False = the rule is for another kind of event. */
  routed: z.boolean(),
  condition: z.string().max(2000),
  items: z
    .array(
      z.strictObject({
        identifier: z.string().max(128),
        field: z.string().max(128).nullable(),
        wants: z.string().max(500),
        /** What the event has there, cut. Personal. */
        has: z.string().max(500).nullable(),
        holds: z.boolean(),
        decisive: z.boolean(),
        line: z.number().int().positive(),
      }),
    )
    .max(500),
});
export type RuleExplained = z.infer<typeof ruleExplainedSchema>;

/** A behaviour as it is set: thresholds are numbers with names; left out = the default. */
export const behaviourSettingsSchema = z.strictObject({
  state: ruleStateSchema,
  thresholds: z.record(z.string().max(64), z.number()),
});
/** What is left out stays as it is. */
export const behaviourChangeSchema = z
  .strictObject({ ...behaviourSettingsSchema.partial().shape, reason: reasonSchema.optional() })
  .refine(({ state, thresholds }) => state !== undefined || thresholds !== undefined, 'a state or thresholds');
export const behaviourViewSchema = z.strictObject({
  id: behaviourIdSchema,
  title: z.string(),
  /** In words, what makes it fire. */
  summary: z.string().max(500),
  severity: z.enum(SEVERITIES),
  state: ruleStateSchema,
  /** Each threshold with what it is now, what it is by default, and its unit. */
  thresholds: z.array(
    z.strictObject({ name: z.string(), value: z.number(), fallback: z.number(), unit: z.string(), detail: z.string() }),
  ),
  /** Until then it learns and is silent; null = it does not, or no longer. */
  learningUntil: timestampSchema.nullable(),
  hits: count,
  lastHitAt: timestampSchema.nullable(),
  /** Keys that it follows now, and how many it had to let go of. */
  keys: count,
  evicted: count,
});
export type BehaviourView = z.infer<typeof behaviourViewSchema>;
export const behavioursSchema = z.strictObject({ items: z.array(behaviourViewSchema).max(64) });

/** A route of which much may be fetched, as events name routes: `{}` for what is one of many; `/export/*` = all below. */
export const bulkRouteInputSchema = z.strictObject({
  application: slugSchema,
  route: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/u, 'a path as events name routes'),
  reason: reasonSchema,
});
export type BulkRouteInput = z.infer<typeof bulkRouteInputSchema>;
export const bulkRouteViewSchema = bulkRouteInputSchema.extend({
  id: ulidSchema,
  createdAt: timestampSchema,
  createdBy: z.string().max(128),
});
export type BulkRouteView = z.infer<typeof bulkRouteViewSchema>;

/** Whether the watch itself works. */
export const watchHealthSchema = z.strictObject({
  state: z.enum(['watching', 'behind', 'stopped', 'sealed']),
  since: timestampSchema,
  events: count,
  /** Events that did not fit and were not judged, since the start. */
  dropped: count,
  /** Of the last minutes, milliseconds from an event to its alert; null = no alert yet. */
  latencyMs: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  eventsPerSecond: z.number(),
  rules: z.strictObject({ on: count, test: count, off: count, silent: count, idle: count }),
  /** Sources that sent events before and are silent now. */
  sources: z
    .array(
      z.strictObject({ application: slugSchema.nullable(), type: z.string(), lastAt: timestampSchema, isSilent: z.boolean() }),
    )
    .max(200),
  canaries: z
    .array(
      z.strictObject({
        name: z.string().max(64),
        /** When it was planted last, and when its alert came; null = not yet. */
        plantedAt: timestampSchema.nullable(),
        seenAt: timestampSchema.nullable(),
        /** idle = there is nothing yet in which it could be planted. */
        outcome: z.enum(['waiting', 'seen', 'missed', 'idle']),
      }),
    )
    .max(32),
  feeds: z.strictObject({ sources: count, stale: count, oldestAt: timestampSchema.nullable() }),
  channels: z.strictObject({ working: count, failing: count, waiting: count, dead: count }),
});
export type WatchHealth = z.infer<typeof watchHealthSchema>;
