import { secretDataSchema } from '@holdfast/contract';
import { z } from 'zod';

/** RFC 3339 with up to nine digits of a second. */
const momentSchema = z
  .string()
  .max(64)
  .transform((text) => Date.parse(text))
  .refine((at) => Number.isSafeInteger(at) && at >= 0);
/** The empty text where it is not deleted. */
const deletionSchema = z.union([z.literal('').transform(() => null), momentSchema]);
const number = z.number().int().nonnegative();
const custom = z
  .record(z.string().max(128), z.string().max(2048))
  .nullish()
  .transform((held) => new Map(Object.entries(held ?? {})));

/** `GET MOUNT/data/PATH` of the key-value engine, version 2. */
export const readSchema = z.object({
  data: z.object({
    data: secretDataSchema,
    metadata: z.object({ created_time: momentSchema, version: number.min(1), custom_metadata: custom }),
  }),
});

/** `GET MOUNT/metadata/PATH`. */
export const metadataSchema = z.object({
  data: z.object({
    created_time: momentSchema,
    updated_time: momentSchema,
    current_version: number,
    max_versions: number,
    custom_metadata: custom,
    versions: z
      .record(
        z.string().regex(/^\d{1,9}$/u),
        z.object({ created_time: momentSchema, deletion_time: deletionSchema, destroyed: z.boolean() }),
      )
      .nullish()
      .transform((held) =>
        Object.entries(held ?? {})
          .map(([version, { created_time: createdAt, deletion_time: deletedAt, destroyed: isDestroyed }]) => ({
            version: Number(version),
            createdAt,
            deletedAt,
            isDestroyed,
          }))
          .toSorted((one, other) => other.version - one.version),
      ),
  }),
});

export const listSchema = z.object({ data: z.object({ keys: z.array(z.string().max(512)).max(100_000) }) });
export const tokenSchema = z.object({
  data: z.object({ ttl: number, creation_ttl: number.nullish(), renewable: z.boolean().nullish() }),
});
