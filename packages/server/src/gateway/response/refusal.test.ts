import { applicationSchema, PROBLEMS } from '@holdfast/contract';
import type { Application, ProblemCode } from '@holdfast/contract';
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
  more: {
    accept?: string;
    protocol?: string;
    method?: string;
    begun?: boolean;
    contact?: string;
    application?: Application;
    path?: string;
  } = {},
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
    application: more.application ?? null,
    head: {
      method: more.method ?? 'GET',
      path: more.path ?? '/',
      headers: more.accept === undefined ? [] : [['accept', more.accept]],
    },
    record: { reason: null, responseBytes: 0 },
    snapshot: { source: { contact: more.contact ?? null } },
    outgoing,
  };
  // The rest of an exchange plays no part in a refusal.
  refuse(exchange as unknown as Exchange, verdict);
  return sent;
}

const verdict = (code: ProblemCode): Refused => ({ kind: 'refused', code, reason: 'secret-rule-name' });

const page = (title: string): string =>
  `<!doctype html><style>p{}</style><h1>${title}</h1><p>{{request_id}} {{ status }} {{title}} {{detail}} {{time}} {{contact}}</p>`;
const withPages = applicationSchema.parse({
  id: 'shop',
  name: 'Shop',
  upstream: 'http://127.0.0.1:1',
  errors: { pages: { '4xx': page('Four'), '5xx': page('Five'), '429': page('Wait') }, jsonPaths: ['/api/'] },
});

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

  test.each(Object.keys(PROBLEMS) as ProblemCode[])("%s on the operator's own page says no more", (code) => {
    const sent = refused(verdict(code), { accept: 'text/html', application: withPages, contact: '<b>us</b>' });
    expect(sent.status).toBe(PROBLEMS[code].status);
    expect(sent.body).toContain(`<p>0123456789AB ${sent.status} `);
    expect(sent.body).toContain('&lt;b&gt;us&lt;/b&gt;');
    expect(sent.body).not.toMatch(/secret-rule-name|\{\{|holdfast/u);
    const policy = String(sent.headers.get('content-security-policy'));
    expect(policy).toMatch(/^default-src 'none'; style-src 'self' 'sha256-[^']{43}='; .*form-action 'none'/u);
    expect(policy).not.toContain('script-src');
  });

  test('the page of a status goes before that of its class; without one it is the built-in page', () => {
    const body = (code: ProblemCode): string => refused(verdict(code), { accept: 'text/html', application: withPages }).body;
    expect(body('request-blocked')).toContain('<h1>Four</h1>');
    expect(body('rate-limited')).toContain('<h1>Wait</h1>');
    const none = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:1' });
    expect(refused(verdict('rate-limited'), { accept: 'text/html', application: none }).body).toContain('Request number');
  });

  test('a program gets the document whatever pages there are, told by what it reads or by where it asks', () => {
    const type = (more: Parameters<typeof refused>[1]): unknown =>
      refused(verdict('access-denied'), { application: withPages, ...more }).headers.get('content-type');
    expect(type({ accept: 'application/json' })).toBe('application/problem+json');
    expect(type({ accept: 'text/html', path: '/api/orders' })).toBe('application/problem+json');
    expect(type({ accept: 'text/html', path: '/apiary' })).toBe('text/html; charset=utf-8');
  });

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
