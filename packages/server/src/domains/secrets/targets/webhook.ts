import { createHmac } from 'node:crypto';
import { TargetFault } from './target-fault.ts';

const ANSWER_MS = 10_000;
const ANSWER_BYTES_MAX = 65_536;
const KEY_BYTES_MIN = 16;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Too many, not now, not yet: worth another try. */
const LATER = new Set([408, 425, 429]);

export interface WebhookCall {
  readonly url: string;
  /** `whsec_` and base64, or the text itself. */
  readonly signingKey: string;
  /** The same for each try: whoever answers can tell a second one from a new one. */
  readonly id: string;
  readonly nowSeconds: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Over HTTPS; in clear to this machine alone. What a new credential is told to must not be read on the way. */
export function assertWebhookUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    throw new TargetFault('the address must be https, or on this machine');
  if (url.username !== '' || url.password !== '') throw new TargetFault('the address must hold no login');
  return url;
}

/** Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 of id, time and body. */
export function signWebhook({ signingKey, id, nowSeconds }: WebhookCall, body: string): string {
  const key = signingKey.startsWith('whsec_') ? Buffer.from(signingKey.slice(6), 'base64') : Buffer.from(signingKey, 'utf8');
  if (key.byteLength < KEY_BYTES_MIN) throw new TargetFault(`the signing key is shorter than ${KEY_BYTES_MIN} bytes`);
  return `v1,${createHmac('sha256', key).update(`${id}.${nowSeconds}.${body}`).digest('base64')}`;
}

/** One signed request: bounded, no redirects. The answer as JSON, or null when it is none. */
export async function callWebhook(call: WebhookCall): Promise<unknown> {
  const url = assertWebhookUrl(call.url);
  const body = JSON.stringify(call.body);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': call.id,
    'webhook-timestamp': String(call.nowSeconds),
    'webhook-signature': signWebhook(call, body),
    'idempotency-key': call.id,
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
    text = await readBounded(response);
  } catch (error) {
    if (error instanceof TargetFault) throw error;
    // Its message names addresses at most; its cause may hold more.
    throw new TargetFault('the address does not answer', { isAway: true });
  }
  const { status } = response;
  if (status < 200 || status > 299)
    throw new TargetFault(`the address answered ${status}`, { isAway: status >= 500 || LATER.has(status) });
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new TargetFault('the address answered with more than any answer is');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
