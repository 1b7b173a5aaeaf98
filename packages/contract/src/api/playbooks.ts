import { z } from 'zod';
import { jsonSchema } from '../json.ts';
import { SEVERITIES } from '../events/record.ts';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

const count = z.number().int().nonnegative();
const who = z.string().max(200);

/** CACAO 2.0 §10.15: the type, two hyphens and a UUID. */
export const cacaoIdSchema = z
  .string()
  .max(128)
  .regex(
    /^[a-z][a-z0-9-]*--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/u,
    'a type, two hyphens and a UUID',
  );

export const PLAYBOOK_CHARS_MAX = 524_288;

/** Where a playbook is wrong: the pointer (RFC 6901) leads into the document. `warning` = it runs all the same. */
export const playbookFaultSchema = z.strictObject({
  pointer: z.string().max(500),
  detail: z.string().max(500),
  level: z.enum(['error', 'warning']),
});
export type PlaybookFault = z.infer<typeof playbookFaultSchema>;

/** One step as it is drawn. */
export const flowStepSchema = z.strictObject({
  id: cacaoIdSchema,
  type: z.enum(['start', 'end', 'action', 'playbook-action', 'parallel', 'if-condition', 'while-condition', 'switch-condition']),
  name: z.string().max(200),
  /** What it does in one line: the commands, the condition, the expression. */
  detail: z.string().max(500).nullable(),
  delayMs: count,
  timeoutMs: count.nullable(),
  /**
   * As the document has them, each once: `completion`, `success`, `failure`, `true`, `false`, `branch` (of a parallel step) or
   * `case X`. Where branches come together again is the `completion` of the step that opened them.
   */
  next: z.array(z.strictObject({ to: cacaoIdSchema, label: z.string().max(64) })).max(64),
  /** What asking for it would need: 0 to 2 people, or `manual` = somebody does it. */
  approval: z.union([z.number().int().min(0).max(2), z.literal('manual')]).nullable(),
});
export type FlowStep = z.infer<typeof flowStepSchema>;

