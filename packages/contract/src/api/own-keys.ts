import { z } from 'zod';
import { timestampSchema } from '../names.ts';

/**
 * Keys that Holdfast itself uses: `identity` signs identity headers, `ledger` the heads of the ledger, `data` seals rows and
 * files, `subjects` wraps the keys of data subjects, `certificate` is the one that the local authority of a node
 * gives to its listeners.
 */
export const OWN_KEYS = ['identity', 'ledger', 'data', 'subjects', 'certificate'] as const;
export const ownKeyNameSchema = z.enum(OWN_KEYS);
export type OwnKeyName = z.infer<typeof ownKeyNameSchema>;

export const ownKeyViewSchema = z.strictObject({
  /** So that it can stand in one list with plans of secrets. */
  kind: z.literal('own'),
  name: ownKeyNameSchema,
  /** The node that alone has it; null = all nodes share it. */
  node: z.string().nullable(),
  /** Since when the newest is in use, or from when on it will be; null = there is none yet, or nobody wrote it down. */
  since: timestampSchema.nullable(),
  /** Null = off: only when somebody says so. */
  everyDays: z.number().int().positive().nullable(),
  /** When the next one is made. */
  nextAt: timestampSchema.nullable(),
  /** Tries on schedule that failed one after the other. */
  failures: z.number().int().nonnegative(),
  /** Why the last one failed; null = it did not. */
  trouble: z.string().nullable(),
});
export type OwnKeyView = z.infer<typeof ownKeyViewSchema>;

export const ownKeyRotateSchema = z.strictObject({
  /** Of `identity`: the new key signs after seconds and not after an hour. The others are used at once anyhow. */
  now: z.boolean().default(false),
});
