import { z } from 'zod';
import { timestampSchema } from '../names.ts';
import { reasonSchema } from './paging.ts';

/** Who keeps the root key, or what it is wrapped with. */
export const SEAL_KINDS = ['file', 'passphrase', 'shares', 'credential', 'transit'] as const;
export const sealKindSchema = z.enum(SEAL_KINDS);
export type SealKind = z.infer<typeof sealKindSchema>;

/** A share names its own number and how many are needed in one byte each; 0 is the secret itself. */
export const SHARES_MAX = 255;
export const SHARE_CHARS_MAX = 256;
export const PASSPHRASE_CHARS_MAX = 4096;

/** What a process without its keys tells anybody on this machine, as Vault does: nothing here is secret. */
export const sealStatusSchema = z.strictObject({
  isSealed: z.boolean(),
  kind: sealKindSchema,
  /** Since when; null = it is not sealed. */
  since: timestampSchema.nullable(),
  /** Of the root key that is wanted or in use; null = there is none yet. */
  rootKey: z.string().nullable(),
  /** What has to be brought; `nothing`: the root key comes by itself, and only somebody who sealed by hand is waited for. */
  wants: z.enum(['passphrase', 'shares', 'nothing']),
  /** Of shares; null = it is not kept in shares. `set` names the shares that belong together. */
  shares: z
    .strictObject({
      set: z.string(),
      need: z.number().int().positive(),
      of: z.number().int().positive(),
      given: z.number().int().nonnegative(),
    })
    .nullable(),
  /** What was given and did not open it, since it was sealed. */
  refusedTries: z.number().int().nonnegative(),
});
export type SealStatus = z.infer<typeof sealStatusSchema>;

/** A passphrase, one share, or neither: then the root key is fetched from where it is kept, for the operator of the host only. */
export const unsealSchema = z
  .strictObject({
    passphrase: z.string().min(1).max(PASSPHRASE_CHARS_MAX).optional(),
    share: z.string().trim().min(1).max(SHARE_CHARS_MAX).optional(),
    /** Forgets the shares that were given so far. */
    reset: z.boolean().optional(),
  })
  .refine(
    ({ passphrase, share, reset }) => [passphrase, share, reset].filter((given) => given !== undefined).length <= 1,
    'a passphrase, a share or a reset',
  );
export type Unseal = z.infer<typeof unsealSchema>;

export const sealNowSchema = z.strictObject({ reason: reasonSchema });
