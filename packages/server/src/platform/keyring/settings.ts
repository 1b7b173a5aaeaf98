import { z } from 'zod';
import { referenceSchema } from '../config/references.ts';

const path = z.string().min(1).max(4096);

/** The token goes with every request: over HTTPS, or to this machine. */
export function isGuardedUrl(text: string): boolean {
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

const transitSchema = z
  .strictObject({
    /** A Vault or OpenBao elsewhere whose transit key wraps the root key. */
    url: z
      .url({ protocol: /^https?$/u })
      .max(512)
      .refine(isGuardedUrl, 'https, or http on this machine')
      .nullable()
      .default(null),
    /** Where that server has its transit engine. */
    mount: z
      .string()
      .regex(/^[\w-]+(?:\/[\w-]+){0,3}$/u, 'letters, digits, `_`, `-`')
      .max(128)
      .default('transit'),
    /** Name of the transit key. */
    key: z
      .string()
      .regex(/^[\w.-]{1,128}$/u, 'letters, digits, `_`, `.`, `-`')
      .nullable()
      .default(null),
    /** May encrypt and decrypt with that key. */
    token: referenceSchema.nullable().default(null),
    /** Roots of a private authority. */
    caFile: path.nullable().default(null),
  })
  .refine(({ url, key, token }) => (url === null) === (key === null) && (url === null) === (token === null), {
    message: 'url, key and token belong together',
  });

const everyDays = (days: number) => z.union([z.number().int().min(1).max(3650), z.literal('off')]).default(days);

const rotateSchema = z.strictObject({
  /** Days that a key signs identity headers; `off` = until somebody rotates it. */
  identity: everyDays(30),
  /** Days that a key signs the ledger; `off` = until somebody rotates it. */
  ledger: everyDays(180),
  /** Days that a key seals what is stored; `off` = until somebody rotates it, or it sealed too often. */
  data: everyDays(365),
  /** Days that a certificate of the local authority serves; `off` = until 30 days before its end. */
  certificate: everyDays(90),
});

export const keyringSettingsSchema = z.strictObject({
  /** Root key; null = made in the data directory at first start. */
  file: path.nullable().default(null),
  /** Where the passphrase of a root key lies that is kept with one; null = people bring it after each start. */
  passphraseFile: path.nullable().default(null),
  /** When somebody puts the keys away: no traffic either, or traffic with what is in memory while secrets and changes are refused. */
  whenSealed: z.enum(['stop', 'serve']).default('stop'),
  transit: transitSchema.prefault({}),
  rotate: rotateSchema.prefault({}),
});
export type KeyringSettings = z.infer<typeof keyringSettingsSchema>;
