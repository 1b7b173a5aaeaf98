import { z } from 'zod';

/** A leaf is one JSON text. */
const LEAF_CHARS_MAX = 1_048_576;
const sha256Base64 = z.string().max(64);

export const checkpointViewSchema = z.strictObject({
  /** The signed note as text (C2SP tlog-checkpoint). */
  note: z.string(),
  size: z.number().int().nonnegative(),
  /** The public key that signs now (C2SP signed-note verifier key). Whoever trusts nobody compares it with the one they wrote down. */
  verifierKey: z.string().max(512),
});
export type CheckpointView = z.infer<typeof checkpointViewSchema>;

export const inclusionQuerySchema = z.object({ index: z.coerce.number().int().nonnegative() });
export const inclusionViewSchema = z.strictObject({
  index: z.number().int().nonnegative(),
  size: z.number().int().positive(),
  leafHash: sha256Base64,
  /** The leaf as it was hashed, so that a page can do it again; null = the segment cannot be read. */
  leaf: z.string().max(LEAF_CHARS_MAX).nullable(),
  hashes: z.array(sha256Base64).max(64),
  checkpoint: z.string(),
});
export type InclusionView = z.infer<typeof inclusionViewSchema>;

export const consistencyQuerySchema = z.object({
  from: z.coerce.number().int().positive(),
  to: z.coerce.number().int().positive(),
});
export const consistencyViewSchema = z.strictObject({
  from: z.number().int().positive(),
  to: z.number().int().positive(),
  hashes: z.array(sha256Base64).max(64),
});
export type ConsistencyView = z.infer<typeof consistencyViewSchema>;

export const verifyViewSchema = z.strictObject({
  ok: z.boolean(),
  size: z.number().int().nonnegative(),
  /** Each names the place that does not fit. */
  faults: z.array(z.string()).max(1000),
});
export type VerifyView = z.infer<typeof verifyViewSchema>;

/** The name becomes a folder under `<dataDir>/exports/`; a path is never taken from a client. */
export const exportInputSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/u, 'lower-case letters, digits and hyphens, at most 63'),
});
export const exportViewSchema = z.strictObject({ directory: z.string(), size: z.number().int().nonnegative() });
export type ExportView = z.infer<typeof exportViewSchema>;
