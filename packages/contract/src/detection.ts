import { z } from 'zod';
import { OUTCOMES, SEVERITIES } from './events/record.ts';
import { requestIdSchema, slugSchema, timestampSchema, ulidSchema } from './names.ts';

/** Who found something: a Sigma rule, a behaviour, a listed indicator, or the watch looking at itself. */
export const DETECTION_KINDS = ['rule', 'behaviour', 'intel', 'health'] as const;
export type DetectionKind = (typeof DETECTION_KINDS)[number];

/** What an alert can be about. `key` is an API key or token by its id, `session` its id or keyed hash, never the cookie. */
export const ENTITY_KINDS = ['address', 'network', 'asn', 'user', 'session', 'key', 'route', 'application', 'indicator'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** Personal, all of it: sealed wherever it is stored. */
export const entitySchema = z.strictObject({ kind: z.enum(ENTITY_KINDS), value: z.string().min(1).max(256) });
export type Entity = z.infer<typeof entitySchema>;

export const BEHAVIOURS = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B9', 'B10', 'B11', 'B12'] as const;
export type BehaviourId = (typeof BEHAVIOURS)[number];
export const behaviourIdSchema = z.enum(BEHAVIOURS);

/**
 * What is done at once when something is found. Each can be undone: a ban ends by itself, a session is begun anew by signing
 * in, a step-up is answered. Everything that reaches further takes an incident.
 */
export const ANSWERS = ['none', 'ban', 'end-session', 'step-up'] as const;
export type Answering = (typeof ANSWERS)[number];

export const EVIDENCE_MAX = 100;
export const ENTITIES_MAX = 32;

/** One event behind a detection. */
export const evidenceSchema = z.strictObject({
  event: ulidSchema,
  type: z.string().max(64),
  time: timestampSchema,
  requestId: requestIdSchema.nullable(),
  outcome: z.enum(OUTCOMES),
  /** In words, for example `POST /login 401`. Personal. */
  summary: z.string().max(300),
});
export type Evidence = z.infer<typeof evidenceSchema>;

const figure = z.union([z.number(), z.string().max(128)]);

/** What the watch found, before it becomes an alert: alike ones become one. */
export const detectionSchema = z.strictObject({
  kind: z.enum(DETECTION_KINDS),
  /** Id of the Sigma rule, `B1` to `B12`, the kind of indicator, or what of the watch is ill. */
  detector: z.string().min(1).max(128),
  title: z.string().min(1).max(256),
  severity: z.enum(SEVERITIES),
  /** Of the event that completed it, milliseconds since the epoch. */
  time: timestampSchema,
  application: slugSchema.nullable(),
  /** The first is what the alert is about: detector and it together are the key under which repetitions are counted. */
  entities: z.array(entitySchema).min(1).max(ENTITIES_MAX),
  /** One sentence with the figures in it: "20 accounts, 1 source, 93 % failed, in 8 minutes". Personal. */
  reason: z.string().min(1).max(500),
  figures: z.record(z.string().max(64), figure),
  /** MITRE ATT&CK techniques as tags name them, for example `t1110.004`. */
  attacks: z.array(z.string().max(32)).max(16),
  /** Newest last; older ones are left out when there are more. */
  evidence: z.array(evidenceSchema).max(EVIDENCE_MAX),
  /** How many events were behind it, also those that are left out. */
  events: z.number().int().nonnegative(),
  /** What the detector thinks should be done at once, each with the entity it is done to. */
  answers: z.array(z.strictObject({ answer: z.enum(ANSWERS), entity: entitySchema })).max(ENTITIES_MAX),
});
export type Detection = z.infer<typeof detectionSchema>;
