import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { guardedLookup, OutgoingFault, outgoingFault } from '../../../../platform/http/outgoing.ts';
import { ChannelFault, wordsOf } from './channel-fault.ts';

const ANSWER_BYTES_MAX = 65_536;
const RETRY_AFTER_SECONDS_MAX = 86_400;
/** Nothing that another try could change: not these bytes, not this much, not this type. */
const REFUSED = new Set([400, 413, 415, 422]);

export interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request on a connection of its own: no redirects, the address judged when it is resolved, a bounded answer. */
export async function post(posted: Posted): Promise<PostAnswer> {
  const url = new URL(posted.url);
  const fault = outgoingFault(url);
  if (fault !== null) throw new ChannelFault(fault);
  let incoming: IncomingMessage;
  let body: string;
  try {
    incoming = await exchange(url, posted);
    body = await readBounded(incoming);
  } catch (error) {
    throw new ChannelFault(error instanceof OutgoingFault ? error.message : wordsOf(error));
  }
  const status = incoming.statusCode ?? 0;
  if (status >= 200 && status <= 299) return { status, body };
  if (status >= 300 && status <= 399) throw new ChannelFault(`it answered ${status}, and redirects are not followed`);
  const retryAfterMs = waitOf(incoming.headers['retry-after']);
  throw new ChannelFault(`it answered ${status}`, { what: REFUSED.has(status) ? 'refused' : 'away', retryAfterMs });
}

function exchange(url: URL, { headers, body, signal }: Posted): Promise<IncomingMessage> {
  const isPlain = url.protocol === 'http:';
  const bytes = Buffer.from(body, 'utf8');
  return new Promise((resolve, reject) => {
    const outgoing = (isPlain ? requestPlain : requestSecure)(url, {
      method: 'POST',
      headers: { 'user-agent': 'Holdfast', 'content-length': String(bytes.length), ...headers },
      agent: false,
      lookup: guardedLookup({ isPlain }),
      signal,
    });
    outgoing.on('response', resolve).on('error', reject).end(bytes);
  });
}

async function readBounded(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    // Nothing sets an encoding, so chunks are buffers.
    const part = chunk as Buffer;
    bytes += part.length;
    // Whatever it says, it was told; nobody needs the rest.
    if (bytes > ANSWER_BYTES_MAX) break;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds, or a date (RFC 9110 §10.2.3); the date is compared with the clock of the answer's reader. */
function waitOf(header: string | undefined): number {
  if (header === undefined || header.length > 64) return 0;
  const seconds = /^\d{1,9}$/u.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000 : 0;
}
