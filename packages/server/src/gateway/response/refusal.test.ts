import { PROBLEMS } from '@holdfast/contract';
import type { ProblemCode } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import type { Exchange, Refused } from '../exchange.ts';
import { refuse } from './refusal.ts';

interface Sent {
  status: number;
  body: string;
  destroyed: boolean;
  readonly headers: Map<string, unknown>;
}

/** Only what `refuse` touches of an exchange and its response. */
function refused(
  verdict: Refused,
  more: { accept?: string; protocol?: string; method?: string; begun?: boolean; contact?: string } = {},
): Sent {
  const sent: Sent = { status: 0, body: '', destroyed: false, headers: new Map() };
  const outgoing = {
    headersSent: more.begun ?? false,
    destroyed: false,
    writeHead: (status: number, flat: readonly string[]) => {
      sent.status = status;
      for (let at = 0; at + 1 < flat.length; at += 2) sent.headers.set(flat[at] ?? '', flat[at + 1]);
    },
    end: (body?: Uint8Array) => {
      sent.body = Buffer.from(body ?? []).toString('utf8');
    },
    destroy: () => {
      sent.destroyed = true;
    },
  };
  const exchange = {
    id: '0123456789AB',
    startedAtMs: 0,
    connection: { protocol: more.protocol ?? 'http/1.1' },
    head: { method: more.method ?? 'GET', headers: more.accept === undefined ? [] : [['accept', more.accept]] },
    record: { reason: null, responseBytes: 0 },
    snapshot: { source: { contact: more.contact ?? null } },
    outgoing,
  };
  // The rest of an exchange plays no part in a refusal.
  refuse(exchange as unknown as Exchange, verdict);
  return sent;
}

const verdict = (code: ProblemCode): Refused => ({ kind: 'refused', code, reason: 'secret-rule-name' });

describe('refusal', () => {
  // The keys of PROBLEMS are the codes.
  test.each(Object.keys(PROBLEMS) as ProblemCode[])(
    '%s says its status and nothing of the reason, as page and as document',
    (code) => {
      for (const accept of ['text/html', 'application/json']) {
        const sent = refused(verdict(code), { accept });
        expect(sent.status).toBe(PROBLEMS[code].status);
        expect(sent.body).toContain('0123456789AB');
        expect(sent.body).not.toMatch(/secret-rule-name|holdfast explain|<script/u);
        expect(sent.headers.get('cache-control')).toBe('no-store');
        expect(sent.headers.get('x-request-id')).toBe('0123456789AB');
        expect(sent.headers.get('content-length')).toBe(String(Buffer.byteLength(sent.body)));
      }
    },
  );

  test('says when to come back, at least a second later', () => {
    expect(refused({ ...verdict('rate-limited'), retryAfterSeconds: 0.2 }).headers.get('retry-after')).toBe('1');
    expect(refused(verdict('rate-limited')).headers.has('retry-after')).toBe(false);
  });

  test('closes an HTTP/1 connection that cannot be trusted; HTTP/2 has no such field', () => {
    const closing = { ...verdict('request-malformed'), closeConnection: true };
    expect(refused(closing).headers.get('connection')).toBe('close');
    expect(refused(closing, { protocol: 'h2' }).headers.has('connection')).toBe(false);
    expect(refused(verdict('request-malformed')).headers.has('connection')).toBe(false);
  });

  test('HEAD gets the header only; a response that has begun is cut off', () => {
    expect(refused(verdict('request-blocked'), { method: 'HEAD' }).body).toBe('');
    expect(refused(verdict('upstream-failed'), { begun: true })).toMatchObject({ destroyed: true, status: 0 });
  });

  test('a page names the contact of the configuration, as text', () => {
    const { body } = refused(verdict('request-blocked'), { accept: 'text/html', contact: 'security@example.org <b>' });
    expect(body).toContain('<dd>security@example.org &lt;b&gt;</dd>');
    expect(refused(verdict('request-blocked'), { accept: 'text/html' }).body).not.toContain('Contact');
  });
});