/** What starts a playbook by itself. */
export const triggerSchema = z.discriminatedUnion('kind', [
  /** An incident of at least this severity; `detectors` empty = any. */
  z.strictObject({
    kind: z.literal('incident'),
    severity: z.enum(SEVERITIES),
    detectors: z.array(z.string().min(1).max(128)).max(100),
    application: slugSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('alert'),
    detectors: z.array(z.string().min(1).max(128)).min(1).max(100),
    severity: z.enum(SEVERITIES),
  }),
  /** Five fields of cron, in UTC. */
  z.strictObject({ kind: z.literal('schedule'), cron: z.string().min(9).max(100) }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

export const playbookViewSchema = z.strictObject({
  id: cacaoIdSchema,
  name: z.string(),
  description: z.string(),
  types: z.array(z.string()).max(32),
  labels: z.array(z.string()).max(64),
  isShipped: z.boolean(),
  /** Off = it starts neither by itself nor by hand. */
  isOn: z.boolean(),
  triggers: z.array(triggerSchema).max(16),
  steps: count,
  modifiedAt: timestampSchema,
  /** SHA-256 of the canonical document (RFC 8785). */
  digest: z.string().length(64),
  /** none = it carries no signature; valid by a key that is known; unknown = by one that is not. */
  signature: z.enum(['none', 'valid', 'unknown']),
  lastRunAt: timestampSchema.nullable(),
  revision: z.number().int().positive(),
});
export type PlaybookView = z.infer<typeof playbookViewSchema>;

export const variableSchema = z.strictObject({
  name: z.string().max(200),
  type: z.string().max(32),
  description: z.string().max(1000),
  isExternal: z.boolean(),
  isConstant: z.boolean(),
  value: z.string().max(4000).nullable(),
});
export type PlaybookVariable = z.infer<typeof variableSchema>;

export const playbookDetailSchema = playbookViewSchema.extend({
  document: jsonSchema,
  flow: z.array(flowStepSchema).max(1000),
  start: cacaoIdSchema,
  variables: z.array(variableSchema).max(200),
  faults: z.array(playbookFaultSchema).max(200),
});
export type PlaybookDetail = z.infer<typeof playbookDetailSchema>;

export const playbookQuerySchema = pageQuerySchema;

export const playbookCheckInputSchema = z.strictObject({ document: jsonSchema });
export const playbookCheckSchema = z.strictObject({
  ok: z.boolean(),
  faults: z.array(playbookFaultSchema).max(200),
  flow: z.array(flowStepSchema).max(1000),
  variables: z.array(variableSchema).max(200),
});
export type PlaybookCheck = z.infer<typeof playbookCheckSchema>;
export const playbookInputSchema = z.strictObject({ document: jsonSchema });
export const playbookSettingsSchema = z.strictObject({
  isOn: z.boolean().optional(),
  triggers: z.array(triggerSchema).max(16).optional(),
  reason: reasonSchema,
});
export type PlaybookSettings = z.infer<typeof playbookSettingsSchema>;

export const RUN_STATES = ['running', 'waiting', 'completed', 'failed', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const runStepSchema = z.strictObject({
  id: z.string().max(64),
  step: cacaoIdSchema,
  /** Times this step was entered, from 1: loops come again. */
  round: z.number().int().positive(),
  state: z.enum(['pending', 'delayed', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'undone']),
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  detail: z.string().max(1000).nullable(),
  /** Action that it asked for. */
  action: ulidSchema.nullable(),
  /** What somebody has to do or decide; null = nobody is asked. `variables` = what they may say with their answer. */
  question: z
    .strictObject({ text: z.string().max(2000), decideBy: timestampSchema, variables: z.array(variableSchema).max(200) })
    .nullable(),
});
export type RunStep = z.infer<typeof runStepSchema>;

export const runViewSchema = z.strictObject({
  id: ulidSchema,
  playbook: cacaoIdSchema,
  name: z.string(),
  digest: z.string().length(64),
  incident: ulidSchema.nullable(),
  isSimulation: z.boolean(),
  state: z.enum(RUN_STATES),
  startedAt: timestampSchema,
  startedBy: who,
  endedAt: timestampSchema.nullable(),
  outcome: z.string().max(500).nullable(),
  waiting: count,
  revision: z.number().int().positive(),
});
export type RunView = z.infer<typeof runViewSchema>;
export const runDetailSchema = runViewSchema.extend({
  steps: z.array(runStepSchema).max(2000),
  variables: z.array(z.strictObject({ name: z.string(), value: z.string().nullable() })).max(200),
  /** Of the text that this run began with, whatever the playbook became since. */
  flow: z.array(flowStepSchema).max(1000),
  start: cacaoIdSchema,
});
export type RunDetail = z.infer<typeof runDetailSchema>;

export const runInputSchema = z.strictObject({
  incident: ulidSchema.nullable().default(null),
  variables: z.record(z.string().max(200), z.string().max(4000)).default({}),
  /** Nothing is done: each step says what it would do. */
  simulate: z.boolean().default(false),
  reason: reasonSchema,
});
export type RunInput = z.infer<typeof runInputSchema>;
export const runQuerySchema = pageQuerySchema.extend({
  state: z.enum([...RUN_STATES, 'open', 'all']).default('all'),
  playbook: cacaoIdSchema.optional(),
  incident: ulidSchema.optional(),
});
export type RunQuery = z.infer<typeof runQuerySchema>;
/** To a manual step: it was done (or agreed to), or not; with values of the variables that the step gives out. */
export const runAnswerSchema = z.strictObject({
  answer: z.enum(['done', 'refused']),
  reason: reasonSchema,
  variables: z.record(z.string().max(200), z.string().max(4000)).default({}),
});
export type RunAnswer = z.infer<typeof runAnswerSchema>;
export const runCancelSchema = z.strictObject({
  reason: reasonSchema,
  /** Also undo, newest first, what its steps did. */
  undo: z.boolean().default(false),
});
export type RunCancel = z.infer<typeof runCancelSchema>;
