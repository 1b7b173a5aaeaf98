import { z } from 'zod';
import { slugSchema, timestampSchema } from '../names.ts';

/** What became of a request, as it is counted. `recorded` = it would have been blocked. */
export const TRAFFIC_OUTCOMES = ['allowed', 'recorded', 'blocked', 'refused', 'failed'] as const;
export type TrafficOutcome = (typeof TRAFFIC_OUTCOMES)[number];

/** Lengths of the intervals that are kept, and how long each is kept. */
export const TRAFFIC_STEPS = {
  '10s': { seconds: 10, keptSeconds: 7200 },
  '1m': { seconds: 60, keptSeconds: 172_800 },
  '1h': { seconds: 3600, keptSeconds: 3_024_000 },
  '1d': { seconds: 86_400, keptSeconds: 34_560_000 },
} as const;
export type TrafficStep = keyof typeof TRAFFIC_STEPS;

/** A series never has more points; a longer span takes longer steps. */
export const TRAFFIC_POINTS_MAX = 800;

const rangeSchema = z.object({
  application: slugSchema.optional(),
  /** Left out = an hour before `until`. */
  since: z.coerce.number().int().nonnegative().optional(),
  /** Left out = now. */
  until: z.coerce.number().int().nonnegative().optional(),
});

export const trafficQuerySchema = rangeSchema.extend({
  /** Left out = the shortest that keeps the span below some 750 points. */
  step: z.enum(['10s', '1m', '1h', '1d']).optional(),
});
export type TrafficQuery = z.infer<typeof trafficQuerySchema>;

const count = z.number().int().nonnegative();
export const trafficCountsSchema = z.strictObject({
  allowed: count,
  recorded: count,
  blocked: count,
  refused: count,
  failed: count,
});
export type TrafficCounts = z.infer<typeof trafficCountsSchema>;

/** Time beyond waiting for the application, microseconds, read from a histogram; null = no request was passed on. */
const latency = { p50Us: count.nullable(), p95Us: count.nullable() };

export const trafficPointSchema = trafficCountsSchema.extend({ time: timestampSchema, ...latency });
export type TrafficPoint = z.infer<typeof trafficPointSchema>;

export const trafficSeriesSchema = z.strictObject({
  since: timestampSchema,
  until: timestampSchema,
  step: z.enum(['10s', '1m', '1h', '1d']),
  /** One for each interval, oldest first, also where nothing came. */
  points: z.array(trafficPointSchema).max(TRAFFIC_POINTS_MAX),
  totals: trafficCountsSchema.extend(latency),
});
export type TrafficSeries = z.infer<typeof trafficSeriesSchema>;

/** `route` counts requests in which something was found; the others count all requests, or all findings. */
export const TRAFFIC_PARTS = ['group', 'rule', 'route', 'status'] as const;
export type TrafficPart = (typeof TRAFFIC_PARTS)[number];

export const trafficTopQuerySchema = rangeSchema.extend({
  by: z.enum(TRAFFIC_PARTS),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type TrafficTopQuery = z.infer<typeof trafficTopQuerySchema>;

export const trafficTopSchema = z.strictObject({
  by: z.enum(TRAFFIC_PARTS),
  since: timestampSchema,
  until: timestampSchema,
  /** Of everything in the span, also of what is not listed. */
  total: count,
  /** Most first. A route is written as method and folded path: `POST /articles/{}`. */
  items: z.array(z.strictObject({ key: z.string(), count })).max(50),
});
export type TrafficTop = z.infer<typeof trafficTopSchema>;

/** Sign-ins in equal intervals, of everybody at the administration and at every application. */
export const signInsSchema = z.strictObject({
  since: timestampSchema,
  until: timestampSchema,
  step: z.enum(['10s', '1m', '1h', '1d']),
  points: z
    .array(z.strictObject({ time: timestampSchema, succeeded: count, refused: count, lockedOut: count }))
    .max(TRAFFIC_POINTS_MAX),
});
export type SignIns = z.infer<typeof signInsSchema>;

/** What one second brought; sent each second while somebody watches. */
export const trafficTickSchema = z.strictObject({
  time: timestampSchema,
  counts: trafficCountsSchema,
});
export type TrafficTick = z.infer<typeof trafficTickSchema>;
