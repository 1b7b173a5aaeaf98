import { describe, expect, it } from 'vitest';
import { compiled, judge, told, type TestRequest } from './document-stand.ts';

const info = { title: 'shop', version: '1' };
/** A keyword of JSON Schema, which would make a promise of an object that has it as a literal. */
const THEN = JSON.parse('{"then":{"required":["b"]}}') as object;
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

const withParameters = (parameters: unknown, path = '/a') =>
  compiled({ openapi: '3.1.0', info, paths: { [path]: { get: { parameters } } } });
const withBody = (content: unknown, schemas: unknown = {}, operation: object = {}) =>
  compiled({
    openapi: '3.1.0',
    info,
    paths: { '/a': { post: { requestBody: { required: true, content }, ...operation } } },
    components: { schemas },
  });
const ofJson = (schema: unknown, schemas?: unknown) => withBody({ [JSON_TYPE]: { schema } }, schemas);
const json = (value: unknown): TestRequest => ({ method: 'POST', target: '/a', type: JSON_TYPE, body: JSON.stringify(value) });
const form = (body: string): TestRequest => ({ method: 'POST', target: '/a', type: FORM, body });

/** What does not fit, what is told of it, and a twin that does. */
type Pair = [title: string, schema: unknown, honest: unknown, tampered: unknown, report: string];

