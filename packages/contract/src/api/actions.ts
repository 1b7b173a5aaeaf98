import { z } from 'zod';
import { jsonSchema } from '../json.ts';
import { ulidSchema, slugSchema, timestampSchema } from '../names.ts';
import { ACTIONS, actionRequestWith } from '../response.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

/**
 * waiting = for approvals; expired = nobody approved in time; effective = it holds; done = it happened and nothing of it has to
 * be held up; over = its time ran out; refused = a guard or a person said no.
 */
export const ACTION_STATES = [
  'waiting',
  'running',
  'effective',
  'done',
  'undone',
  'over',
  'expired',
  'refused',
  'failed',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** An approval counts for so long; then the request ends as `expired`. */
export const APPROVAL_MS = 30 * 60_000;

const count = z.number().int().nonnegative();

/** Whom it would have touched in the last hour of real traffic. */
export const impactSchema = z.strictObject({
  requests: count,
  sessions: count,
  clients: count,
  /** Of all clients of the last hour, 0 to 1; null = nobody came, so that nothing can be said. */
  share: z.number().min(0).max(1).nullable(),
  /** What is not counted, in words; null = all of it is. */
  unknown: z.string().max(300).nullable(),
});
export type Impact = z.infer<typeof impactSchema>;

/** What an action would do, before anything is done. */
export const actionPlanSchema = z.strictObject({
  summary: z.string().max(300),
  impact: impactSchema,
  /** People who have to agree, none of them whoever asks. */
  approvals: z.number().int().min(0).max(2),
  /** Why so many; empty = none are needed. */
  why: z.array(z.string().max(300)).max(8),
  /** A guard keeps it from being done at all; null = none does. */
  refused: z.string().max(300).nullable(),
  /** It is like that already: asked for, nothing would change. */
  isEffective: z.boolean(),
  undo: z.string().max(300).nullable(),
  expiresAt: timestampSchema.nullable(),
});
export type ActionPlan = z.infer<typeof actionPlanSchema>;

export const actionStepSchema = z.strictObject({
  time: timestampSchema,
  what: z.enum(['asked', 'approved', 'refused', 'expired', 'began', 'effective', 'done', 'failed', 'undone', 'over', 'redone']),
  actor: z.string().max(200),
  detail: z.string().max(500).nullable(),
});

export const actionViewSchema = z.strictObject({
  id: ulidSchema,
  action: z.enum(ACTIONS),
  /** As asked for; personal. */
  parameters: jsonSchema,
  state: z.enum(ACTION_STATES),
  incident: ulidSchema.nullable(),
  /** Of a playbook, and the step in it; null = somebody asked. */
  run: ulidSchema.nullable(),
  step: z.string().max(128).nullable(),
  plan: actionPlanSchema,
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: timestampSchema,
  approvedBy: z.array(z.string().max(200)).max(2),
  /** When a request that waits ends. */
  decideBy: timestampSchema.nullable(),
  expiresAt: timestampSchema.nullable(),
  /** What came of it, in words. */
  outcome: z.string().max(500).nullable(),
  isUndoable: z.boolean(),
  steps: z.array(actionStepSchema).max(100),
  revision: z.number().int().positive(),
});
export type ActionView = z.infer<typeof actionViewSchema>;

const incident = ulidSchema.nullable().default(null);
export const actionInputSchema = actionRequestWith({
  incident,
  reason: reasonSchema,
  /** The same key again answers what stands already; left out = each request is a new one. */
  key: z.string().min(8).max(200).optional(),
});
export type ActionInput = z.infer<typeof actionInputSchema>;

export const actionPlanInputSchema = actionRequestWith({ incident });

export const actionQuerySchema = pageQuerySchema.extend({
  /** `open` = waiting, running or effective. */
  state: z.enum([...ACTION_STATES, 'open', 'all']).default('all'),
  action: z.enum(ACTIONS).optional(),
  incident: ulidSchema.optional(),
  run: ulidSchema.optional(),
  application: slugSchema.optional(),
});
export type ActionQuery = z.infer<typeof actionQuerySchema>;

export const actionDecisionSchema = z.strictObject({ reason: reasonSchema });
