import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../types.ts';
import { DECODE_LIMITS } from './limits.ts';
import { decodeRequest } from './request.ts';

const encoder = new TextEncoder();

function post(
  type: string | undefined,
  body: string | Uint8Array,
  more: readonly (readonly [string, string])[] = [],
): RawRequest {
  const headers: (readonly [string, string])[] = type === undefined ? [...more] : [['content-type', type], ...more];
  return { method: 'POST', target: '/x', headers, body: typeof body === 'string' ? encoder.encode(body) : body };
}

/** Fields without the path, as `location name=value`. */
function fieldsOf(raw: RawRequest): readonly string[] | string {
  const decoded = decodeRequest(raw, '/x');
  if (decoded.kind === 'ambiguous') return `ambiguous ${decoded.reason}`;
  if (decoded.kind === 'over-limit') return `over-limit ${decoded.limit}`;
  return decoded.request.fields.slice(1).map((field) => `${field.location} ${field.name}=${field.value}`);
}

function get(target: string, headers: RawRequest['headers'] = []): RawRequest {
  return { method: 'GET', target, headers, body: null };
}

describe('query, form and cookies', () => {
  test('a name that repeats gives a field each time', () => {
    expect(fieldsOf(get('/x?a=1&a=2&&b&=c'))).toEqual(['query a=1', 'query a=2', 'query b=', 'query =c']);
  });
  test('values are decoded exactly once', () => {
    expect(fieldsOf(get('/x?a=%2541+b%2Bc&d=100%&e=%F1'))).toEqual(['query a=%41 b+c', 'query d=100%', 'query e=ñ']);
  });
  test('octets that are no UTF-8 stay visible one by one', () => {
    expect(fieldsOf(get('/x?a=%C0%AE%80'))).toEqual(['query a=\u00C0\u00AE\u0080']);
  });
  test('256 parameters pass and 257 do not', () => {
    const query = (count: number) => `/x?${Array.from({ length: count }, (_, index) => `p${String(index)}=1`).join('&')}`;
    expect(fieldsOf(get(query(256)))).toHaveLength(256);
    expect(fieldsOf(get(query(257)))).toBe('over-limit queryParametersMax');
  });
  test.each([
    [
      'data={"url":"http://127.0.0.1/","n":[1]}',
      ['form data={"url":"http://127.0.0.1/","n":[1]}', 'form data.url=http://127.0.0.1/', 'form data.n.0=1'],
    ],
    ['data=["a"]', ['form data=["a"]', 'form data.0=a']],
    ['note={not json}', ['form note={not json}']],
    ['note={"a":1} and more', ['form note={"a":1} and more']],
    ['note={"a":1,"a":2}', ['form note={"a":1,"a":2}']],
  ])('JSON in a field adds its members, and what only looks like it stays a text: %s', (body, expected) => {
    expect(fieldsOf(post('application/x-www-form-urlencoded', body))).toEqual(expected);
  });
  test('members of JSON in many fields are bounded together', () => {
    const field = `a=${JSON.stringify(Array.from({ length: 9000 }, () => 1))}`;
    const fields = fieldsOf(post('application/x-www-form-urlencoded', [field, field, field, field].join('&')));
    expect(fields.length).toBeLessThan(2 * 9000 + 5);
  });
  test('forms are read as queries are', () => {
    expect(fieldsOf(post('application/x-www-form-urlencoded; charset=UTF-8', 'a=b+c&d=%26'))).toEqual(['form a=b c', 'form d=&']);
  });
  test('cookies are split, unquoted and decoded', () => {
    expect(fieldsOf(get('/x', [['cookie', 'sid=a%20b; t="q"; lone']]))).toEqual(['cookie sid=a b', 'cookie t=q', 'cookie =lone']);
  });
  test('a cookie header over 8 KiB is over its limit', () => {
    expect(fieldsOf(get('/x', [['cookie', `a=${'x'.repeat(8_192)}`]]))).toBe('over-limit cookieBytesMax');
  });
  test('headers that only transport reads are no fields, unless they hold signs that transport has no use for', () => {
    expect(
      fieldsOf(
        get('/x', [
          ['user-agent', 'u'],
          ['x-api-version', '2'],
          ['host', 'h'],
          ['accept', 'text/html, */*;q=0.8'],
          ['if-none-match', 'W/"a-b"'],
          ['sec-fetch-mode', 'cors'],
          ['x-forwarded-for', '::1'],
          ['accept-encoding', '${x}'],
        ]),
      ),
    ).toEqual(['header user-agent=u', 'header x-api-version=2', 'header x-forwarded-for=::1', 'header accept-encoding=${x}']);
  });
  test('Basic credentials are a user name and a password; other schemes are one value', () => {
    const basic = (value: string) => fieldsOf(get('/x', [['authorization', value]]));
    expect(basic(`Basic ${btoa("ada' or 1=1:p:w")}`)).toEqual(["header authorization=ada' or 1=1", 'header authorization=p:w']);
    expect(basic('Bearer abc.def')).toEqual(['header authorization=Bearer abc.def']);
    expect(basic('Basic ?')).toEqual(['header authorization=Basic ?']);
  });
  test('cookies of the old kind with an open quote are ambiguous', () => {
    const cookie = (value: string) => fieldsOf(get('/x', [['cookie', value]]));
    expect(cookie('$Version=1; a="x; sid=secret; b=y"')).toBe('ambiguous cookie-quoting');
    expect(cookie('$Version=1; a="x"; b=y')).toEqual(['cookie $Version=1', 'cookie a=x', 'cookie b=y']);
    expect(cookie('a="x; b=y"')).toEqual(['cookie a="x', 'cookie b=y"']);
  });
  test('a segment that is more than a word is a field of its own', () => {
    const decoded = decodeRequest(get('/items/1%27'), '/items/1%27');
    expect(decoded.kind === 'ok' && decoded.request.fields).toEqual([
      { location: 'path', name: '', value: "/items/1'" },
      { location: 'path', name: '2', value: "1'" },
    ]);
  });
});

