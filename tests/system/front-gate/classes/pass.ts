import { HOST, cases } from './case.ts';
import type { RawCase } from './case.ts';

const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;

const adminPaths = [
  '/admin',
  '/admin/',
  '/admin/users',
  '/ADMIN/users',
  '/Admin',
  '/%61dmin',
  '/%41dmin',
  '/adm%69n/users',
  '/%61%64%6d%69%6e',
  '/%2561dmin',
  '/%25%36%31dmin',
  '/adm%2569n',
  '//admin',
  '///admin/users',
  '/./admin',
  '/x/../admin',
  '/x/..//admin',
  '/x/%2e%2e/admin',
  '/x/.%2e/admin',
  '/x/%2e./admin',
  '/%2e/admin',
  '/x%2f..%2fadmin',
  '/x%2fadmin',
  '/%2fadmin',
  '/%5cadmin',
  '/x/..%5cadmin',
  '/x/..;/admin',
  '/;/admin',
  '/;x=y/admin',
  '/admin;x=y/users',
  '/x;/../admin',
  '/x/..;a=b/admin',
  '/admin%00',
  '/admin%00.png',
  '/%00/admin',
  '/admin%20',
  '/admin%09',
  '/%c0%ae%c0%ae/admin',
  '/x/%c0%ae%c0%ae/admin',
  '/%e0%80%af/admin',
  '/x/%ef%bc%8e%ef%bc%8e/admin',
  '/x%ef%bc%8fadmin',
  '/%u0061dmin',
  '/%',
  '/%6',
  '/%zz/admin',
  '/admin%',
  '/../admin',
  '/../../admin',
  '/x/./../admin',
  '/x/y/../../admin',
  '/admin/.',
  '/admin/..',
  '/admin/../admin',
  '/admin/%2e',
  '/x/%252e%252e/admin',
  '/x%252f..%252fadmin',
  '/%252fadmin',
  '/admin%2fusers',
  '/admin%252fusers',
  '/admin?x',
  '/admin/?/../x',
];

