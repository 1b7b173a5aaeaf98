import { z } from 'zod';

const text = z.string().max(4096);

/** TAXII 2.1 §4.1.1. */
export const discoverySchema = z.object({ title: text, default: text.optional(), api_roots: z.array(text).max(100) });
export type Discovery = z.infer<typeof discoverySchema>;

/** §4.2.1. */
export const apiRootSchema = z.object({
  title: text,
  versions: z.array(text).max(100),
  max_content_length: z.number().optional(),
});
export type ApiRoot = z.infer<typeof apiRootSchema>;

/** §5.2.1. */
const collectionSchema = z.object({
  id: text,
  title: text,
  alias: text.optional(),
  can_read: z.boolean(),
  can_write: z.boolean(),
  media_types: z.array(text).max(100).optional(),
});
export type Collection = z.infer<typeof collectionSchema>;
export const collectionsSchema = z.object({ collections: z.array(collectionSchema).max(1000).default([]) });

/** §3.7. */
export const envelopeSchema = z.object({
  more: z.boolean().default(false),
  next: text.optional(),
  objects: z.array(z.record(z.string(), z.unknown())).max(100_000).default([]),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** §5.3.1. */
export const manifestSchema = z.object({
  more: z.boolean().default(false),
  objects: z
    .array(z.object({ id: text, date_added: text, version: text, media_type: text.optional() }))
    .max(100_000)
    .default([]),
});
export type Manifest = z.infer<typeof manifestSchema>;