describe('content types', () => {
  test.each([
    [post('text/plain', 'a', [['content-type', 'text/html']]), 'ambiguous content-type-repeated'],
    [post('text', 'a'), 'ambiguous content-type-malformed'],
    [post('text/plain; charset=utf-8; charset=utf-7', 'a'), 'ambiguous content-type-malformed'],
    [post('application/json; charset=utf-7', '{}'), 'ambiguous charset'],
    [post('application/json; charset=utf-16', '{}'), 'ambiguous charset'],
    [post('multipart/mixed; boundary=x', 'a'), 'ambiguous multipart-nested'],
    [post('text/plain', 'a', [['content-encoding', 'gzip']]), 'ambiguous content-encoding'],
  ])('refuses case %#', (raw, expected) => {
    expect(fieldsOf(raw)).toBe(expected);
  });
  test.each([
    [post('text/plain; charset="UTF-8"', 'a'), ['text =a']],
    [post('text/plain', 'a', [['content-encoding', 'identity']]), ['text =a']],
    [get('/x', [['content-encoding', 'gzip']]), []],
    [post('application/json; charset=latin1', new Uint8Array([34, 0xe9, 34])), ['json =é']],
    [post('application/json', '"\u00e9"'), ['json =é']],
    [
      post(
        'multipart/form-data; boundary="a b"',
        '--a b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx\r\n--a b--\r\n',
      ),
      ['multipart a=x'],
    ],
  ])('passes the innocent twin %#', (raw, expected) => {
    expect(fieldsOf(raw)).toEqual(expected);
  });
  test('plain text and unknown types that look like text are one field', () => {
    expect(fieldsOf(post('text/csv; charset=latin1', 'a,b'))).toEqual(['text =a,b']);
    expect(fieldsOf(post('application/vnd.odd', 'hello'))).toEqual(['text =hello']);
    expect(fieldsOf(post(undefined, 'hello'))).toEqual(['text =hello']);
  });
  test('text that is JSON to its end is read as JSON, whatever it says it is', () => {
    for (const type of ['text/plain', undefined, 'foo/bar']) {
      expect(fieldsOf(post(type, ' {"id":"O\'Neill, 1 or 2"}'))).toEqual(["json id=O'Neill, 1 or 2"]);
      expect(fieldsOf(post(type, "[1]' OR 1=1--"))).toEqual(["text =[1]' OR 1=1--"]);
      expect(fieldsOf(post(type, '{"a":1,"a":2}'))).toEqual(['text ={"a":1,"a":2}']);
    }
  });
  test('binary bodies of unknown type are not searched for words', () => {
    expect(fieldsOf(post('application/octet-stream', new Uint8Array([0, 1, 2, 3, 200, 0])))).toEqual([]);
  });
});