describe('each keyword refuses what it is for, and lets its twin in', () => {
  it.each<Pair>([
    ['type', { type: 'integer' }, 3, 3.5, 'type'],
    ['several types', { type: ['string', 'null'] }, null, 3, 'type'],
    ['enum', { enum: ['a', 'b'] }, 'b', 'c', 'choice'],
    ['const', { const: { a: 1 } }, { a: 1 }, { a: 2 }, 'choice'],
    ['minimum', { minimum: 1 }, 1, 0, 'range'],
    ['exclusiveMaximum', { exclusiveMaximum: 5 }, 4.9, 5, 'range'],
    ['multipleOf', { multipleOf: 5 }, 15, 16, 'multiple'],
    ['minLength', { minLength: 2 }, 'ab', 'a', 'length'],
    ['a blank', { minLength: 1 }, 'a', '', 'empty'],
    ['maxLength in characters', { maxLength: 2 }, '😀😀', 'abc', 'length'],
    ['pattern', { pattern: '^[a-z]+(?:-[a-z]+)*$' }, 'green-tea', 'green--tea', 'pattern'],
    ['pattern that searches', { pattern: 'a|b' }, 'xxb', 'xxc', 'pattern'],
    ['format uuid', { format: 'uuid' }, '123e4567-e89b-12d3-a456-426614174000', '1', 'format'],
    ['format date', { format: 'date' }, '2024-02-29', '2023-02-29', 'format'],
    ['format date-time', { format: 'date-time' }, '2024-01-01T10:00:00Z', '2024-01-01 10:00', 'format'],
    ['format email', { format: 'email' }, 'ann@example.test', 'ann@', 'format'],
    ['format uri', { format: 'uri' }, 'https://example.test/a?b', 'no address', 'format'],
    ['format ipv4', { format: 'ipv4' }, '10.0.0.1', '10.0.0.256', 'format'],
    ['format ipv6', { format: 'ipv6' }, 'fe80::1', 'fe80::1::2', 'format'],
    ['format hostname', { format: 'hostname' }, 'a.example.test', '-a.test', 'format'],
    ['format int32', { type: 'integer', format: 'int32' }, 5, 2 ** 40, 'format'],
    ['minItems', { minItems: 2 }, [1, 2], [1], 'count'],
    ['maxItems', { maxItems: 1 }, [1], [1, 2], 'count'],
    [
      'uniqueItems',
      { uniqueItems: true },
      [{ a: 1, b: 2 }, { a: 1 }],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'unique',
    ],
    ['contains', { contains: { const: 1 } }, [2, 1], [2], 'count'],
    ['prefixItems', { prefixItems: [{ type: 'string' }], items: false }, ['a'], ['a', 1], 'count'],
    ['minProperties', { minProperties: 1 }, { a: 1 }, {}, 'count'],
    ['not', { not: { const: 0 } }, 1, 0, 'shape'],
    ['oneOf', { oneOf: [{ type: 'string' }, { type: 'integer' }] }, 'a', true, 'shape'],
    ['anyOf', { anyOf: [{ minimum: 5 }, { const: 1 }] }, 1, 2, 'shape'],
    ['a letter or a digit', { 'x-holdfast-word': true }, 'a', '--', 'word'],
  ])('%s', (_title, schema, honest, tampered, reason) => {
    const document = ofJson({ type: 'object', properties: { v: schema } });
    expect(told(judge(document, json({ v: honest })))).toEqual([]);
    expect(told(judge(document, json({ v: tampered })))).toEqual([`json /v ${reason}`]);
  });

  it.each<[string, unknown, unknown, unknown, string]>([
    ['required', { required: ['a'] }, { a: 1 }, {}, '/a missing'],
    [
      'additionalProperties',
      { properties: { a: {} }, additionalProperties: false },
      { a: 1 },
      { a: 1, isAdmin: true },
      '/isAdmin unknown',
    ],
    ['a name that is not listed', { properties: { a: {} } }, { a: 1 }, { a: 1, isAdmin: true }, '/isAdmin unknown'],
    [
      'additionalProperties with a schema',
      { properties: { a: {} }, additionalProperties: { type: 'integer' } },
      { b: 1 },
      { b: 'x' },
      '/b type',
    ],
    ['patternProperties', { patternProperties: { '^x-': { type: 'integer' } } }, { 'x-a': 1 }, { 'x-a': 'b' }, '/x-a type'],
    ['propertyNames', { propertyNames: { maxLength: 2 } }, { ab: 1 }, { abc: 1 }, '/abc unknown'],
    [
      'dependentRequired',
      { properties: { a: {}, b: {} }, dependentRequired: { a: ['b'] } },
      { a: 1, b: 1 },
      { a: 1 },
      '/b missing',
    ],
    [
      'if and then',
      { if: { properties: { a: { const: 1 } } }, ...THEN, properties: { a: {}, b: {} } },
      { a: 1, b: 1 },
      { a: 1 },
      '/b missing',
    ],
    [
      'names of joined schemas together',
      { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
      { a: 1, b: 1 },
      { c: 1 },
      '/c unknown',
    ],
  ])('%s of objects', (_title, schema, honest, tampered, report) => {
    const document = ofJson({ type: 'object', ...(schema as object) });
    expect(told(judge(document, json(honest)))).toEqual([]);
    expect(told(judge(document, json(tampered)))).toEqual([`json ${report}`]);
  });

  it('tells of a recursive schema where the value stands, and the name without positions', () => {
    const tree = {
      type: 'object',
      properties: { name: { type: 'string' }, kids: { type: 'array', items: { $ref: '#/components/schemas/T' } } },
    };
    const document = ofJson({ $ref: '#/components/schemas/T' }, { T: tree });
    expect(judge(document, json({ name: 'a', kids: [{ name: 'b', kids: [] }] }))).toEqual([]);
    expect(judge(document, json({ name: 'a', kids: [{}, { kids: [{ name: 7 }] }] }))).toEqual([
      {
        location: 'json',
        pointer: '/kids/1/kids/0/name',
        name: 'kids.*.kids.*.name',
        reason: 'type',
        at: expect.stringContaining('/properties/name/type') as string,
        action: 'refuse',
      },
    ]);
  });
});

describe('each style of a parameter', () => {
  it.each<[string, object, string, string, string]>([
    [
      'a number in the query',
      { in: 'query', name: 'n', schema: { type: 'integer', minimum: 1 } },
      '/a?n=7',
      '/a?n=0',
      'query /n range',
    ],
    [
      'a text where a number stands',
      { in: 'query', name: 'n', schema: { type: 'integer' } },
      '/a?n=7',
      '/a?n=7+or+1',
      'query /n type',
    ],
    ['a boolean', { in: 'query', name: 'b', schema: { type: 'boolean' } }, '/a?b=true', '/a?b=1', 'query /b type'],
    ['a required one', { in: 'query', name: 'n', required: true, schema: {} }, '/a?n=1', '/a', 'query /n missing'],
    [
      'a blank that must not be',
      { in: 'query', name: 'n', required: true, schema: { type: 'integer' } },
      '/a?n=1',
      '/a?n=',
      'query /n empty',
    ],
    [
      'the same name twice',
      { in: 'query', name: 'n', schema: { type: 'string' } },
      '/a?n=1',
      '/a?n=1&n=2',
      'query /n duplicated',
    ],
    [
      'a list, each under the name',
      { in: 'query', name: 't', schema: { type: 'array', items: { type: 'integer' } } },
      '/a?t=1&t=2',
      '/a?t=1&t=x',
      'query /t/1 type',
    ],
    [
      'a list in one value',
      { in: 'query', name: 't', explode: false, schema: { type: 'array', maxItems: 2 } },
      '/a?t=1,2',
      '/a?t=1,2,3',
      'query /t count',
    ],
    [
      'a list with bars',
      { in: 'query', name: 't', style: 'pipeDelimited', explode: false, schema: { type: 'array', items: { enum: ['a', 'b'] } } },
      '/a?t=a%7Cb',
      '/a?t=a%7Cc',
      'query /t/1 choice',
    ],
    [
      'an object',
      { in: 'query', name: 'f', style: 'deepObject', schema: { type: 'object', properties: { p: { type: 'number' } } } },
      '/a?f[p]=1.5',
      '/a?f[p]=x',
      'query /f/p type',
    ],
    [
      'a member that is not listed',
      { in: 'query', name: 'f', style: 'deepObject', schema: { type: 'object', properties: { p: {} } } },
      '/a?f[p]=1',
      '/a?f[$ne]=1',
      'query /f/$ne unknown',
    ],
    [
      'a document',
      {
        in: 'query',
        name: 'j',
        content: { 'application/json': { schema: { type: 'object', properties: { a: { type: 'integer' } } } } },
      },
      '/a?j=%7B%22a%22%3A1%7D',
      '/a?j=%7B%22a%22%3A%22x%22%7D',
      'query /j/a type',
    ],
    [
      'a name that is not listed',
      { in: 'query', name: 'n', schema: {} },
      '/a?n=1&utm_source=x',
      '/a?n=1&debug=1',
      'query /debug unknown',
    ],
  ])('%s', (_title, parameter, honest, tampered, report) => {
    const document = withParameters([parameter]);
    expect(told(judge(document, { target: honest }))).toEqual([]);
    expect(told(judge(document, { target: tampered }))).toEqual([report]);
  });

  it('reads places of the path, decoded once', () => {
    const document = withParameters(
      [{ in: 'path', name: 'slug', schema: { type: 'string', pattern: '^[a-zé -]+$' } }],
      '/p/{slug}.html',
    );
    expect(judge(document, { target: '/p/caf%C3%A9.html' })).toEqual([]);
    expect(told(judge(document, { target: '/p/a%27b.html' }))).toEqual(['path /slug pattern']);
    expect(told(judge(document, { target: '/p/a.php' }))).toEqual(['path  route']);
  });

  it('reads headers and cookies', () => {
    const document = withParameters([
      { in: 'header', name: 'X-Ids', required: true, schema: { type: 'array', items: { type: 'integer' } } },
      { in: 'cookie', name: 'theme', schema: { enum: ['dark', 'light'] } },
    ]);
    expect(judge(document, { target: '/a', headers: { 'x-ids': '1, 2', cookie: 'theme=dark; other=1' } })).toEqual([]);
    expect(told(judge(document, { target: '/a', headers: { 'x-ids': '1, b', cookie: 'theme=blue' } }))).toEqual([
      'header /x-ids/1 type',
      'cookie /theme choice',
    ]);
    expect(told(judge(document, { target: '/a' }))).toEqual(['header /x-ids missing']);
  });
});

describe('forms', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', maxLength: 5 },
      age: { type: 'integer' },
      tags: { type: 'array', items: { type: 'string' } },
      ok: { type: 'boolean' },
    },
  };
  const document = withBody({ [FORM]: { schema } });
  it.each<[string, string[]]>([
    ['name=ann&age=4&tags=a&tags=b&ok=true', []],
    ['name=ann&age=', []],
    ['age=x', ['form /age type', 'form /name missing']],
    ['name=annabel', ['form /name length']],
    ['name=a&name=b', ['form /name duplicated']],
    ['name=a&role=admin', ['form /role unknown']],
    ['name=a&__proto__[x]=1', ['form /__proto__[x] unknown']],
  ])('%s', (body, reports) => {
    expect(told(judge(document, form(body))).toSorted()).toEqual(reports.toSorted());
  });

  const file = {
    type: 'object',
    required: ['photo'],
    properties: {
      photo: { type: 'string', format: 'binary' },
      about: { type: 'object', properties: { a: { type: 'integer' } } },
      n: { type: 'integer' },
    },
  };
  const parts = (...list: string[]): TestRequest => ({
    method: 'POST',
    target: '/a',
    type: 'multipart/form-data; boundary=XX',
    body: `${list.map((part) => `--XX\r\ncontent-disposition: form-data; ${part}\r\n`).join('')}--XX--\r\n`,
  });
  const multipart = withBody({ 'multipart/form-data': { schema: file } });
  const photo = 'name="photo"; filename="a.png"\r\n\r\nPNG';
  it.each<[string, TestRequest, string[]]>([
    ['a file with fields', parts(photo, 'name="n"\r\n\r\n3', 'name="about"\r\n\r\n{"a":1}'), []],
    ['a text where a file belongs', parts('name="photo"\r\n\r\nPNG'), ['multipart /photo type']],
    ['a file where a text belongs', parts(photo, 'name="n"; filename="3"\r\n\r\n3'), ['multipart /n type']],
    ['a document within', parts(photo, 'name="about"\r\n\r\n{"a":"x"}'), ['multipart /about/a type']],
    ['a part that is not listed', parts(photo, 'name="x"\r\n\r\n1'), ['multipart /x unknown']],
    ['no file', parts('name="photo"; filename=""\r\n\r\n'), ['multipart /photo empty']],
  ])('%s', (_title, request, reports) => {
    expect(told(judge(multipart, request))).toEqual(reports);
  });
});

