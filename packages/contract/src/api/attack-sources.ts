import { z } from 'zod';
import { timestampSchema } from '../names.ts';

const count = z.number().int().nonnegative();
const degrees = z.number();

/** Spans over which sources are counted. */
export const SOURCE_SPANS = ['1h', '24h'] as const;

export const attackSourceQuerySchema = z.strictObject({
  span: z.enum(SOURCE_SPANS).default('24h'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type AttackSourceQuery = z.infer<typeof attackSourceQuerySchema>;

const counted = {
  /** Requests that were refused as attacks or because of who sent them, or would have been. */
  requests: count,
  /** What rules and behaviours found about an address from there. */
  findings: count,
  lastAt: timestampSchema,
};

/** Where attacks come from: countries and networks, never an address. */
export const attackSourcesSchema = z.strictObject({
  span: z.enum(SOURCE_SPANS),
  /** From when on this node counts; what was before is not known. */
  since: timestampSchema,
  /** Most first. Private addresses and those that no database knows are one of them, without a country and a network. */
  items: z
    .array(
      z.strictObject({
        /** ISO 3166-1, two letters. */
        country: z.string().max(2).nullable(),
        asn: z.number().int().nullable(),
        network: z.string().max(128).nullable(),
        ...counted,
      }),
    )
    .max(100),
  /** The same by country, each with its middle in degrees; null = it is not known where it lies. */
  countries: z
    .array(
      z.strictObject({
        country: z.string().max(2),
        at: z.strictObject({ latitude: degrees, longitude: degrees }).nullable(),
        ...counted,
      }),
    )
    .max(260),
  total: z.strictObject({ requests: count, findings: count }),
});
export type AttackSources = z.infer<typeof attackSourcesSchema>;

/** Countries as circles: their middle, and how far from it their towns are at most. Enough to draw a world of. */
export const worldSchema = z.strictObject({
  countries: z
    .array(
      z.strictObject({ country: z.string().max(2), latitude: degrees, longitude: degrees, radiusKm: z.number().nonnegative() }),
    )
    .max(300),
});
export type World = z.infer<typeof worldSchema>;