describe('JSON', () => {
  const json = (body: string) => fieldsOf(post('application/json', body));
  test('values get dotted names', () => {
    expect(json('{"a":{"b":["x",{"c":1.5e3}]},"d":null," e ":"\\u0041\\n\\/"}')).toEqual([
      'json a.b.0=x',
      'json a.b.1.c=1.5e3',
      'json d=null',
      'json  e =A\n/',
    ]);
    expect(json(' "lone" ')).toEqual(['json =lone']);
    expect(json('{"a":[],"b":{}}')).toEqual(['json a=', 'json b=']);
    expect(json('{"__proto__":{"admin":true},"constructor":"Ferrari"}')).toEqual([
      'json __proto__.admin=true',
      'json constructor=Ferrari',
    ]);
  });
  test.each([
    ['{"a":1,"a":2}', 'json-duplicate-key'],
    ['{"a":1,"\\u0061":2}', 'json-duplicate-key'],
    ['{"a":1,}', 'json-syntax'],
    ['{"a":01}', 'json-syntax'],
    ["{'a':1}", 'json-syntax'],
    ['{"a":"b\nc"}', 'json-syntax'],
    ['{"a":1} x', 'json-syntax'],
    ['{"a":NaN}', 'json-syntax'],
    ['[1,2', 'json-syntax'],
    ['\uFEFF{}', 'json-syntax'],
    ['{"a":"\\x41"}', 'json-syntax'],
  ])('refuses %s as %s', (body, reason) => {
    expect(json(body)).toBe(`ambiguous ${reason}`);
  });
  test('keys that a bounded name drops are seen all the same', () => {
    const long = 'k'.repeat(300);
    const names = json(`{"${long}":{"__proto__":{"${long}":{"$ne":1}}}}`);
    expect(Array.isArray(names) && names.some((name) => name.includes('__proto__'))).toBe(true);
    expect(Array.isArray(names) && names.some((name) => name.includes('.$ne='))).toBe(true);
    expect(json(`{"${'k'.repeat(257)}' or 1=1":0}`)).toContain(`json ${'k'.repeat(256)}=${'k'.repeat(257)}' or 1=1`);
  });
  test('octets that are no UTF-8 are refused', () => {
    expect(fieldsOf(post('application/json', new Uint8Array([34, 0xff, 34])))).toBe('ambiguous utf8');
  });
  test('depth 64 passes and 65 does not', () => {
    expect(json('['.repeat(64) + '1' + ']'.repeat(64))).toHaveLength(1);
    expect(json('['.repeat(65) + '1' + ']'.repeat(65))).toBe('over-limit jsonDepthMax');
    expect(json('['.repeat(900_000))).toBe('over-limit jsonDepthMax');
  });
  test('ten thousand keys pass and one more does not', () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${String(index)}":1`).join(',')}}`;
    expect(json(keys(10_000))).toHaveLength(10_000);
    expect(json(keys(10_001))).toBe('over-limit jsonKeysMax');
  });
  test('a document over 1 MiB is over its limit', () => {
    expect(json(`"${'a'.repeat(1_048_577)}"`)).toBe('over-limit jsonBytesMax');
  });
  test('whatever JSON.stringify writes is read back with the same strings', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__' && key !== 'constructor'),
          fc.string({ unit: 'grapheme' }),
          { maxKeys: 8 },
        ),
        (document) => {
          const decoded = decodeRequest(post('application/json', JSON.stringify(document)), '/x');
          expect(decoded.kind).toBe('ok');
          if (decoded.kind === 'ok')
            expect(decoded.request.fields.slice(1).map((field) => field.value)).toEqual(Object.values(document));
        },
      ),
    );
  });
});

