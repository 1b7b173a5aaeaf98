import { HOST, SMUGGLED, byteName, cases } from './case.ts';
import type { RawCase } from './case.ts';

const post = (headers: string, body: string): string => `POST /form HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const chunked = (body: string): string => post(CHUNKED, body);

const bothOrders = (length: string, coding: string): readonly { name: string; text: string }[] => [
  {
    name: `${length} before ${coding}`,
    text: post(`Content-Length: ${length}\r\nTransfer-Encoding: ${coding}\r\n`, `0\r\n\r\n${SMUGGLED}`),
  },
  {
    name: `${coding} before ${length}`,
    text: post(`Transfer-Encoding: ${coding}\r\nContent-Length: ${length}\r\n`, `0\r\n\r\n${SMUGGLED}`),
  },
];

const codingValues = [
  'identity',
  '	chunked',
  'chunked	',
  'gzip',
  'deflate',
  'compress',
  'br',
  'x-chunked',
  'chunked2',
  'chunke',
  'hunked',
  'cow',
  'none',
  '""',
  '"chunked"',
  "'chunked'",
  'gzip, chunked',
  'chunked, gzip',
  'chunked, identity',
  'identity, chunked',
  'chunked, chunked',
  'chunked,',
  ',chunked',
  ', chunked',
  'chunked ,',
  'chunked;q=1',
  'chunked; foo=bar',
  'chunked;',
  ';chunked',
  'chunked\v',
  '\vchunked',
  'chunked\f',
  '\fchunked',
  'chunked\0',
  '\0chunked',
  'chunked\xA0',
  '\xA0chunked',
  'chunked',
  'ch\0unked',
  'chunk	ed',
  'chun ked',
  'chunked chunked',
  'chunked/1',
  '(chunked)',
  'chunked\\',
  '\\chunked',
  'chunked:',
  'chunked=1',
  '',
];
const lengthValues = [
  '+5',
  '-5',
  '-0',
  '0x5',
  '5x',
  'x5',
  '5.0',
  '5e0',
  '1e1',
  '5,',
  ',5',
  '5,5',
  '5, 5',
  '5;5',
  '5 5',
  '5\v',
  '\v5',
  '5\f',
  '\x005',
  '5\0',
  '5\xA0',
  '\xA05',
  '²',
  '',
  '0b101',
  '0o5',
  '٥',
  '5_0',
  '5L',
  '"5"',
  "'5'",
  '9223372036854775808',
  '18446744073709551621',
  '4294967296000000',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'five',
  '5	5',
  '5/1',
];
const sizes = [
  '',
  ' 5',
  '5 ',
  '	5',
  '5	',
  '+5',
  '-5',
  '0x5',
  '5x',
  'x',
  'g',
  '5g',
  '5.',
  '5,0',
  '5_0',
  '"5"',
  '5\0',
  '\x005',
  '5\v',
  '5\f',
  '5\xA0',
  'fffffffff',
  '100000005',
  'ffffffffffffffff',
  '10000000000000005',
  '000000000000000000005',
  '5;;',
  '5; a=b',
  '5 ;a=b',
  '5;a =b',
  '5;a= b',
  '5;a="b',
  '5;a="b\\"c"',
  '5;a=\0',
  '5;',
  '5;a=b\vc',
  '5;=b',
  '5;a=',
  '5;a=b=c',
  '5;',
];
const extension = (bytes: number): string => `5;${'x'.repeat(bytes)}\r\nhello\r\n0\r\n\r\n`;

const endings: readonly (readonly [string, string])[] = [
  ['no CRLF after data', '5\r\nhello0\r\n\r\n'],
  ['LF after data', '5\r\nhello\n0\r\n\r\n'],
  ['CR after data', '5\r\nhello\r0\r\n\r\n'],
  ['two bytes after data', '5\r\nhelloXX0\r\n\r\n'],
  ['LFCR after data', '5\r\nhello\n\r0\r\n\r\n'],
  ['data longer than size', '4\r\nhello\r\n0\r\n\r\n'],
  ['data shorter than size', '6\r\nhello\r\n0\r\n\r\n'],
  ['LF after size', '5\nhello\r\n0\r\n\r\n'],
  ['CR after size', '5\rhello\r\n0\r\n\r\n'],
  ['CR x after size', '5\rxhello\r\n0\r\n\r\n'],
  ['LF after last chunk', '5\r\nhello\r\n0\n\n'],
  ['LF after last size', '5\r\nhello\r\n0\n\r\n'],
  ['bare LF as end', '5\r\nhello\r\n0\r\n\n'],
  ['CR CR LF after size', '5\r\r\nhello\r\n0\r\n\r\n'],
  ['LF inside an extension', '5;a\nb\r\nhello\r\n0\r\n\r\n'],
  ['CR inside an extension', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
  ['space after last size', '5\r\nhello\r\n0 \r\n\r\n'],
  ['sign before last size', '5\r\nhello\r\n-0\r\n\r\n'],
  ['hex prefix on last size', '5\r\nhello\r\n0x0\r\n\r\n'],
  ['empty line between chunks', '5\r\nhello\r\n\r\n0\r\n\r\n'],
];

const withTrailer = (trailer: string): string => chunked(`5\r\nhello\r\n0\r\n${trailer}\r\n\r\n`);

/** Two readings of where a request ends. */
export const FRAMING: readonly RawCase[] = [
  ...cases('cl-te', 'reject', [
    ...bothOrders('5', 'chunked'),
    ...bothOrders('0', 'chunked'),
    ...bothOrders('6', 'Chunked'),
    ...bothOrders('5', 'identity'),
    ...bothOrders('5', 'xchunked'),
    ...bothOrders('999', 'chunked'),
  ]),
  ...cases('te-on-1.0', 'reject', [
    { name: 'chunked', text: `POST /form HTTP/1.0\r\n${HOST}${CHUNKED}\r\n5\r\nhello\r\n0\r\n\r\n` },
    {
      name: 'with keep-alive',
      text: `POST /form HTTP/1.0\r\n${HOST}Connection: keep-alive\r\n${CHUNKED}\r\n0\r\n\r\n${SMUGGLED}`,
    },
  ]),
  ...cases(
    'te-value',
    'reject',
    codingValues.map((value) => ({
      name: JSON.stringify(value),
      text: post(`Transfer-Encoding: ${value}\r\n`, `5\r\nhello\r\n0\r\n\r\n`),
    })),
  ),
  ...cases('te-value', 'accept-no-smuggle', [
    { name: 'capitals', text: post('Transfer-Encoding: CHUNKED\r\n', '5\r\nhello\r\n0\r\n\r\n') },
    { name: 'blanks around', text: post('Transfer-Encoding:   chunked  \r\n', '5\r\nhello\r\n0\r\n\r\n') },
  ]),
  ...cases('te-duplicate', 'reject', [
    { name: 'twice', text: post(CHUNKED + CHUNKED, '0\r\n\r\n') },
    { name: 'chunked then identity', text: post(`${CHUNKED}Transfer-Encoding: identity\r\n`, '0\r\n\r\n') },
    { name: 'identity then chunked', text: post(`Transfer-Encoding: identity\r\n${CHUNKED}`, '0\r\n\r\n') },
    { name: 'lower-case twin', text: post(`${CHUNKED}transfer-encoding: x\r\n`, '0\r\n\r\n') },
    { name: 'folded', text: post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n') },
    { name: 'folded with tab', text: post('Transfer-Encoding:\r\n\tchunked\r\n', '0\r\n\r\n') },
    { name: 'folded half', text: post('Transfer-Encoding: chun\r\n ked\r\n', '0\r\n\r\n') },
  ]),
  ...cases(
    'cl-value',
    'reject',
    lengthValues.map((value) => ({ name: JSON.stringify(value), text: post(`Content-Length: ${value}\r\n`, 'hello') })),
  ),
  ...cases('cl-duplicate', 'reject', [
    ...(['5', '6', '0', '05'] as const).flatMap((other) => [
      { name: `5 and ${other}`, text: post(`Content-Length: 5\r\nContent-Length: ${other}\r\n`, 'hello') },
      { name: `${other} and 5`, text: post(`content-length: ${other}\r\nContent-Length: 5\r\n`, 'hello') },
    ]),
    { name: 'folded', text: post('Content-Length: 5\r\n 0\r\n', 'hello') },
  ]),
  ...cases(
    'chunk-size',
    'reject',
    sizes.map((size) => ({ name: JSON.stringify(size), text: chunked(`${size}\r\nhello\r\n0\r\n\r\n`) })),
  ),
  ...cases('chunk-size', 'reject', [{ name: 'extension of 8 KiB', text: chunked(extension(8192)) }]),
  ...cases('chunk-size', 'accept', [
    { name: 'extension', text: chunked('5;a=b;c="d e"\r\nhello\r\n0\r\n\r\n') },
    { name: 'leading zeros', text: chunked('0005\r\nhello\r\n000\r\n\r\n') },
    { name: 'capital digits', text: chunked(`A\r\n0123456789\r\n0\r\n\r\n`) },
  ]),
  ...cases(
    'chunk-end',
    'reject',
    endings.map(([name, body]) => ({ name, text: chunked(body) })),
  ),
  ...cases('trailers', 'reject-or-drop', [
    { name: 'harmless', text: withTrailer('X-Marker: m4rk'), marker: 'm4rk' },
    { name: 'announced', text: post(`${CHUNKED}Trailer: X-Marker\r\n`, '0\r\nX-Marker: m4rk\r\n\r\n'), marker: 'm4rk' },
    ...[
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'Host: evil.test',
      'Authorization: m4rk',
      'Cookie: a=m4rk',
      'X-Forwarded-For: 6.6.6.6',
      'Content-Type: m4rk/x',
      'X_Marker: m4rk',
      'X-Marker : m4rk',
      ' m4rk',
    ].map((trailer) => ({ name: trailer, text: withTrailer(`${trailer}\r\nX-Second: m4rk`), marker: 'm4rk' })),
  ]),
  ...cases('header-bytes', 'reject', mutations()),
];

/** Every byte that is no token character, put into and around the names that frame a message. */
function mutations(): { name: string; text: string }[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => !/[!#$%&'*+\-.^_`|~0-9A-Za-z:]/u.test(String.fromCharCode(byte)),
  );
  return ['Content-Length', 'Transfer-Encoding'].flatMap((name) =>
    bytes.flatMap((byte) => {
      const mark = String.fromCharCode(byte);
      const value = name === 'Content-Length' ? '5' : 'chunked';
      return [
        { name: `${name} then ${byteName(byte)}`, text: post(`${name}${mark}: ${value}\r\n`, '0\r\n\r\n') },
        { name: `${byteName(byte)} then ${name}`, text: post(`X: y\r\n${mark}${name}: ${value}\r\n`, '0\r\n\r\n') },
      ];
    }),
  );
}