const spoofed: readonly (readonly [string, string])[] = [
  ...(
    [
      'X-Forwarded-For',
      'X-Real-IP',
      'True-Client-IP',
      'CF-Connecting-IP',
      'X-Client-IP',
      'Client-IP',
      'X-Cluster-Client-IP',
      'Fastly-Client-IP',
      'X-Originating-IP',
      'X-Remote-IP',
      'X-Remote-Addr',
      'X-ProxyUser-Ip',
    ] as const
  ).map((name) => [name, '6.6.6.6'] as const),
  ['Forwarded', 'for=6.6.6.6;proto=m4rk'],
  ...(
    [
      'X-Forwarded-Host',
      'X-Host',
      'X-Original-Host',
      'X-Forwarded-Server',
      'X-Forwarded-Proto',
      'X-Forwarded-Scheme',
      'X-Forwarded-Port',
      'X-Forwarded-Prefix',
      'X-Forwarded-User',
      'X-Scheme',
      'X-Url-Scheme',
    ] as const
  ).map((name) => [name, 'm4rk'] as const),
  ...(['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Override-URL'] as const).map((name) => [name, '/m4rk'] as const),
  ...(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'] as const).map((name) => [name, 'm4rk'] as const),
  ...(
    ['X-Holdfast-User', 'X-Holdfast-Jwt-Assertion', 'Remote-User', 'X-Remote-User', 'Proxy', 'Via', 'X-Request-Id'] as const
  ).map((name) => [name, 'm4rk'] as const),
  ...(['Keep-Alive', 'Proxy-Connection', 'Proxy-Authorization', 'TE', 'HTTP2-Settings'] as const).map(
    (name) => [name, 'm4rk'] as const,
  ),
];

const post = (headers: string, body: string): string => `POST /form HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;

/** Honest requests: every one must arrive. */
const controls: readonly { name: string; text: string }[] = [
  { name: 'GET', text: get('/page') },
  { name: 'GET with query', text: get('/page?a=1&b=two%20words&c=%C3%A9') },
  { name: 'GET of 1.0', text: `GET /page HTTP/1.0\r\n${HOST}\r\n` },
  { name: 'one empty line first', text: `\r\n${get('/page')}` },
  { name: 'POST form', text: post('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n', 'a=1&b=2') },
  { name: 'POST JSON', text: post('Content-Type: application/json\r\nContent-Length: 13\r\n', '{"a":[1,2,3]}') },
  {
    name: 'POST chunked',
    text: post('Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'),
  },
  { name: 'POST empty', text: post('Content-Length: 0\r\n', '') },
  { name: 'PUT', text: `PUT /page HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Type: text/plain\r\n\r\nok` },
  { name: 'PATCH', text: `PATCH /page HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Type: text/plain\r\n\r\nok` },
  { name: 'DELETE', text: `DELETE /page HTTP/1.1\r\n${HOST}\r\n` },
  {
    name: 'OPTIONS',
    text: `OPTIONS /page HTTP/1.1\r\n${HOST}Origin: http://hf.test\r\nAccess-Control-Request-Method: PUT\r\n\r\n`,
  },
  { name: 'host with port', text: 'GET /page HTTP/1.1\r\nHost: hf.test:8080\r\n\r\n' },
  { name: 'host in capitals', text: 'GET /page HTTP/1.1\r\nHOST: HF.TEST\r\n\r\n' },
  { name: 'absolute form', text: get('http://hf.test/page?x') },
  { name: 'no blank after colon', text: 'GET /page HTTP/1.1\r\nHost:hf.test\r\nX:y\r\n\r\n' },
  { name: 'empty value', text: get('/page', 'X-Empty:\r\n') },
  { name: 'value above ASCII', text: get('/page', 'X-Name: Zo\xc3\xab\r\n') },
  { name: 'repeated list header', text: get('/page', 'Accept: text/html\r\nAccept: */*\r\n') },
  {
    name: 'browser headers',
    text: get(
      '/page',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Language: de-CH,de;q=0.9\r\nSec-Fetch-Mode: navigate\r\nCookie: theme=dark; lang=de\r\n',
    ),
  },
  { name: 'escaped path', text: get('/caf%C3%A9/a%20b') },
  { name: 'dots in names', text: get('/a.b/..c/d...e') },
  { name: 'tilde and colon', text: get('/~user/a:b@c') },
  { name: 'query with brackets', text: get('/page?filter[a]=1&filter[b]=2') },
  { name: 'semicolon in the last segment', text: get('/page;v=2') },
  { name: 'Connection: close', text: get('/page', 'Connection: close\r\n') },
  { name: 'keep-alive', text: get('/page', 'Connection: keep-alive\r\n') },
  { name: 'expects 100', text: post('Expect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n', 'hello') },
  { name: '90 headers', text: get('/page', Array.from({ length: 90 }, (_, at) => `X-${at}: y\r\n`).join('')) },
  { name: 'cookie of 4 KiB', text: get('/page', `Cookie: a=${'b'.repeat(4096)}\r\n`) },
  { name: 'target of 4 KiB', text: get(`/page?${'a'.repeat(4096)}`) },
  { name: 'range', text: get('/page', 'Range: bytes=0-99\r\n') },
];

/** What must get through, and in which shape. */
export const PASS: readonly RawCase[] = [
  ...cases(
    'path',
    'deny-admin',
    adminPaths.map((path) => ({ name: path, text: get(path) })),
  ),
  ...cases(
    'spoof-strip',
    'accept-sanitize',
    spoofed.map(([name, value]) => ({ name, text: get('/page', `${name}: ${value}\r\n`), marker: value })),
  ),
  ...cases('spoof-strip', 'accept-sanitize', [
    { name: 'named by Connection', text: get('/page', 'Connection: X-Secret, close\r\nX-Secret: m4rk\r\n'), marker: 'm4rk' },
    {
      name: 'two forwarded',
      text: get('/page', 'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6, 7.7.7.7\r\n'),
      marker: '6.6.6.6',
    },
    {
      name: 'Connection names ours',
      text: get('/page', 'Connection: X-Forwarded-For, X-Request-Id, close\r\nX-Forwarded-For: 6.6.6.6\r\n'),
      marker: '6.6.6.6',
    },
  ]),
  ...cases('controls', 'accept', controls),
];
