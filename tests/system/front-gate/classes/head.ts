import { HOST, SMUGGLED, cases } from './case.ts';
import type { RawCase } from './case.ts';

const get = (line: string, headers = HOST): string => `${line}\r\n${headers}\r\n`;
const withHeader = (header: string): string => get('GET /page HTTP/1.1', `${HOST}${header}\r\n`);

const requestLines = [
  ...[
    'GET  /page HTTP/1.1',
    'GET /page  HTTP/1.1',
    ' GET /page HTTP/1.1',
    'GET /page HTTP/1.1 ',
    'GET\t/page HTTP/1.1',
    'GET /page\tHTTP/1.1',
    'GET /page',
    'GET',
    'GET /page HTTP',
    'GET /page HTTP/',
  ],
  ...[
    'GET /page HTTP/1',
    'GET /page HTTP/1.',
    'GET /page HTTP/.1',
    'GET /page HTTP/1.1.1',
    'GET /page HTTP/01.1',
    'GET /page HTTP/1.10',
    'GET /page http/1.1',
    'GET /page HTTPS/1.1',
    'GET /page HTTP/0.9',
    'GET /page HTTP/1.2',
    'GET /page HTTP/2.0',
    'GET /page HTTP/3.0',
    'GET /page HTTP/9.9',
    'GET /page HTTP/1,1',
    'GET /page HTTP /1.1',
    'GET /page HTTP/1 .1',
    'GET /page XTTP/1.1',
  ],
  ...[
    'TRACE /page HTTP/1.1',
    'TRACK /page HTTP/1.1',
    'CONNECT hf.test:443 HTTP/1.1',
    'PRI * HTTP/2.0',
    'get /page HTTP/1.1',
    'Get /page HTTP/1.1',
    'G\x00ET /page HTTP/1.1',
    'GET\x00 /page HTTP/1.1',
    'GE@T /page HTTP/1.1',
    'HACK /page HTTP/1.1',
    'PURGE /page HTTP/1.1',
    `${'G'.repeat(200)} /page HTTP/1.1`,
    '/page HTTP/1.1',
    ': /page HTTP/1.1',
  ],
  ...[
    'GET page HTTP/1.1',
    'GET * HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'GET ?x HTTP/1.1',
    'GET \\page HTTP/1.1',
    'GET /pa\\ge HTTP/1.1',
    'GET /page#x HTTP/1.1',
    'GET /pa\x00ge HTTP/1.1',
    'GET /pa\x7fge HTTP/1.1',
    'GET /pa\x80ge HTTP/1.1',
    'GET /\xc3\xa9 HTTP/1.1',
    'GET /pa\x0bge HTTP/1.1',
    'GET /pa\x01ge HTTP/1.1',
  ],
  ...[
    'GET http://evil.test/page HTTP/1.1',
    'GET http://user@hf.test/page HTTP/1.1',
    'GET http://hf.test:1/page HTTP/1.1',
    'GET ftp://hf.test/page HTTP/1.1',
    'GET http:/hf.test/page HTTP/1.1',
    'GET http:///page HTTP/1.1',
    'GET //evil.test@hf.test\\page HTTP/1.1',
    'GET javascript:alert(1) HTTP/1.1',
    'GET hf.test:80 HTTP/1.1',
    'GET http://hf.test#/page HTTP/1.1',
  ],
];