describe('kinds of body, routes and what is not listed', () => {
  const document = withBody({ [JSON_TYPE]: { schema: { type: 'object', properties: { a: {} } } }, 'text/*': {} });
  it.each<[string, TestRequest, string[]]>([
    ['a kind that is listed by its family', { method: 'POST', target: '/a', type: 'text/csv', body: 'a' }, []],
    ['a kind that is not', { ...form('a=1') }, ['header  content']],
    ['no kind at all', { method: 'POST', target: '/a', body: '{"a":1}' }, ['header  content']],
    ['a document under another name', { ...json({ a: 1 }), type: 'application/vnd.shop+json' }, ['header  content']],
    ['a character set beside it', { ...json({ a: 1 }), type: 'application/json; charset=utf-8' }, []],
    ['nothing', { method: 'POST', target: '/a' }, ['json  missing']],
    ['another method', { method: 'PUT', target: '/a' }, ['path  method']],
    ['a preflight', { method: 'OPTIONS', target: '/a' }, []],
    ['another path', { target: '/b' }, ['path  route']],
    ['a name of a prototype', { ...json(0), body: '{"a":{"__proto__":{"x":1}}}' }, ['json /a/__proto__ unknown']],
  ])('%s', (_title, request, reports) => {
    expect(told(judge(document, request))).toEqual(reports);
  });

  const request: TestRequest = { ...json({ b: 1 }), target: '/a?x=1' };
  it('does with names that are not listed what the operation says, else the document, else the application', () => {
    const schema = { type: 'object', properties: { a: {} } };
    const actions = (document: object, operation: object, unknown: 'refuse' | 'record' | 'pass') => {
      const post = { ...operation, requestBody: { content: { [JSON_TYPE]: { schema } } } };
      const whole = compiled({ openapi: '3.1.0', info, ...document, paths: { '/a': { post } } }, { unknown, routes: 'pass' });
      return judge(whole, request).map(({ action }) => action);
    };
    expect(actions({}, {}, 'refuse')).toEqual(['refuse', 'refuse']);
    expect(actions({}, {}, 'pass')).toEqual([]);
    expect(actions({ 'x-holdfast-unknown': 'record' }, {}, 'refuse')).toEqual(['record', 'record']);
    expect(actions({ 'x-holdfast-unknown': 'record' }, { 'x-holdfast-unknown': 'pass' }, 'refuse')).toEqual([]);
  });

  it('does with routes that are not listed what the document or the application says', () => {
    const actions = (routes: 'refuse' | 'record' | 'pass', said: object = {}) =>
      judge(compiled({ openapi: '3.1.0', info, paths: { '/a': {} }, ...said }, { unknown: 'refuse', routes }), {
        target: '/b',
      }).map(({ action }) => action);
    expect([actions('refuse'), actions('record'), actions('pass')]).toEqual([['refuse'], ['record'], []]);
    expect(actions('pass', { 'x-holdfast-unknown-routes': 'refuse' })).toEqual(['refuse']);
  });

  it('refuses what the schema says under every policy for names that are not listed', () => {
    const schema = { properties: { a: { type: 'integer' } } };
    const post = { requestBody: { content: { [JSON_TYPE]: { schema } } } };
    const whole = compiled({ openapi: '3.1.0', info, paths: { '/a': { post } } }, { unknown: 'record', routes: 'pass' });
    expect(judge(whole, json({ a: 'x', b: 1 }))).toMatchObject([
      { pointer: '/a', action: 'refuse' },
      { pointer: '/b', action: 'record' },
    ]);
  });
});

