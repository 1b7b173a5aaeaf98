import { z } from 'zod';
import { timestampSchema } from '../names.ts';

/** `data` seals rows and files, `subjects` wraps the keys of data subjects, `mac` makes pseudonyms and look-up keys. */
export const KEY_PURPOSES = ['data', 'subjects', 'mac'] as const;
/**
 * `announced`: every node has it, none seals with it yet. `active`: seals. `replaced`: opens what still lies under it.
 * `retired`: nothing lies under it any more. `destroyed`: gone for good.
 */
export const KEY_STATES = ['announced', 'active', 'replaced', 'retired', 'destroyed'] as const;
export const RING_KEYS_MAX = 1000;
export const KEY_AREAS_MAX = 100;

export const keyIdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9_]+$/u, 'the id of a key');
const count = z.number().int().nonnegative();

export const keyViewSchema = z.strictObject({
  id: keyIdSchema,
  purpose: z.enum(KEY_PURPOSES),
  version: z.number().int().positive(),
  state: z.enum(KEY_STATES),
  createdAt: timestampSchema,
  /** From when on it seals; later than now while it is announced. */
  activeFrom: timestampSchema,
  retiredAt: timestampSchema.nullable(),
  destroyedAt: timestampSchema.nullable(),
  /** How much lies under it, as far as this node can count; null = nothing is counted by this purpose. */
  items: count.nullable(),
  /** Random nonces that were set aside for it, by all nodes (SP 800-38D §8.3). */
  nonces: count,
  /** Other nodes that have something under it, or have not said since it was replaced that they have not. */
  heldBy: z.array(z.string()).max(100),
});
export type KeyView = z.infer<typeof keyViewSchema>;

/** The change of all that is sealed to the key that is active now. */
export const rewrapViewSchema = z.strictObject({
  state: z.enum(['idle', 'running', 'done', 'failed']),
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  /** What it works on; null = nothing now. */
  area: z.string().nullable(),
  done: count,
  /** Counted when it began. */
  total: count,
  /** Places that do not open, at most ten; nothing else of them. */
  faults: z.array(z.string()).max(10),
});
export type RewrapView = z.infer<typeof rewrapViewSchema>;

export const keyringViewSchema = z.strictObject({
  root: z.strictObject({
    id: z.string(),
    /** Where the root key comes from. */
    provider: z.string(),
    /** True = no key is there: nothing can be opened until somebody unseals. */
    sealed: z.boolean(),
    changedAt: timestampSchema.nullable(),
  }),
  /** Of each key the nonces that it may use before it is replaced by itself. */
  noncesMax: count,
  /** Oldest first. */
  keys: z.array(keyViewSchema).max(RING_KEYS_MAX),
  areas: z
    .array(
      z.strictObject({
        name: z.string(),
        items: count,
        /** How many of them are not sealed with the active key. */
        behind: count,
      }),
    )
    .max(KEY_AREAS_MAX),
  rewrap: rewrapViewSchema,
});
export type KeyringView = z.infer<typeof keyringViewSchema>;

export const KEY_ROTATIONS = ['data', 'subjects', 'root'] as const;
export const keyRotateSchema = z.strictObject({ what: z.enum(KEY_ROTATIONS) });
export type KeyRotate = z.infer<typeof keyRotateSchema>;

export const keyRotatedSchema = z.strictObject({
  what: z.enum(KEY_ROTATIONS),
  /** Id of the new key. */
  id: z.string(),
  previous: z.string(),
  activeFrom: timestampSchema,
  /** Where the root key of before is kept: backups made with it need it. Null for other keys. */
  previousFile: z.string().nullable(),
});
export type KeyRotated = z.infer<typeof keyRotatedSchema>;

export const keyDestroySchema = z.strictObject({
  /** Nodes that are gone for good: what they have under the key is lost with it. */
  withoutNodes: z.array(z.string().min(1).max(64)).max(100).default([]),
});

export const keyVerifySchema = z.strictObject({
  ok: z.boolean(),
  /** One sample for each key that something lies under, by area. */
  samples: z.array(z.strictObject({ area: z.string(), key: z.string(), opens: z.boolean() })).max(KEY_AREAS_MAX * 100),
  /** In words, each with what to do. */
  findings: z.array(z.string()).max(1000),
});
export type KeyVerify = z.infer<typeof keyVerifySchema>;
