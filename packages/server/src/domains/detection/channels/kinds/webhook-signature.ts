import { createHmac } from 'node:crypto';

const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 512;

/** `whsec_` and base64, or the text itself; null = too short to be a secret. */
export function webhookKey(secret: string): Buffer | null {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
  return key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX ? null : key;
}

/** Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 of id, time and body. */
export function signWebhook(key: Buffer, { id, seconds, body }: { id: string; seconds: number; body: string }): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}
