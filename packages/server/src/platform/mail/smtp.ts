import type { Transporter } from 'nodemailer';
import type { MailTransport } from './letter.ts';
import { isThisMachine, type MailSettings } from './settings.ts';

const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;

/** Encryption is demanded of every server but this machine: a letter can hold a link that opens an account. */
export function createSmtpTransport({ from, smtp }: MailSettings, password: string | null): MailTransport {
  const host = smtp.host ?? 'localhost';
  let transporter: Transporter | null = null;
  const open = async (): Promise<Transporter> => {
    // Loaded with the first letter: most processes never send one.
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host,
      port: smtp.port,
      secure: smtp.tls,
      requireTLS: !smtp.tls && !isThisMachine(host),
      ignoreTLS: !smtp.tls && isThisMachine(host),
      tls: { minVersion: 'TLSv1.2' },
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(smtp.user === null || password === null ? {} : { auth: { user: smtp.user, pass: password } }),
    });
  };
  return {
    async deliver(letter) {
      transporter ??= await open();
      await transporter.sendMail({ from, ...letter });
    },
    close: () => transporter?.close(),
  };
}