const hosts = [
  ...[
    '',
    ' ',
    'evil.test',
    'hf.test.evil.test',
    'evil.test/hf.test',
    'hf.test/',
    'hf.test?x',
    'hf.test#x',
    'hf.test\\x',
    'user@hf.test',
    'hf.test@evil.test',
    'hf.test, evil.test',
    'hf.test evil.test',
    'hf.test\tevil.test',
    'hf..test',
    '.hf.test',
    'hf.test.',
    'hf.test:',
  ],
  ...[
    'hf.test:0',
    'hf.test:99999',
    'hf.test:x',
    'hf.test:80:80',
    'hf.test:-1',
    'hf%2etest',
    '[::1',
    '::1',
    '[hf.test]',
    'hf.test\x00',
    'h\xc3\xa9.test',
    'http://hf.test',
    '-hf.test',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(200)}test`,
  ],
];

const controls = [0, 1, 7, 8, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f];

const singletons = [
  ['Content-Type', 'text/plain', 'application/json'],
  ['Authorization', 'Basic YQ==', 'Basic Yg=='],
  ['Cookie', 'a=1', 'a=2'],
  ['User-Agent', 'one', 'two'],
  ['Referer', 'http://a.test/', 'http://b.test/'],
  ['Origin', 'http://a.test', 'http://b.test'],
  ['If-Modified-Since', 'Sat, 01 Jan 2000 00:00:00 GMT', 'Sun, 02 Jan 2000 00:00:00 GMT'],
  ['Range', 'bytes=0-1', 'bytes=2-3'],
  ['Max-Forwards', '1', '2'],
  ['From', 'a@a.test', 'b@b.test'],
  ['Content-Encoding', 'gzip', 'br'],
  ['Host', 'hf.test', 'hf.test'],
] as const;

const upgrade = (headers: string): string => get('GET /ws HTTP/1.1', `${HOST}${headers}`);
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** Heads that two readers take in two ways, or that no honest client sends. */
export const HEAD: readonly RawCase[] = [
  ...cases(
    'request-line',
    'reject',
    requestLines.map((line) => ({ name: JSON.stringify(line.slice(0, 60)), text: get(line) })),
  ),
  ...cases(
    'host',
    'reject',
    hosts.map((host) => ({ name: JSON.stringify(host.slice(0, 40)), text: get('GET /page HTTP/1.1', `Host: ${host}\r\n`) })),
  ),
  ...cases('host', 'reject', [
    { name: 'none', text: get('GET /page HTTP/1.1', 'X: y\r\n') },
    { name: 'none in 1.0', text: get('GET /page HTTP/1.0', 'X: y\r\n') },
    { name: 'two different', text: get('GET /page HTTP/1.1', `${HOST}Host: evil.test\r\n`) },
    { name: 'folded', text: get('GET /page HTTP/1.1', 'Host:\r\n hf.test\r\n') },
    { name: 'blank before colon', text: get('GET /page HTTP/1.1', 'Host : hf.test\r\n') },
    { name: 'blank before name', text: get('GET /page HTTP/1.1', ' Host: hf.test\r\n') },
    { name: 'absolute form of another', text: get('GET http://evil.test/page HTTP/1.1') },
  ]),
  ...cases('bare-lf', 'reject', [
    { name: 'after request line', text: `GET /page HTTP/1.1\n${HOST}\r\n` },
    { name: 'after header', text: `GET /page HTTP/1.1\r\nHost: hf.test\n\r\n` },
    { name: 'everywhere', text: 'GET /page HTTP/1.1\nHost: hf.test\n\n' },
    { name: 'as end', text: `GET /page HTTP/1.1\r\n${HOST}\n` },
    { name: 'inside value', text: withHeader('X: a\nY: b') },
    { name: 'before request', text: `\n${get('GET /page HTTP/1.1')}` },
    { name: 'hides a length', text: `POST /form HTTP/1.1\r\n${HOST}X: y\nContent-Length: 5\r\n\r\nhello` },
  ]),
  ...cases('bare-cr', 'reject', [
    { name: 'after request line', text: `GET /page HTTP/1.1\r${HOST}\r\n` },
    { name: 'after header', text: `GET /page HTTP/1.1\r\nHost: hf.test\r\r\n\r\n` },
    { name: 'inside value', text: withHeader('X: a\rb') },
    { name: 'inside name', text: withHeader('X\rY: b') },
    { name: 'as line end', text: withHeader('X: a\rTransfer-Encoding: chunked') },
    { name: 'as end', text: `GET /page HTTP/1.1\r\n${HOST}\r\r\n` },
    { name: 'before request', text: `\r${get('GET /page HTTP/1.1')}` },
  ]),
  ...cases('obs-fold', 'reject', [
    { name: 'space', text: withHeader('X: a\r\n b') },
    { name: 'tab', text: withHeader('X: a\r\n\tb') },
    { name: 'first line', text: `GET /page HTTP/1.1\r\n X: y\r\n${HOST}\r\n` },
    { name: 'blank line of spaces', text: withHeader('X: a\r\n  ') },
    { name: 'after host', text: get('GET /page HTTP/1.1', 'Host: hf.test\r\n .evil.test\r\n') },
    { name: 'hides a length', text: `POST /form HTTP/1.1\r\n${HOST}X: y\r\n Content-Length: 5\r\n\r\nhello` },
  ]),
  ...cases(
    'control-bytes',
    'reject',
    controls.map((byte) => ({ name: String(byte), text: withHeader(`X: a${String.fromCharCode(byte)}b`) })),
  ),
  ...cases('names', 'reject', [
    { name: 'underscore', text: withHeader('X_Forwarded_For: 1.2.3.4') },
    { name: 'underscore length', text: withHeader('Content_Length: 5') },
    { name: 'empty', text: withHeader(': x') },
    { name: 'no colon', text: withHeader('broken') },
    { name: 'blank before colon', text: withHeader('X : y') },
    { name: 'quote', text: withHeader('"X": y') },
  ]),
  ...cases('sizes', 'reject', [
    {
      name: '101 headers',
      text: get('GET /page HTTP/1.1', HOST + Array.from({ length: 100 }, (_, at) => `X-${at}: y\r\n`).join('')),
    },
    {
      name: '2,001 headers',
      text: get('GET /page HTTP/1.1', HOST + Array.from({ length: 2000 }, (_, at) => `X-${at}: y\r\n`).join('')),
    },
    { name: 'header of 17 KiB', text: withHeader(`X: ${'a'.repeat(17_408)}`) },
    {
      name: 'header block of 20 KiB',
      text: get('GET /page HTTP/1.1', HOST + Array.from({ length: 20 }, (_, at) => `X-${at}: ${'a'.repeat(1024)}\r\n`).join('')),
    },
    { name: 'name of 1 KiB', text: withHeader(`${'X'.repeat(1024)}: y`) },
    { name: 'target of 9 KiB', text: get(`GET /${'a'.repeat(9216)} HTTP/1.1`) },
    { name: 'cookie of 9 KiB', text: withHeader(`Cookie: a=${'b'.repeat(9216)}`) },
    { name: 'three empty lines', text: `\r\n\r\n\r\n${get('GET /page HTTP/1.1')}` },
    {
      name: 'body over the limit',
      text: `POST /form HTTP/1.1\r\n${HOST}Content-Type: text/plain\r\nContent-Length: 9000000\r\n\r\n`,
    },
  ]),
  ...cases('expect', 'reject', [
    { name: 'unknown', text: withHeader('Expect: 200-ok') },
    { name: 'two', text: withHeader('Expect: 100-continue, 100-continue') },
    { name: 'empty', text: withHeader('Expect: ') },
  ]),
  ...cases(
    'duplicates',
    'reject',
    singletons.map(([name, one, two]) => ({
      name,
      text: get('GET /page HTTP/1.1', `${name === 'Host' ? '' : HOST}${name}: ${one}\r\n${name}: ${two}\r\n`),
    })),
  ),
  ...cases('upgrade', 'no-101', [
    { name: 'h2c', text: upgrade('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n') },
    {
      name: 'h2c with body',
      text: `POST /form HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello`,
    },
    {
      name: 'h2c and websocket',
      text: upgrade(`Connection: Upgrade\r\nUpgrade: h2c, websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}`),
    },
    {
      name: 'foreign origin',
      text: upgrade(
        `Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://evil.test\r\nSec-WebSocket-Version: 13\r\n${KEY}`,
      ),
    },
    { name: 'no origin', text: upgrade(`Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}`) },
    {
      name: 'version 8',
      text: upgrade(`Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://hf.test\r\nSec-WebSocket-Version: 8\r\n${KEY}`),
    },
    {
      name: 'no key',
      text: upgrade('Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://hf.test\r\nSec-WebSocket-Version: 13\r\n'),
    },
    {
      name: 'with body',
      text: `GET /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}Content-Length: 5\r\n\r\nhello`,
    },
    {
      name: 'on POST',
      text: `POST /ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://hf.test\r\nSec-WebSocket-Version: 13\r\n${KEY}\r\n`,
    },
    { name: 'TLS', text: upgrade('Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n') },
    {
      name: 'then a hidden request',
      text: upgrade(`Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\n${KEY}`) + SMUGGLED,
    },
  ]),
];
