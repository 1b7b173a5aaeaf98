import { z } from 'zod';
import { patchInputSchema } from './api/patches.ts';
import { slugSchema, prefixSchema, ulidSchema } from './names.ts';

/** The life of an incident, in the words of NIST SP 800-61r3. Contained is what no longer spreads, eradicated what is gone. */
export const PHASES = ['detect', 'triage', 'contain', 'eradicate', 'recover', 'closed'] as const;
export const phaseSchema = z.enum(PHASES);
export type Phase = z.infer<typeof phaseSchema>;

/** What can be done about an incident. Each says beforehand whom it would touch, and each but the last two has an undo or an end. */
export const ACTIONS = [
  'ban-source',
  'revoke-sessions',
  'lock-account',
  'require-step-up',
  'revoke-api-key',
  'rotate-secret',
  'quarantine-route',
  'quarantine-application',
  'read-only',
  'virtual-patch',
  'restore-backup',
  'notify',
  'preserve-evidence',
] as const;
export type ActionName = (typeof ACTIONS)[number];

export const ACTION_SECONDS_MAX = 30 * 86_400;
export const ALLOWED_PREFIXES_MAX = 100;
/** Null = until somebody undoes it. */
const forSeconds = z.number().int().min(1).max(ACTION_SECONDS_MAX).nullable().default(3600);
/** Who still comes through; empty = nobody. */
const allow = z.array(prefixSchema).max(ALLOWED_PREFIXES_MAX).default([]);
const method = z
  .string()
  .regex(/^(?:[A-Z]{1,16}|\*)$/u, 'a method in capitals, or *')
  .default('*');

/** A canonical path; a segment `{}` stands for exactly one segment, a last segment `**` for all that follow. */
export const isolatedRouteSchema = z.string().startsWith('/').max(2048);

/** Each action with what it takes. */
export const actionRequestSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('ban-source'), parameters: z.strictObject({ prefix: prefixSchema, forSeconds }) }),
  z.strictObject({
    action: z.literal('revoke-sessions'),
    /** `id` is a session or a person; `all` takes none, and ends every session but that of whoever asks. */
    parameters: z.discriminatedUnion('scope', [
      z.strictObject({ scope: z.literal('session'), id: ulidSchema }),
      z.strictObject({ scope: z.literal('person'), id: ulidSchema }),
      z.strictObject({ scope: z.literal('all') }),
    ]),
  }),
  z.strictObject({ action: z.literal('lock-account'), parameters: z.strictObject({ person: ulidSchema }) }),
  z.strictObject({ action: z.literal('require-step-up'), parameters: z.strictObject({ person: ulidSchema }) }),
  /** A token of the administration or of a service account, by its id. */
  z.strictObject({ action: z.literal('revoke-api-key'), parameters: z.strictObject({ token: ulidSchema }) }),
  z.strictObject({ action: z.literal('rotate-secret'), parameters: z.strictObject({ secret: z.string().min(1).max(256) }) }),
  z.strictObject({
    action: z.literal('quarantine-route'),
    parameters: z.strictObject({ application: slugSchema, method, route: isolatedRouteSchema, allow, forSeconds }),
  }),
  z.strictObject({
    action: z.literal('quarantine-application'),
    parameters: z.strictObject({ application: slugSchema, allow, forSeconds }),
  }),
  z.strictObject({ action: z.literal('read-only'), parameters: z.strictObject({ application: slugSchema, allow, forSeconds }) }),
  z.strictObject({
    action: z.literal('virtual-patch'),
    parameters: z.strictObject({ patch: patchInputSchema.omit({ source: true, reason: true }) }),
  }),
  /** Newest that was verified, or one by its id. */
  z.strictObject({
    action: z.literal('restore-backup'),
    parameters: z.strictObject({ backup: ulidSchema.nullable().default(null) }),
  }),
  z.strictObject({
    action: z.literal('notify'),
    /** Null = every channel that takes the severity. */
    parameters: z.strictObject({
      channel: z.string().max(63).nullable().default(null),
      title: z.string().trim().min(1).max(200),
      text: z.string().trim().min(1).max(2000),
    }),
  }),
  /** Events, proofs and settings of the incident, kept as a signed export. */
  z.strictObject({
    action: z.literal('preserve-evidence'),
    parameters: z.strictObject({
      hours: z
        .number()
        .int()
        .min(1)
        .max(24 * 31)
        .default(24),
    }),
  }),
]);
export type ActionRequest = z.infer<typeof actionRequestSchema>;

type With<Options extends readonly z.ZodObject[], Beside extends z.ZodRawShape> = {
  readonly [At in keyof Options]: z.ZodObject<Options[At]['shape'] & Beside, z.core.$strict>;
};

/** What a request says of itself stands beside the action and its parameters, and nothing else does. */
export function actionRequestWith<const Beside extends z.ZodRawShape>(beside: Beside) {
  const options: unknown = actionRequestSchema.options.map((option) => option.extend(beside));
  // The same actions in the same order, each extended: a mapped list has no types by place.
  return z.discriminatedUnion('action', options as With<typeof actionRequestSchema.options, Beside>);
}
export type ActionParameters<Name extends ActionName> = Extract<ActionRequest, { action: Name }>['parameters'];

/** What gateways cut off. `application` answers nothing, `route` only that, `read-only` takes safe methods alone (RFC 9110 §9.2.1). */
export const isolationSchema = z.strictObject({
  id: ulidSchema,
  application: slugSchema,
  kind: z.enum(['application', 'route', 'read-only']),
  method,
  /** Null = all of the application. */
  route: isolatedRouteSchema.nullable(),
  allow: z.array(prefixSchema).max(ALLOWED_PREFIXES_MAX),
  /** Gateways look at the time themselves; null = until it is released. */
  expiresAt: z.number().int().nonnegative().nullable(),
});
export type Isolation = z.infer<typeof isolationSchema>;
export const ISOLATIONS_MAX = 1000;