describe('multipart', () => {
  const type = 'multipart/form-data; boundary=XX';
  const part = (head: string, body: string) => `--XX\r\n${head}\r\n\r\n${body}\r\n`;
  const multipart = (body: string, contentType: string = type) => fieldsOf(post(contentType, body));

  const file = (content: string, fileName: string = 'p.png') =>
    part(`Content-Disposition: form-data; name="f"; filename="${fileName}"\r\nContent-Type: image/png`, content);
  test('fields and file names are read, and of files only those that are text by their contents', () => {
    const body = `${part('Content-Disposition: form-data; name="a"', 'x\r\ny')}${file('\x89PNG\r\n\x1a\n\0\0')}--XX--\r\n`;
    expect(multipart(body)).toEqual(['multipart a=x\r\ny', 'file-name f=p.png']);
    const decoded = decodeRequest(post(type, `${file('<svg/>')}--XX--`), '/x');
    expect(decoded.kind === 'ok' && decoded.request.fields.at(-1)).toEqual({
      location: 'multipart',
      name: 'f',
      value: '<svg/>',
      isFile: true,
    });
  });
  test('text in UTF-16 is a text file, and of a long file only the beginning is read', () => {
    expect(multipart(`${file('<\0s\0v\0g\0>\0')}--XX--`)).toEqual(['file-name f=p.png', 'multipart f=<svg>']);
    const long = multipart(`${file('a'.repeat(10_000))}--XX--`);
    expect(typeof long === 'string' ? 0 : long[1]?.length).toBe(8_192 + 'multipart f='.length);
  });
  test('of a picture only the page that is hidden in it is read', () => {
    const picture = '\x89PNG\r\n\x1a\n\0\0';
    expect(multipart(`${file(`${picture}<?php echo 1;`)}--XX--`)).toEqual(['file-name f=p.png', 'multipart f=<?php echo 1;']);
    expect(multipart(`${file(`${picture}<?xpacket begin=""?>`)}--XX--`)).toEqual(['file-name f=p.png']);
  });
  test('a part with an empty file name is a field: some servers read it as one', () => {
    expect(multipart(`${part('Content-Disposition: form-data; name="a"; filename=""', 'x')}--XX--`)).toEqual(['multipart a=x']);
  });
  test.each([
    ['multipart/form-data', 'multipart-boundary'],
    ['multipart/form-data; boundary=""', 'multipart-boundary'],
    ['multipart/form-data; boundary=a; boundary=XX', 'content-type-malformed'],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, 'multipart-boundary'],
  ])('refuses %s', (contentType, reason) => {
    expect(multipart(`${part('Content-Disposition: form-data; name="a"', 'x')}--XX--`, contentType)).toBe(`ambiguous ${reason}`);
  });
  test.each([
    ['preamble\r\n--XX--', 'multipart-framing'],
    [`${part('Content-Disposition: form-data; name="a"', 'x')}--XX--\r\nepilogue`, 'multipart-framing'],
    [part('Content-Disposition: form-data; name="a"', 'x'), 'multipart-framing'],
    ['--XX\nContent-Disposition: form-data; name="a"\n\nx\n--XX--', 'multipart-framing'],
    [`${part('Content-Disposition: form-data; name="a"', 'x\r\n--XXtail')}--XX--`, 'multipart-framing'],
    // PHP takes a delimiter behind a bare line feed.
    [
      `${part('Content-Disposition: form-data; name="f"; filename="a"', 'x\n--XX\nContent-Disposition: a')}--XX--`,
      'multipart-framing',
    ],
    [`${part('Content-Disposition: form-data; name="a"', 'x\r--XX--')}--XX--`, 'multipart-framing'],
    [`${part('Content-Disposition: form-data; name="a"\r\n folded', 'x')}--XX--`, 'multipart-header'],
    [`${part('Content-Disposition: form-data; name="a"\nX: y', 'x')}--XX--`, 'multipart-header'],
    [
      `${part('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"', 'x')}--XX--`,
      'multipart-header',
    ],
    [`${part('Content-Disposition : form-data; name="a"', 'x')}--XX--`, 'multipart-header'],
    [`${part('Content-Disposition: form-data', 'x')}--XX--`, 'multipart-disposition'],
    [`${part('Content-Disposition: form-data; name="a"; name="b"', 'x')}--XX--`, 'multipart-disposition'],
    [`${part('Content-Disposition: form-data; name="a"; filename*=utf-8\'\'b', 'x')}--XX--`, 'multipart-disposition'],
    [`${part('Content-Disposition: form-data; name="a', 'x')}--XX--`, 'multipart-disposition'],
    [`${part('Content-Type: text/plain', 'x')}--XX--`, 'multipart-disposition'],
    [`${part('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64', 'x')}--XX--`, 'multipart-encoding'],
    [
      `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=Y', 'x')}--XX--`,
      'multipart-nested',
    ],
    [`${part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-7', 'x')}--XX--`, 'charset'],
  ])('refuses framing case %#', (body, reason) => {
    expect(multipart(body)).toBe(`ambiguous ${reason}`);
  });
  test('parts, part headers and names have limits', () => {
    const many = Array.from({ length: 101 }, () => part('Content-Disposition: form-data; name="a"', 'x')).join('');
    expect(multipart(`${many}--XX--`)).toBe('over-limit partsMax');
    const headers = Array.from({ length: 10 }, (_, index) => `\r\nX-${String(index)}: y`).join('');
    expect(multipart(`${part(`Content-Disposition: form-data; name="a"${headers}`, 'x')}--XX--`)).toBe(
      'over-limit partHeadersMax',
    );
    expect(multipart(`${part(`Content-Disposition: form-data; name="${'n'.repeat(257)}"`, 'x')}--XX--`)).toBe(
      'over-limit partNameMax',
    );
    expect(multipart(`${part(`Content-Disposition: form-data; name="a"\r\nX: ${'y'.repeat(9_000)}`, 'x')}--XX--`)).toBe(
      'over-limit partHeaderBytesMax',
    );
  });
});

