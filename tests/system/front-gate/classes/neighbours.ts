import { HOST, SMUGGLED, byteName, cases } from './case.ts';
import type { CaseText, RawCase } from './case.ts';

const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;
const post = (headers: string, body: string): string => `POST /form HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;
const BODY = '5\r\nhello\r\n0\r\n\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://hf.test\r\n';

/** Control bytes, blanks, DEL and everything above ASCII. */
const ODD = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte <= 0x20 || byte >= 0x7f);
const BLANKS: readonly number[] = [0x09, 0x20];

/** Where a byte beside `chunked`, or where a line may seem to end, gives one reader a body and the next a second request. */
function aroundValues(): CaseText[] {
  return ODD.flatMap((byte) => {
    const mark = String.fromCharCode(byte);
    const name = byteName(byte);
    const length = 'Content-Length: 5\r\n';
    const rows = [
      { name: `inside the name ${name}`, text: post(`Transfer${mark}Encoding: chunked\r\n${length}`, '0\r\n\r\n') },
      { name: `field after chunked${name}`, text: post(`Transfer-Encoding: chunked${mark}X: y\r\n${length}`, '0\r\n\r\n') },
      {
        name: `CR ${name} before a field`,
        text: post(`X: y\r${mark === '\n' ? '\r\n' : mark}Z: chunked\r\n${length}`, '0\r\n\r\n'),
      },
    ];
    if (byte !== 0x0d)
      rows.push({ name: `${name} LF before a field`, text: post(`X: y${mark}\nTransfer-Encoding: chunked\r\n`, BODY) });
    if (BLANKS.includes(byte)) return rows;
    rows.push({ name: `${name} before the value`, text: post(`Transfer-Encoding:${mark}chunked\r\n`, BODY) });
    rows.push({ name: `${name} after the value`, text: post(`Transfer-Encoding: chunked${mark}\r\n`, BODY) });
    return rows;
  });
}

const lookAlikePaths = [
  '/x/%e2%80%a5/admin',
  '/x/%ef%b8%b0/admin',
  '/x%e2%84%80/admin',
  '/x/%ef%bc%852e%ef%bc%852e/admin',
  '/x/%ef%b9%aa2e./admin',
  '/x/..%ef%bc%9b/admin',
  '/%cd%be/admin',
  '/x/..%c1%9cadmin',
  '/x/%%32%65%%32%65/admin',
  '/%2525%2e%2e/admin',
  '/static/%2E%2E%2Fadmin',
  '/.%00./admin',
  '/%ed%a0%80admin',
];

const spoofed = [
  'X-ForwardedFor',
  'X-Forward-For',
  'Forwarded-For',
  'X-ClientIP',
  'X-True-Client-IP',
  'Fly-Client-IP',
  'Cluster-Client-IP',
  'WL-Proxy-Client-IP',
  'Proxy-Client-IP',
  'CF-IPCountry',
  'CF-Access-Jwt-Assertion',
  'X-Azure-ClientIP',
  'X-Appengine-User-IP',
  'X-Envoy-Original-Path',
  'X-Vercel-Forwarded-For',
  'X-NF-Client-Connection-IP',
  'X-HTTP-Host-Override',
  'X-Backend-Host',
  'Remote-Addr',
  'Remote-Groups',
  'Remote-Email',
  'X-Auth-Request-User',
  'X-Authenticated-User',
  'X-WebAuth-User',
  'X-Consumer-Username',
  'X-Authentik-Username',
  'Tailscale-User-Login',
  'X-Amzn-Oidc-Identity',
  'X-Goog-Authenticated-User-Email',
  'X-MS-Client-Principal-Name',
  'X-SSL-Client-Verify',
  'Client-Cert',
  'X-Client-Verify',
  'X-Middleware-Subrequest',
  'X-Sendfile-Type',
  'X-Accel-Mapping',
  'X-Script-Name',
] as const;

const namedFields = [
  'Connection: X-Bar\r\n',
  'Connection: keep-alive\r\nConnection: X-Bar\r\n',
  'Connection: X-Foo\r\nConnection: X-Bar\r\n',
  'Connection: X-Foo\t,\tX-Bar\r\n',
  `Connection: ${'a,'.repeat(100)}X-Bar\r\n`,
] as const;

const repeated = [
  'Sec-Fetch-Site',
  'Sec-Fetch-Mode',
  'Idempotency-Key',
  'DPoP',
  'X-Api-Key',
  'X-Xsrf-Token',
  'If-Range',
  'Content-Range',
  'Proxy-Authorization',
] as const;
const repeatable = ['Accept', 'Accept-Encoding', 'Cache-Control', 'If-None-Match', 'X-Custom', 'X-Forwarded-For'] as const;

const upgrades: readonly CaseText[] = [
  { name: 'h2c without Connection, then a hidden request', text: get('/ws', 'Upgrade: h2c\r\n') + SMUGGLED },
  { name: 'websocket without Connection, then a hidden request', text: get('/ws', `Upgrade: websocket\r\n${KEY}`) + SMUGGLED },
  {
    name: 'websocket of 1.0',
    text: `GET /ws HTTP/1.0\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n${KEY}\r\n${SMUGGLED}`,
  },
  { name: 'two Upgrade lines', text: get('/ws', `Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n${KEY}`) },
  { name: 'settings alone', text: get('/ws', 'Connection: HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n') },
];

const hidden: readonly CaseText[] = [
  { name: 'request in a GET body', text: get('/page', `Content-Length: ${SMUGGLED.length}\r\n`) + SMUGGLED },
  { name: 'request after close', text: get('/page', 'Connection: close\r\n') + SMUGGLED },
  { name: 'request after 1.0', text: `GET /page HTTP/1.0\r\n${HOST}\r\n${SMUGGLED}` },
  { name: 'length named by Connection', text: post('Connection: Content-Length\r\nContent-Length: 5\r\n', 'hello') },
  { name: 'coding named by Connection', text: post('Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n', BODY) },
  { name: 'request after a refused one', text: get('/page', 'X: \0\r\n') + SMUGGLED },
  { name: 'OPTIONS *', text: `OPTIONS * HTTP/1.1\r\n${HOST}\r\n` },
];

const edges: readonly CaseText[] = [
  { name: 'target of 8 KiB', text: get(`/${'a'.repeat(8191)}`) },
  { name: '100 headers', text: get('/page', Array.from({ length: 99 }, (_, at) => `X-${at}: y\r\n`).join('')) },
  { name: 'value of 15 KiB', text: get('/page', `X: ${'a'.repeat(15_360)}\r\n`) },
  { name: '1,000 chunks', text: post('Transfer-Encoding: chunked\r\n', `${'1\r\na\r\n'.repeat(1000)}0\r\n\r\n`) },
];

/** Paths of other languages and honest signs; the first four end on a letter whose Latin-1 code is the lead of an overlong form. */
const honestTargets = [
  '/%C3%BC',
  '/d%C3%A9j%C3%A0',
  '/?q=voil%C3%A0',
  '/sm%C3%B8',
  '/%E6%97%A5%E6%9C%AC',
  '/100%EF%BC%85',
  '/c%23',
  '/what%3F',
  '/wiki/C%2B%2B',
  '/x;jsessionid=1A2B?y',
  '/@scope/pkg',
  '/a?',
  '/?',
  '/a?b?c',
  '/a//b',
  '/?u=http://x.test/y?z',
  '/?d=2024-01-01T00:00:00%2B01:00',
] as const;

const honest: readonly CaseText[] = [
  { name: 'absolute form without path', text: 'GET http://hf.test HTTP/1.1\r\nHost: hf.test\r\n\r\n' },
  { name: 'absolute form with port', text: 'GET http://hf.test:8080/a HTTP/1.1\r\nHost: hf.test:8080\r\n\r\n' },
  { name: 'POST of 1.0', text: `POST /form HTTP/1.0\r\n${HOST}Content-Length: 5\r\n\r\nhello` },
  { name: 'keep-alive of 1.0', text: `GET /page HTTP/1.0\r\n${HOST}Connection: keep-alive\r\n\r\n` },
  { name: 'POST without length', text: `POST /form HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'length with leading zeros', text: post('Content-Length: 005\r\n', 'hello') },
  { name: 'length with tabs around', text: post('Content-Length:\t5\t\r\n', 'hello') },
  { name: 'expects 100 with chunks', text: post('Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n', BODY) },
  { name: 'expects 100 without body', text: get('/page', 'Expect: 100-continue\r\n') },
  { name: 'last chunk with extension', text: post('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0;a=b\r\n\r\n') },
  { name: 'empty chunked body', text: post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n') },
  { name: 'every token character', text: get('/page', "X!#$%&'*+.^`|~9: y\r\n") },
  { name: 'TE: trailers', text: get('/page', 'Connection: TE\r\nTE: trailers\r\n') },
  {
    name: 'type named by Connection',
    text: post('Connection: Content-Type\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n', 'ok'),
  },
  { name: 'empty user agent', text: get('/page', 'User-Agent:\r\n') },
];

