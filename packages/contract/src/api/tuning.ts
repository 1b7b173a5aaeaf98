import { z } from 'zod';
import { modeSchema, ruleActionSchema } from '../application.ts';
import { FIELD_CONTEXTS, LOCATIONS, RULE_GROUPS, slugSchema, timestampSchema } from '../names.ts';
import { reasonSchema } from './paging.ts';
import { EXCEPTION_DAYS_DEFAULT, EXCEPTION_DAYS_MAX, exceptionProposalSchema, exceptionViewSchema } from './protection.ts';

/** Cards of one answer; a scan can make more, and then the inbox says how many. */
export const TUNING_CARDS_MAX = 200;
/** Cards of one decision. */
export const TUNING_DECIDED_MAX = 200;
export const CANARY_SHARE_DEFAULT = 10;
export const CANARY_SECONDS_DEFAULT = 3600;
export const CANARY_SECONDS_MAX = 2_592_000;
export const SNOOZE_SECONDS_MAX = 7_776_000;
export const SIMULATION_DAYS_MAX = 14;

/** Eight characters of Crockford base32, made of the place and the rule: the same place always has the same card. */
export const cardIdSchema = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{8}$/u, 'the id of a card as the inbox shows it');

/** open = somebody has to decide; excepted = an exception covers the place; attack = kept as one; snoozed = later. */
export const cardStateSchema = z.enum(['open', 'excepted', 'attack', 'snoozed']);
export type CardState = z.infer<typeof cardStateSchema>;

export const tuningVerdictSchema = z.enum(['legitimate', 'attack', 'unsure']);

/** Everything one rule found in one place of one route, over all requests that are still kept. */
export const tuningCardSchema = z.strictObject({
  id: cardIdSchema,
  application: slugSchema,
  rule: z.string(),
  /** `schema`: it does not fit the accepted schema; `decode`: it can be read in two ways. Both refuse in enforce mode. */
  group: z.enum([...RULE_GROUPS, 'schema', 'decode']),
  method: z.string(),
  route: z.string(),
  /** Null where the record does not say. */
  location: z.enum(LOCATIONS).nullable(),
  parameter: z.string(),
  state: cardStateSchema,
  /** Until when it is snoozed or excepted. */
  until: timestampSchema.nullable(),
  /** Requests in which it was found, and how many of those were refused. */
  requests: z.number().int(),
  blocked: z.number().int(),
  firstSeen: timestampSchema,
  lastSeen: timestampSchema,
  clients: z.number().int(),
  /** Of those, clients with enough clean requests behind them; stands for signed-in users. */
  establishedClients: z.number().int(),
  confidence: z.number().min(0).max(1),
  context: z.enum(FIELD_CONTEXTS).nullable(),
  /** Of the requests that were passed on: how many the application answered with 2xx or 3xx; null = none was passed on. */
  answeredShare: z.number().min(0).max(1).nullable(),
  /** Redacted: letters and digits of addresses, long numbers and tokens are replaced. */
  samples: z.array(z.string()).max(3),
  /** One request that shows it, for `holdfast explain`. */
  requestId: z.string().nullable(),
  verdict: tuningVerdictSchema,
  /** How sure the verdict is. */
  sure: z.number().min(0).max(1),
  legitimateBecause: z.array(z.string()).max(8),
  attackBecause: z.array(z.string()).max(8),
});
export type TuningCard = z.infer<typeof tuningCardSchema>;

export const readinessLineSchema = z.strictObject({
  name: z.enum(['traffic', 'routes', 'inbox', 'self-test']),
  passed: z.boolean(),
  /** What was measured, and what is wanted. */
  figure: z.string(),
  next: z.string(),
});
export const readinessSchema = z.strictObject({
  application: slugSchema,
  mode: modeSchema,
  ready: z.boolean(),
  lines: z.array(readinessLineSchema).max(8),
});
export type Readiness = z.infer<typeof readinessSchema>;

/** canary = a share is judged; full = everybody, still watched; settled = over; the others were undone. */
export const promotionStateSchema = z.enum(['canary', 'full', 'settled', 'rolled-back', 'undone']);

export const promotionViewSchema = z.strictObject({
  id: z.string(),
  application: slugSchema,
  group: z.enum(RULE_GROUPS).nullable(),
  share: z.number().int(),
  state: promotionStateSchema,
  startedAt: timestampSchema,
  startedBy: z.string(),
  /** End of the share; after it the watch. */
  until: timestampSchema,
  watchedUntil: timestampSchema,
  forced: z.boolean(),
  reason: z.string().nullable(),
  endedAt: timestampSchema.nullable(),
  /** Why it was undone, with figures; null = it was not. */
  why: z.string().nullable(),
});
export type PromotionView = z.infer<typeof promotionViewSchema>;

