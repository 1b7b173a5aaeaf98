import { z } from 'zod';
import { enforcedSchemaSchema } from './api/schema.ts';
import { applicationSchema } from './application.ts';
import { eventRecordSchema } from './events/record.ts';
import { exceptionSchema } from './exception.ts';
import { prefixSchema, slugSchema, timestampSchema } from './names.ts';
import { PATCHES_MAX, patchRuleSchema, rehearsedSchema } from './patch.ts';
import { enforcedPoliciesSchema } from './policies.ts';
import { ISOLATIONS_MAX, isolationSchema } from './response.ts';
import { answerSchema, askSchema, identityKeySchema, sessionHashSchema } from './session.ts';

/**
 * The seam between control plane and gateway. Snapshots flow down: compiled, immutable, versioned, swapped whole.
 * Events flow up. Both are plain JSON, so the gateway runs in this process, in a child process or on another node unchanged.
 */
export const certificateSchema = z.strictObject({
  /** SNI names; a leading `*.` covers one label. The first certificate answers when no name fits. */
  names: z
    .array(
      z
        .string()
        .min(1)
        .max(253)
        .regex(/^[a-z0-9_*:.-]+$/u, 'a lower-case host name or address'),
    )
    .max(100),
  certPem: z.string().max(131_072),
  keyPem: z.string().max(16_384),
});

export const gatewayLimitsSchema = z.strictObject({
  headersTimeoutMs: z.number().int().default(5000),
  requestTimeoutMs: z.number().int().default(30_000),
  bodyBytesPerSecondMin: z.number().int().default(1024),
  answerBytesPerSecondMin: z.number().int().default(1024),
  writeStallMs: z.number().int().default(30_000),
  keepAliveMs: z.number().int().default(5000),
  connectionsMax: z.number().int().default(4096),
  connectionsPerAddressMax: z.number().int().default(64),
  headerCountMax: z.number().int().default(100),
  headerBytesMax: z.number().int().default(16_384),
  targetBytesMax: z.number().int().default(8192),
  cookieBytesMax: z.number().int().default(8192),
  h2StreamsMax: z.number().int().default(100),
  h2ResetsPer10sMax: z.number().int().default(100),
  h2ControlFramesPerSecondMax: z.number().int().default(20),
  inflatedBytesMax: z.number().int().default(10_485_760),
  inflateRatioMax: z.number().int().default(100),
});
export type GatewayLimits = z.infer<typeof gatewayLimitsSchema>;

export const banSchema = z.strictObject({ prefix: prefixSchema, expiresAt: timestampSchema.nullable() });

export const snapshotSchema = z.strictObject({
  version: z.number().int().positive(),
  /** SHA-256 of the policy part (everything but version, both lists of certificates, challenges, ticketKeys, identityKeys and visitorKey), hex. */
  digest: z.string().length(64),
  applications: z.array(applicationSchema).max(1000),
  exceptions: z.array(exceptionSchema).max(100_000),
  /** Accepted schemas, at most one for each application. */
  schemas: z.array(enforcedSchemaSchema).max(1000).default([]),
  /** Virtual patches that record or refuse. */
  patches: z.array(patchRuleSchema).max(PATCHES_MAX).default([]),
  /** Access policies, at most one set for each application; without one the sign-in alone decides. */
  policies: z.array(enforcedPoliciesSchema).max(1000).default([]),
  /** What is cut off. */
  isolations: z.array(isolationSchema).max(ISOLATIONS_MAX).default([]),
  allows: z.array(prefixSchema).max(100_000),
  bans: z.array(banSchema).max(1_000_000),
  /** Break-glass: until this time nothing is refused by bans, rates or attack rules. Null = not in force. */
  bypassUntil: timestampSchema.nullable(),
  /** Proxies in front of us whose X-Forwarded-For we believe, counted from the right; 0 = we are the edge. */
  trustedHops: z.number().int().min(0).max(10),
  limits: gatewayLimitsSchema,
  /** Whom a visitor can ask, shown on the pages of refusals; null = nobody is named. */
  contact: z.string().max(200).nullable().default(null),
  /** Table of threat intelligence, as a file of this node that each gateway loads by itself; null = nothing is listed. */
  intel: z
    .strictObject({
      digest: z.string().regex(/^[0-9a-f]{64}$/u),
      file: z.string().max(4096),
      /** A host that is in the table to see whether it is met. */
      planted: z.string().max(64),
    })
    .nullable()
    .default(null),
  certificates: z.array(certificateSchema).max(1000),
  /** ACME HTTP-01 answers: token -> key authorization. */
  challenges: z.array(z.strictObject({ token: z.string().max(256), keyAuthorization: z.string().max(512) })).max(1000),
  /** ACME TLS-ALPN-01 certificates by name, served only to ALPN `acme-tls/1`. */
  alpnCertificates: z.array(certificateSchema).max(100),
  /** TLS session ticket keys, 48 bytes base64, equal in all workers; null = each process its own. */
  ticketKeys: z.string().max(128).nullable(),
  /** Keys of the identity header: all are published, the newest that has begun signs. */
  identityKeys: z.array(identityKeySchema).max(8).default([]),
  /** Names sessions of applications in records, hex; the same in all gateways and over restarts. Null = they have no name. */
  visitorKey: z.string().max(64).nullable().default(null),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** More sessions than this end in several messages. */
export const ENDED_SESSIONS_MAX = 1000;
const askIdSchema = z.number().int().positive();

/** Control plane to gateway. */
export const downMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.strictObject({ kind: z.literal('drain'), timeoutMs: z.number().int().positive() }),
  z.strictObject({ kind: z.literal('answer'), id: askIdSchema, answer: answerSchema }),
  /** What would this rule do to the honest requests that are held? Answered once, by the same id. */
  z.strictObject({ kind: z.literal('rehearse'), id: askIdSchema, patch: patchRuleSchema }),
  /** These hold no longer: nobody may wait for the end of what is remembered of them. */
  z.strictObject({ kind: z.literal('sessions-ended'), hashes: z.array(sessionHashSchema).max(ENDED_SESSIONS_MAX) }),
]);
export type DownMessage = z.infer<typeof downMessageSchema>;

/** What one gateway learned since it last told, as JSON. */
export const LEARNED_CHARS_MAX = 2_097_152;

/** Gateway to control plane. */
export const upMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('listening'),
    https: z.string().nullable(),
    http: z.string().nullable(),
    plain: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal('applied'), version: z.number().int(), digest: z.string() }),
  z.strictObject({
    kind: z.literal('events'),
    events: z.array(eventRecordSchema).max(1000),
    dropped: z.number().int().nonnegative(),
  }),
  /** Prometheus counters as deltas since the last message: name, label values in the order of the metric's declaration, amount. */
  z.strictObject({
    kind: z.literal('counters'),
    samples: z.array(z.tuple([z.string(), z.array(z.string()), z.number()])).max(5000),
  }),
  z.strictObject({ kind: z.literal('learned'), application: slugSchema, model: z.string().max(LEARNED_CHARS_MAX) }),
  /** Answered once, by the same id; ids count up in one gateway. */
  z.strictObject({ kind: z.literal('ask'), id: askIdSchema, ask: askSchema }),
  z.strictObject({ kind: z.literal('rehearsed'), id: askIdSchema, result: rehearsedSchema }),
  z.strictObject({ kind: z.literal('failed'), code: z.string(), detail: z.string() }),
]);
export type UpMessage = z.infer<typeof upMessageSchema>;