describe('hostile documents and values end', () => {
  it('a schema that joins itself twice at each step', () => {
    const twice = {
      anyOf: [
        { properties: { a: { $ref: '#/components/schemas/T' } }, required: ['x'] },
        { properties: { a: { $ref: '#/components/schemas/T' } }, required: ['y'] },
      ],
    };
    const document = ofJson({ $ref: '#/components/schemas/T' }, { T: twice });
    let deep: unknown = {};
    for (let depth = 0; depth < 60; depth += 1) deep = { a: deep };
    expect(told(judge(document, json(deep)))).toEqual(['json  shape']);
  });

  it('two patterns in one document are two', () => {
    const document = ofJson({
      properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } },
      patternProperties: { '^x': {}, '^y': false },
    });
    expect(judge(document, json({ a: 'a', b: 'b', x: 1 }))).toEqual([]);
    expect(told(judge(document, json({ a: 'b', b: 'a', y: 1 })))).toEqual([
      'json /a pattern',
      'json /b pattern',
      'json /y unknown',
    ]);
  });

  it('a pattern that would go back for ever elsewhere', () => {
    const document = ofJson({ properties: { v: { type: 'string', pattern: '^(a+)+$' } } });
    expect(judge(document, json({ v: 'a'.repeat(50_000) }))).toEqual([]);
    expect(told(judge(document, json({ v: `${'a'.repeat(50_000)}!` })))).toEqual(['json /v pattern']);
  });

  it('ten thousand members that do not fit are told as twenty', () => {
    const document = ofJson({ type: 'array', items: { type: 'string' }, uniqueItems: true });
    expect(judge(document, json(Array.from({ length: 9_999 }, (_, index) => index)))).toHaveLength(20);
  });
});