export const tuningInboxSchema = z.strictObject({
  cards: z.array(tuningCardSchema).max(TUNING_CARDS_MAX),
  /** Cards that did not fit into this answer. */
  more: z.number().int(),
  /** Distinct observations that found no room since the start. */
  dropped: z.number().int(),
  readiness: z.array(readinessSchema).max(1000),
  /** The last one of each application. */
  promotions: z.array(promotionViewSchema).max(1000),
});
export type TuningInbox = z.infer<typeof tuningInboxSchema>;

export const tuningQuerySchema = z.object({
  application: slugSchema.optional(),
  state: z.enum(['open', 'excepted', 'attack', 'snoozed', 'all']).default('open'),
});

export const tuningSuggestionSchema = z.strictObject({
  card: tuningCardSchema,
  action: z.enum(['except', 'keep', 'look']),
  /** The narrowest exception; null where none can be made. */
  exception: exceptionProposalSchema.nullable(),
  because: z.string(),
});
export type TuningSuggestion = z.infer<typeof tuningSuggestionSchema>;
export const tuningSuggestionsSchema = z.strictObject({
  suggestions: z.array(tuningSuggestionSchema).max(TUNING_CARDS_MAX),
  more: z.number().int(),
});
export type TuningSuggestions = z.infer<typeof tuningSuggestionsSchema>;

const cardIds = z.array(cardIdSchema).min(1).max(TUNING_DECIDED_MAX);

export const cardDecisionSchema = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('attack'), cards: cardIds, reason: reasonSchema.optional() }),
  z.strictObject({ decision: z.literal('reopen'), cards: cardIds, reason: reasonSchema.optional() }),
  z.strictObject({
    decision: z.literal('snooze'),
    cards: cardIds,
    forSeconds: z.number().int().min(60).max(SNOOZE_SECONDS_MAX),
    reason: reasonSchema.optional(),
  }),
]);
export type CardDecision = z.infer<typeof cardDecisionSchema>;
export const cardsDecidedSchema = z.strictObject({ cards: z.array(cardIdSchema) });

export const cardExceptionsInputSchema = z.strictObject({
  cards: cardIds,
  reason: reasonSchema,
  days: z.number().int().min(1).max(EXCEPTION_DAYS_MAX).default(EXCEPTION_DAYS_DEFAULT),
});
export type CardExceptionsInput = z.infer<typeof cardExceptionsInputSchema>;
export const cardExceptionsSchema = z.strictObject({ items: z.array(exceptionViewSchema).max(TUNING_DECIDED_MAX) });

/** Settings that are tried on what was seen; nothing of it is put in force. */
export const simulationInputSchema = z.strictObject({
  application: slugSchema,
  mode: modeSchema.optional(),
  rules: z.partialRecord(z.enum(RULE_GROUPS), ruleActionSchema).default({}),
  /** Cards as if they were excepted. */
  exceptions: z.array(cardIdSchema).max(TUNING_DECIDED_MAX).default([]),
  days: z.number().int().min(1).max(SIMULATION_DAYS_MAX).default(7),
});
export type SimulationInput = z.infer<typeof simulationInputSchema>;

export const simulationSchema = z.strictObject({
  application: slugSchema,
  days: z.number().int(),
  /** Every request of the time, with or without findings. */
  requests: z.number().int(),
  /** Requests with findings that were replayed. */
  replayed: z.number().int(),
  stopped: z.number().int(),
  stoppedClients: z.number().int(),
  /** Stopped requests of clients that are established, and how many such clients there are. */
  touched: z.number().int(),
  touchedClients: z.number().int(),
  /** Would go through although they were found. */
  letThrough: z.number().int(),
  routes: z
    .array(
      z.strictObject({
        method: z.string(),
        route: z.string(),
        rule: z.string(),
        card: cardIdSchema,
        stopped: z.number().int(),
        clients: z.number().int(),
        touchedClients: z.number().int(),
      }),
    )
    .max(TUNING_CARDS_MAX),
});
export type Simulation = z.infer<typeof simulationSchema>;

export const promotionInputSchema = z.strictObject({
  application: slugSchema,
  group: z.enum(RULE_GROUPS).optional(),
  /** Percent of the clients; 100 = everybody at once, still watched. */
  share: z.number().int().min(1).max(100).default(CANARY_SHARE_DEFAULT),
  forSeconds: z.number().int().min(1).max(CANARY_SECONDS_MAX).default(CANARY_SECONDS_DEFAULT),
  force: z.boolean().default(false),
  reason: reasonSchema.optional(),
});
export type PromotionInput = z.infer<typeof promotionInputSchema>;

/** What a promotion would do: asked before it is made. */
export const promotionPlanSchema = z.strictObject({ readiness: readinessSchema, simulation: simulationSchema });
export type PromotionPlan = z.infer<typeof promotionPlanSchema>;

export const promotionUndoSchema = z.strictObject({ application: slugSchema, reason: reasonSchema.optional() });
export type PromotionUndo = z.infer<typeof promotionUndoSchema>;
