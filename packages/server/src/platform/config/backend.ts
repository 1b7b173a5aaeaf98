import { z } from 'zod';
import { isGuardedUrl } from '../keyring/settings.ts';
import { referenceSchema } from './references.ts';

/** Where that server is and what opens it. */
export const backendSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/u })
      .max(512)
      .refine(isGuardedUrl, 'https, or http on this machine, without a login'),
    /** Where that server has its key-value engine, version 2. */
    mount: z
      .string()
      .regex(/^[\w-]+(?:\/[\w-]+){0,3}$/u, 'letters, digits, `_`, `-`')
      .max(128)
      .default('secret'),
    token: referenceSchema,
    namespace: z
      .string()
      .regex(/^[\w-]+(?:\/[\w-]+){0,7}\/?$/u, 'letters, digits, `_`, `-`')
      .max(256)
      .nullable()
      .default(null),
    /** Roots of a private authority. */
    caFile: z.string().min(1).max(4096).nullable().default(null),
  })
  .nullable()
  .default(null);
export type BackendSettings = NonNullable<z.infer<typeof backendSchema>>;
