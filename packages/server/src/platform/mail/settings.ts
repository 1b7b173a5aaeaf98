import { isIP } from 'node:net';
import { z } from 'zod';
import { referenceSchema } from '../config/references.ts';

const path = z.string().min(1).max(4096);

const smtpSchema = z.strictObject({
  /** Mail server; encryption is demanded unless it is this machine. */
  host: z.string().min(1).max(253).nullable().default(null),
  /** 587 for STARTTLS, 465 for TLS from the first byte. */
  port: z.number().int().min(1).max(65_535).default(587),
  /** TLS from the first byte; otherwise STARTTLS. */
  tls: z.boolean().default(false),
  /** Name at the mail server. */
  user: z.string().max(254).nullable().default(null),
  /** Where the password for it lies. */
  password: referenceSchema.nullable().default(null),
});

export const mailSchema = z
  .strictObject({
    /** `log` writes each letter into `outbox` of the data directory and a line into the log, `file` into a folder, `smtp` sends it. */
    transport: z.enum(['log', 'file', 'smtp']).default('log'),
    /** Address that letters come from. */
    from: z
      .string()
      .max(254)
      .regex(/^[^\s@<>"]+@[^\s@<>"]+$/u, 'an e-mail address')
      .default('holdfast@localhost'),
    /** Folder of the transport `file`; a mail system picks the letters up there. */
    folder: path.nullable().default(null),
    smtp: smtpSchema.prefault({}),
  })
  .superRefine((mail, context) => {
    const fault = (where: string[], message: string): void => context.addIssue({ code: 'custom', path: where, message });
    if (mail.transport === 'smtp' && mail.smtp.host === null) fault(['smtp', 'host'], 'the transport smtp needs a mail server');
    if (mail.transport === 'file' && mail.folder === null) fault(['folder'], 'the transport file needs a folder');
    if ((mail.smtp.user === null) !== (mail.smtp.password === null)) {
      fault(['smtp', mail.smtp.user === null ? 'user' : 'password'], 'user and password belong together');
    }
  });
export type MailSettings = z.infer<typeof mailSchema>;

/** A name that resolves to loopback elsewhere is still another machine's word: only these are this one. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