describe('XML', () => {
  test('text, attributes, CDATA and declarations are fields', () => {
    const body = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e "v">]><r a="1 &lt; 2"><b>x &amp; y</b><![CDATA[<z>]]></r>';
    expect(fieldsOf(post('text/xml', body))).toEqual([
      'xml !doctype=<!DOCTYPE r [<!ENTITY e "v">]>',
      'xml r@a=1 < 2',
      'xml b=x & y',
      'xml r=<z>',
    ]);
  });
  test('instructions, inclusions and vocabularies of code are handed on whole', () => {
    const body =
      '<?xml version="1.0" encoding="UTF-8"?><?php x ?><a xmlns:j="http://xml.apache.org/xalan/java" xmlns="urn:a"><xi:include href="b"/></a>';
    expect(fieldsOf(post('text/xml', body))).toEqual([
      'xml ?php=<?php x ?>',
      'xml !xmlns=xmlns:j="http://xml.apache.org/xalan/java"',
      'xml !include=<xi:include href="b"/>',
      'xml xi:include@href=b',
    ]);
    expect(fieldsOf(post('text/xml', '<?xml version="1.0" encoding="UTF-7"?>'))).toEqual([
      'xml ?xml=<?xml version="1.0" encoding="UTF-7"?>',
    ]);
  });
  test('a bracket within an entity does not end the document type', () => {
    expect(fieldsOf(post('text/xml', '<!DOCTYPE r [<!ENTITY a "]>"><!ENTITY b SYSTEM "c">]><r/>'))).toEqual([
      'xml !doctype=<!DOCTYPE r [<!ENTITY a "]>"><!ENTITY b SYSTEM "c">]>',
    ]);
  });
  test('octets of UTF-16 and EBCDIC are refused, a mark of UTF-8 is not', () => {
    expect(fieldsOf(post('text/xml', new Uint8Array([0xff, 0xfe, 0x3c, 0])))).toBe('ambiguous charset');
    expect(fieldsOf(post('text/xml', new Uint8Array([0, 0x3c, 0, 0x61])))).toBe('ambiguous charset');
    expect(fieldsOf(post('text/xml', new Uint8Array([0x4c, 0x6f, 0xa7, 0x94])))).toBe('ambiguous charset');
    expect(fieldsOf(post('text/xml', '\uFEFF<a>x</a>'))).toContain('xml a=x');
  });
  test('nesting and size have limits', () => {
    expect(fieldsOf(post('application/xml', '<a>'.repeat(65)))).toBe('over-limit xmlDepthMax');
    expect(fieldsOf(post('application/soap+xml', '<a b="c"/>'.repeat(20_001)))).toBe('over-limit xmlNodesMax');
  });
});

test('no request makes the decoder throw', () => {
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=XX',
    'text/xml',
    'text/plain',
    'image/png',
    '',
  );
  const piece = fc.oneof(
    fc.constantFrom('--XX', '\r\n', '{"', '":', '<a ', '>', '<!', '%', '&', '=', '[', 'Content-Disposition: form-data; name="a"'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  fc.assert(
    fc.property(type, fc.array(piece, { maxLength: 20 }), fc.uint8Array({ maxLength: 12 }), (contentType, pieces, bytes) => {
      const text = pieces.join('');
      const body = new Uint8Array([...encoder.encode(text), ...bytes]);
      const raw: RawRequest = {
        method: 'POST',
        target: `/x?${text}`,
        headers: [
          ['content-type', contentType],
          ['cookie', text],
        ],
        body,
      };
      expect(['ok', 'ambiguous', 'over-limit']).toContain(decodeRequest(raw, '/x', DECODE_LIMITS).kind);
    }),
    { numRuns: 1_000 },
  );
});
