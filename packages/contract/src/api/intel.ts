import { z } from 'zod';
import { timestampSchema, ulidSchema } from '../names.ts';
import { pageQuerySchema, partSchema, reasonSchema } from './paging.ts';

export const INDICATOR_KINDS = ['address', 'host', 'url', 'hash', 'agent'] as const;
export const indicatorKindSchema = z.enum(INDICATOR_KINDS);
export type IndicatorKind = z.infer<typeof indicatorKindSchema>;

/** How a source is read: one entry a line, columns, the feed or the warning lists of MISP, a STIX bundle, or TAXII 2.1. */
export const SOURCE_FORMATS = ['list', 'csv', 'misp-feed', 'misp-warninglist', 'stix', 'taxii'] as const;
export type SourceFormat = (typeof SOURCE_FORMATS)[number];

/** What a match does: is told of, adds to the score of the request, or refuses it. */
export const INDICATOR_ACTIONS = ['watch', 'score', 'block'] as const;
export type IndicatorAction = (typeof INDICATOR_ACTIONS)[number];

const count = z.number().int().nonnegative();
const name = z.string().trim().min(1).max(128);

export const intelSourceInputSchema = z.strictObject({
  name,
  format: z.enum(SOURCE_FORMATS),
  /** `https://…`, `file:…` below the data directory or an absolute path; null = what is brought by hand. */
  url: z.string().max(1024).nullable(),
  /** For plain lists and columns. */
  kind: indicatorKindSchema.nullable().default(null),
  /** Name or number of the column that holds the indicator. */
  column: z.string().max(64).nullable().default(null),
  /** Of a TAXII server: the collection. */
  collection: z.string().max(128).nullable().default(null),
  /** Who asks there: `env:NAME`, `file:PATH` or `vault:…`, never the value. */
  credential: z.string().max(300).nullable().default(null),
  /** SHA-256 that the content must have, hex; null = anything that reads. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/u, 'a SHA-256 in hex')
    .nullable()
    .default(null),
  everyMinutes: z.number().int().min(1).max(43_200).default(60),
  /** 0 to 100, as STIX counts it; for entries that do not say. */
  confidence: z.number().int().min(0).max(100).default(50),
  action: z.enum(INDICATOR_ACTIONS).default('watch'),
  /** An entry that says no end is good so long after it came last; what a whole list no longer names is gone at once. */
  days: z.number().int().min(1).max(3650).default(30),
});
export type IntelSourceInput = z.input<typeof intelSourceInputSchema>;
export const intelSourceViewSchema = intelSourceInputSchema.extend({
  id: ulidSchema,
  enabled: z.boolean(),
  entries: count,
  /** Entries that were not taken: own, private, a resolver, too broad; see `refusedWhy`. */
  refused: count,
  refusedWhy: z.array(z.strictObject({ why: z.string().max(200), entries: count, example: z.string().max(256) })).max(16),
  refreshedAt: timestampSchema.nullable(),
  changedAt: timestampSchema.nullable(),
  /** In words, what the last refresh failed of; the entries before it stay in force. */
  trouble: z.string().max(300).nullable(),
  isStale: z.boolean(),
});
export type IntelSourceView = z.infer<typeof intelSourceViewSchema>;
export const intelSourceChangeSchema = z.strictObject({
  enabled: z.boolean().optional(),
  everyMinutes: intelSourceInputSchema.shape.everyMinutes.removeDefault().optional(),
  confidence: intelSourceInputSchema.shape.confidence.removeDefault().optional(),
  action: z.enum(INDICATOR_ACTIONS).optional(),
});

export const indicatorInputSchema = z.strictObject({
  kind: indicatorKindSchema,
  value: z.string().min(1).max(2048),
  confidence: z.number().int().min(0).max(100).default(80),
  action: z.enum(INDICATOR_ACTIONS).default('watch'),
  days: z.number().int().min(1).max(3650).default(30),
  reason: reasonSchema,
});
export type IndicatorInput = z.input<typeof indicatorInputSchema>;
export const indicatorViewSchema = z.strictObject({
  id: z.string().max(64),
  kind: indicatorKindSchema,
  value: z.string(),
  source: ulidSchema,
  sourceName: z.string(),
  /** As it is now: it decays until the entry ends. */
  confidence: z.number(),
  action: z.enum(INDICATOR_ACTIONS),
  firstSeenAt: timestampSchema,
  expiresAt: timestampSchema,
  detail: z.string().max(300).nullable(),
});
export type IndicatorView = z.infer<typeof indicatorViewSchema>;
export const indicatorQuerySchema = pageQuerySchema.extend({
  kind: indicatorKindSchema.optional(),
  source: ulidSchema.optional(),
  q: partSchema.optional(),
});
export type IndicatorQuery = z.infer<typeof indicatorQuerySchema>;

export const lookupQuerySchema = z.strictObject({ value: z.string().min(1).max(2048) });
export const lookupViewSchema = z.strictObject({
  value: z.string(),
  kind: indicatorKindSchema,
  matches: z.array(indicatorViewSchema).max(50),
  /** Known-good lists that have it: what is on one of them is never scored or refused. */
  known: z.array(z.string()).max(50),
  /** Where an address is, if anybody knows. */
  place: z
    .strictObject({
      country: z.string().max(2).nullable(),
      asn: z.number().int().nullable(),
      network: z.string().max(128).nullable(),
    })
    .nullable(),
});
export type LookupView = z.infer<typeof lookupViewSchema>;

export const intelStatusSchema = z.strictObject({
  entries: z.array(z.strictObject({ kind: indicatorKindSchema, entries: count })).max(8),
  bytes: count,
  /** Compiled table that the gateways use. */
  digest: z.string().max(64).nullable(),
  compiledAt: timestampSchema.nullable(),
  hits: z.strictObject({ day: count, refused: count }),
  /** The last table that a gateway could not read; the one before it stayed in force. Null = none since the start. */
  refused: z.strictObject({ digest: z.string().max(64), at: timestampSchema, detail: z.string().max(200) }).nullable(),
});
export type IntelStatus = z.infer<typeof intelStatusSchema>;

/** Whether an indicator that is planted now is refused by a gateway. */
export const intelSelfTestSchema = z.strictObject({
  outcome: z.enum(['blocked', 'missed']),
  /** What was planted. */
  host: z.string().max(64),
  /** From the wish to the answer of the first gateway process, or until it was given up. */
  tookMs: count,
});
export type IntelSelfTest = z.infer<typeof intelSelfTestSchema>;
