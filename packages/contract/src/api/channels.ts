import { z } from 'zod';
import { DETECTION_KINDS } from '../detection.ts';
import { SEVERITIES } from '../events/record.ts';
import { slugSchema, timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, reasonSchema } from './paging.ts';

export const CHANNEL_KINDS = ['mail', 'webhook', 'chat', 'syslog', 'otlp', 'file'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

const count = z.number().int().nonnegative();
const url = z.url({ protocol: /^https?$/u }).max(1024);

/** Where alerts are told. Secrets go in and never come out again: what is shown has null in their place. */
export const channelTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mail'), to: z.array(z.email().max(254)).min(1).max(20) }),
  /** Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` with HMAC-SHA256. */
  z.strictObject({ kind: z.literal('webhook'), url, secret: z.string().min(24).max(512).nullable() }),
  /** `{ "text": … }`, as chat services take it. */
  z.strictObject({ kind: z.literal('chat'), url: url.nullable() }),
  /** RFC 5424 over TLS (RFC 5425). */
  z.strictObject({
    kind: z.literal('syslog'),
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    tls: z.boolean(),
    /** Roots to trust besides those of the system, PEM. */
    ca: z.string().max(65_536).nullable().default(null),
  }),
  z.strictObject({
    kind: z.literal('otlp'),
    url,
    /** Value of the `Authorization` header. */
    authorization: z.string().max(2048).nullable().default(null),
  }),
  /** OCSF JSON lines in `alerts/NAME.jsonl` below the data directory. */
  z.strictObject({
    kind: z.literal('file'),
    file: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}\.jsonl$/u, 'a name such as alerts.jsonl, without a folder'),
  }),
]);
export type ChannelTarget = z.infer<typeof channelTargetSchema>;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u, 'a time of day such as 22:00');
/** In UTC; both null = always. `critical` is told at any time. */
const quietSchema = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
});

export const channelInputSchema = z.strictObject({
  name: slugSchema,
  target: channelTargetSchema,
  /** Alerts below it are not told here. */
  severity: z.enum(SEVERITIES).default('medium'),
  kinds: z
    .array(z.enum(DETECTION_KINDS))
    .max(4)
    .default([...DETECTION_KINDS]),
  /** Null = of every application. */
  application: slugSchema.nullable().default(null),
  quiet: quietSchema.nullable().default(null),
});
export type ChannelInput = z.input<typeof channelInputSchema>;

export const channelViewSchema = channelInputSchema.extend({
  id: ulidSchema,
  enabled: z.boolean(),
  state: z.enum(['working', 'failing', 'unused']),
  sent: count,
  waiting: count,
  dead: count,
  lastSentAt: timestampSchema.nullable(),
  trouble: z.string().max(300).nullable(),
  createdAt: timestampSchema,
  createdBy: z.string(),
});
export type ChannelView = z.infer<typeof channelViewSchema>;
export const channelChangeSchema = channelInputSchema.omit({ name: true }).partial().extend({ enabled: z.boolean().optional() });
export type ChannelChange = z.input<typeof channelChangeSchema>;

export const channelTestSchema = z.strictObject({
  outcome: z.enum(['sent', 'failed']),
  ms: z.number().nonnegative(),
  detail: z.string().max(300),
});
export type ChannelTest = z.infer<typeof channelTestSchema>;

/** Something that could not be told after all its tries. */
export const deadLetterViewSchema = z.strictObject({
  id: ulidSchema,
  channel: ulidSchema,
  alert: ulidSchema.nullable(),
  title: z.string(),
  tries: count,
  firstTriedAt: timestampSchema,
  lastTriedAt: timestampSchema,
  trouble: z.string().max(300),
});
export type DeadLetterView = z.infer<typeof deadLetterViewSchema>;
export const deadLetterQuerySchema = pageQuerySchema;
export const deadLetterDropSchema = z.strictObject({ reason: reasonSchema });
