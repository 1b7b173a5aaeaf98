import { readFileSync } from 'node:fs';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import { judgedLookup, listOf, OutgoingFault } from '../../../../../../platform/http/outgoing.ts';
import type { OutsideAgent, OutsideRequest } from './outside-agent.ts';
import { addressFault } from './reach.ts';

const ANSWER_BYTES_MAX = 65_536;

/** Why an agent was not asked, or did not answer, in words that stand in a run. */
export class AskFault extends Error {
  override readonly name = 'AskFault';
}

export interface Answered {
  readonly status: number;
  /** Of an answer that is a JSON object; else none. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One request on a connection of its own: no redirects, the address judged when it is resolved, bounded in time and in size. */
export async function exchange(agent: OutsideAgent, request: OutsideRequest): Promise<Answered> {
  const within = { listed: listOf(agent.networks), isPlain: request.url.protocol === 'http:' };
  const fault = addressFault(request.url.hostname, within);
  if (fault !== null) throw new AskFault(`it is not asked: ${fault}`);
  const signal = AbortSignal.timeout(agent.timeoutMs);
  try {
    const incoming = await send(agent, request, { lookup: judgedLookup((address) => addressFault(address, within)), signal });
    const text = await readBounded(incoming);
    return { status: incoming.statusCode ?? 0, fields: fieldsOf(text) };
  } catch (error) {
    if (signal.aborted) throw new AskFault(`it did not answer within ${agent.timeoutMs} ms; what it did is not known`);
    throw error instanceof AskFault ? error : new AskFault(wordsOf(error));
  }
}

interface Connecting {
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
}

function send(agent: OutsideAgent, request: OutsideRequest, { lookup, signal }: Connecting): Promise<IncomingMessage> {
  const { url, method, headers, body } = request;
  const bytes = body === null ? null : Buffer.from(body, 'utf8');
  const secret = secretOf(agent);
  const isPlain = url.protocol === 'http:';
  return new Promise((resolve, reject) => {
    const outgoing = (isPlain ? requestPlain : requestSecure)(url, {
      method,
      headers: {
        'user-agent': 'Holdfast',
        accept: 'application/json',
        ...headers,
        ...(bytes === null ? {} : { 'content-length': String(bytes.length) }),
        ...(secret === null ? {} : { [agent.header]: secret }),
      },
      agent: false,
      lookup,
      signal,
      ...(agent.caFile === null ? {} : { ca: readFileSync(agent.caFile) }),
    });
    outgoing.on('response', resolve).on('error', reject);
    outgoing.end(bytes ?? undefined);
  });
}

function secretOf({ secret }: OutsideAgent): string | null {
  try {
    return secret();
  } catch {
    // Why is said where the configuration is checked; a run is read by more people.
    throw new AskFault('it is not asked: its secret cannot be read');
  }
}

async function readBounded(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    // Nothing sets an encoding, so chunks are buffers.
    const part = chunk as Buffer;
    size += part.length;
    if (size > ANSWER_BYTES_MAX) throw new AskFault(`it answered more than ${ANSWER_BYTES_MAX} bytes; what it did is not known`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    // An object of JSON has text for its keys; it is read as a map where it is used.
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Codes of the system say what it was; texts of others may hold anything. */
function wordsOf(error: unknown): string {
  if (error instanceof OutgoingFault) return 'it could not be asked (ADDRESS_REFUSED)';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `it could not be asked${/^[A-Z][A-Z0-9_]{1,63}$/u.test(code) ? ` (${code})` : ''}`;
}