const named = (text: string, build: (text: string) => string): CaseText => ({
  name: JSON.stringify(text.slice(0, 60)),
  text: build(text),
});

/** The rows next to those of the other files: bytes around values, names that proxies use, edges of every limit, honest twins. */
export const NEIGHBOURS: readonly RawCase[] = [
  ...cases('header-bytes', 'reject', aroundValues()),
  ...cases(
    'path',
    'reject',
    lookAlikePaths.map((path) => named(path, (target) => get(target))),
  ),
  ...cases(
    'spoof-strip',
    'accept-sanitize',
    spoofed.map((name) => ({ name, text: get('/page', `${name}: m4rk\r\n`), marker: 'm4rk' })),
  ),
  ...cases(
    'spoof-strip',
    'accept-sanitize',
    namedFields.map((line) => ({ ...named(line, (text) => get('/page', `${text}X-Bar: m4rk\r\n`)), marker: 'm4rk' })),
  ),
  ...cases(
    'duplicates',
    'reject',
    repeated.map((name) => ({ name, text: get('/page', `${name}: a\r\n${name}: b\r\n`) })),
  ),
  ...cases(
    'duplicates',
    'accept',
    repeatable.map((name) => ({ name, text: get('/page', `${name}: a\r\n${name}: b\r\n`) })),
  ),
  ...cases('upgrade', 'no-101', upgrades),
  ...cases('hidden', 'accept-no-smuggle', hidden),
  ...cases('sizes', 'accept', edges),
  ...cases('sizes', 'reject', [
    { name: 'target of 8 KiB and one byte', text: get(`/${'a'.repeat(8192)}`) },
    { name: 'two empty lines', text: `\r\n\r\n${get('/page')}` },
    { name: 'length of 15 digits', text: post('Content-Length: 999999999999999\r\n', 'hello') },
    {
      name: 'upload of 15 digits',
      text: post('Content-Type: application/octet-stream\r\nContent-Length: 999999999999999\r\n', ''),
    },
    {
      name: 'extensions of 20 KiB in all',
      text: post('Transfer-Encoding: chunked\r\n', `${`1;${'a'.repeat(100)}\r\nh\r\n`.repeat(200)}0\r\n\r\n`),
    },
  ]),
  ...cases(
    'controls',
    'accept',
    honestTargets.map((target) => named(target, (text) => get(text))),
  ),
  ...cases('controls', 'accept', honest),
];
