import { describe, expect, it } from 'vitest';
import { compiled, judge, told, type TestRequest } from './document-stand.ts';
import { importDocument } from './document-schema.ts';

/** What documents of the wild are full of: each with an honest request and one that has been tampered with. */
const info = { title: 'wild', version: '1' };
const JSON_TYPE = 'application/json';
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (value: unknown, target = '/a', type = JSON_TYPE): TestRequest => ({
  method: 'POST',
  target,
  type,
  body: JSON.stringify(value),
});
const get = (target: string, headers: Record<string, string> = {}): TestRequest => ({ target, headers });

const withBody = (schema: unknown, schemas: Record<string, unknown> = {}, openapi = '3.1.0', media = JSON_TYPE) => ({
  openapi,
  info,
  paths: { '/a': { post: { requestBody: { required: true, content: { [media]: { schema } } } } } },
  components: { schemas },
});
const withParameter = (parameter: object, path = '/a') => ({
  openapi: '3.1.0',
  info,
  paths: { [path]: { get: { parameters: [parameter] } } },
});
/** A keyword of JSON Schema, which would make a promise of an object that has it as a literal. */
const THEN = JSON.parse('{"then":{"properties":{"zip":{"pattern":"^[0-9]{5}$"}}}}') as object;

type Case = readonly [title: string, document: object, honest: TestRequest, tampered: TestRequest, reports: readonly string[]];

const CAT = { allOf: [ref('Pet'), { properties: { lives: { type: 'integer', maximum: 9 } } }] };
const DOG = { allOf: [ref('Pet'), { properties: { tricks: { type: 'array', items: { type: 'string' } } } }] };
const PET = {
  type: 'object',
  required: ['kind', 'name'],
  discriminator: { propertyName: 'kind', mapping: { dog: 'Dog' } },
  properties: { kind: { type: 'string' }, name: { type: 'string', maxLength: 5 } },
};
const CARD = { type: 'object', required: ['type'], properties: { type: { type: 'string' }, amount: { type: 'integer' } } };
const CASH = {
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'string' }, amount: { type: 'integer', maximum: 99 } },
};

const BODIES: readonly Case[] = [
  [
    'oneOf whose alternatives look alike, told apart by a discriminator',
    withBody(
      {
        oneOf: [ref('Card'), ref('Cash')],
        discriminator: { propertyName: 'type', mapping: { cash: '#/components/schemas/Cash' } },
      },
      { Card: CARD, Cash: CASH },
    ),
    json({ type: 'cash', amount: 7 }),
    json({ type: 'cash', amount: 700 }),
    ['json /amount range'],
  ],
  [
    'the other alternative has other bounds',
    withBody({ oneOf: [ref('Card'), ref('Cash')], discriminator: { propertyName: 'type' } }, { Card: CARD, Cash: CASH }),
    json({ type: 'Card', amount: 700 }),
    json({ type: 'Card', amount: 'x' }),
    ['json /amount type'],
  ],
  [
    'a parent that is extended, meant by whoever refers to it',
    withBody(ref('Pet'), { Pet: PET, Cat: CAT, Dog: DOG }, '3.0.3'),
    json({ kind: 'Cat', name: 'Tom', lives: 9 }),
    json({ kind: 'Cat', name: 'Tom', lives: 10 }),
    ['json /lives range'],
  ],
  [
    'the same by a mapping, with a name that nobody lists',
    withBody(ref('Pet'), { Pet: PET, Cat: CAT, Dog: DOG }, '3.0.3'),
    json({ kind: 'dog', name: 'Rex', tricks: ['sit'] }),
    json({ kind: 'dog', name: 'Rex', isAdmin: true }),
    ['json /isAdmin unknown'],
  ],
  [
    'an extension in a list',
    withBody({ type: 'array', items: ref('Pet') }, { Pet: PET, Cat: CAT }, '3.0.3'),
    json([{ kind: 'Cat', name: 'Tom', lives: 1 }]),
    json([{ kind: 'Cat', name: 'Tomcat', lives: 1 }]),
    ['json /0/name length'],
  ],
  [
    'nullable beside allOf (3.0)',
    withBody(
      { type: 'object', properties: { owner: { nullable: true, allOf: [ref('Owner')] } } },
      { Owner: { type: 'object', properties: { id: { type: 'integer' } } } },
      '3.0.1',
    ),
    json({ owner: null }),
    json({ owner: { id: 'x' } }),
    ['json /owner/id type'],
  ],
  [
    'nullable in a document that says it is 3.1',
    withBody({ type: 'object', properties: { note: { type: 'string', nullable: true } } }),
    json({ note: null }),
    json({ note: 3 }),
    ['json /note type'],
  ],
  [
    'readOnly and required in another part of allOf',
    withBody(
      { allOf: [ref('Base'), { type: 'object', required: ['id', 'name'], properties: { name: { type: 'string' } } }] },
      { Base: { type: 'object', properties: { id: { type: 'integer', readOnly: true } } } },
      '3.0.0',
    ),
    json({ name: 'a' }),
    json({}),
    ['json /name missing'],
  ],
  [
    'writeOnly is sent like anything else',
    withBody({
      type: 'object',
      required: ['password'],
      properties: { password: { type: 'string', writeOnly: true, minLength: 8 } },
    }),
    json({ password: 'long enough' }),
    json({ password: 'short' }),
    ['json /password length'],
  ],
  [
    'unevaluatedProperties closes what allOf joins',
    withBody(
      { allOf: [ref('A'), ref('B')], unevaluatedProperties: false },
      { A: { properties: { a: {} } }, B: { properties: { b: {} } } },
    ),
    json({ a: 1, b: 2 }),
    json({ a: 1, c: 2 }),
    ['json /c unknown'],
  ],
  [
    'a recursive schema by $dynamicRef',
    withBody(ref('Tree'), {
      Tree: {
        $dynamicAnchor: 'node',
        type: 'object',
        properties: { value: { type: 'integer' }, children: { type: 'array', items: { $dynamicRef: '#node' } } },
      },
    }),
    json({ value: 1, children: [{ value: 2, children: [] }] }),
    json({ value: 1, children: [{ value: 'x' }] }),
    ['json /children/0/value type'],
  ],
  [
    'cycles through a list and back',
    withBody(ref('A'), {
      A: { type: 'object', properties: { b: ref('B') } },
      B: { type: 'array', items: ref('A'), maxItems: 2 },
    }),
    json({ b: [{ b: [] }] }),
    json({ b: [{ b: [{}, {}, {}] }] }),
    ['json /b/0/b count'],
  ],
  [
    'if, then and else',
    withBody({
      properties: { country: {}, zip: {} },
      if: { properties: { country: { const: 'DE' } } },
      ...THEN,
      else: { properties: { zip: { maxLength: 10 } } },
    }),
    json({ country: 'UK', zip: 'SW1A 1AA' }),
    json({ country: 'DE', zip: 'SW1A 1AA' }),
    ['json /zip pattern'],
  ],
  [
    'a media type that is a range over a suffix',
    withBody({ type: 'object', properties: { a: { type: 'integer' } } }, {}, '3.0.1', 'application/*+json'),
    json({ a: 1 }, '/a', 'application/vnd.shop+json'),
    json({ a: 'x' }, '/a', 'application/vnd.shop+json'),
    ['json /a type'],
  ],
  [
    'any media type: JSON is compared all the same',
    withBody({ type: 'object', properties: { a: { type: 'integer' } } }, {}, '3.0.1', '*/*'),
    { method: 'POST', target: '/a', type: 'text/csv', body: 'a;b' },
    json({ a: 'x' }),
    ['json /a type'],
  ],
  [
    'and so is a form',
    withBody({ type: 'object', properties: { a: { type: 'integer' } } }, {}, '3.0.1', 'application/*'),
    { method: 'POST', target: '/a', type: 'application/x-www-form-urlencoded', body: 'a=1' },
    { method: 'POST', target: '/a', type: 'application/x-www-form-urlencoded', body: 'a=x' },
    ['form /a type'],
  ],
  [
    'additionalProperties with a schema: a map',
    withBody({ type: 'object', additionalProperties: { type: 'integer' } }),
    json({ any: 1, thing: 2 }),
    json({ any: 'x' }),
    ['json /any type'],
  ],
];

const RGB = { type: 'object', properties: { R: { type: 'integer', maximum: 255 }, G: { type: 'integer' } } };
const LIST = { type: 'array', items: { type: 'integer' } };

const PARAMETERS: readonly Case[] = [
  [
    'a list in a path',
    withParameter({ in: 'path', name: 'p', required: true, schema: LIST }, '/a/{p}'),
    get('/a/3,4'),
    get('/a/3,x'),
    ['path /p/1 type'],
  ],
  [
    'style label',
    withParameter({ in: 'path', name: 'p', required: true, style: 'label', schema: LIST }, '/a/{p}'),
    get('/a/.3.4'),
    get('/a/.3.x'),
    ['path /p/1 type'],
  ],
  [
    'style label without its dot',
    withParameter({ in: 'path', name: 'p', required: true, style: 'label', schema: { type: 'integer' } }, '/a/{p}'),
    get('/a/.3'),
    get('/a/3'),
    ['path /p type'],
  ],
  [
    'an object in a path',
    withParameter({ in: 'path', name: 'p', required: true, schema: RGB }, '/a/{p}'),
    get('/a/R,100,G,200'),
    get('/a/R,300,G,200'),
    ['path /p/R range'],
  ],
  [
    'an object in a path, exploded',
    withParameter({ in: 'path', name: 'p', required: true, explode: true, schema: RGB }, '/a/{p}'),
    get('/a/R=100,G=200'),
    get('/a/R=100,B=2'),
    ['path /p/B unknown'],
  ],
  [
    'an object in the query, as most documents mean it',
    withParameter({
      in: 'query',
      name: 'page',
      schema: { type: 'object', properties: { size: { type: 'integer', maximum: 100 }, sort: { type: 'string' } } },
    }),
    get('/a?size=10&sort=name'),
    get('/a?size=1000&sort=name'),
    ['query /size range'],
  ],
  [
    'a name beside it that nobody lists',
    withParameter({ in: 'query', name: 'page', schema: { type: 'object', properties: { size: { type: 'integer' } } } }),
    get('/a?size=10'),
    get('/a?size=10&debug=1'),
    ['query /debug unknown'],
  ],
  [
    'an object in the query, in one text',
    withParameter({ in: 'query', name: 'c', explode: false, schema: RGB }),
    get('/a?c=R,100,G,200'),
    get('/a?c=R,100,G'),
    ['query /c type'],
  ],
  [
    'deepObject, one member twice',
    withParameter({ in: 'query', name: 'f', style: 'deepObject', schema: RGB }),
    get('/a?f%5BR%5D=1&f%5BG%5D=2'),
    get('/a?f%5BR%5D=1&f%5BR%5D=2'),
    ['query /f/R duplicated'],
  ],
  [
    'deepObject with a list',
    withParameter({ in: 'query', name: 'f', style: 'deepObject', schema: { type: 'object', properties: { ids: LIST } } }),
    get('/a?f%5Bids%5D=1&f%5Bids%5D=2'),
    get('/a?f%5Bids%5D=x'),
    ['query /f/ids/0 type'],
  ],
  [
    'pipes',
    withParameter({ in: 'query', name: 'p', style: 'pipeDelimited', explode: false, schema: LIST }),
    get('/a?p=1%7C2'),
    get('/a?p=1%7Cx'),
    ['query /p/1 type'],
  ],
  [
    'spaces',
    withParameter({ in: 'query', name: 'p', style: 'spaceDelimited', explode: false, schema: LIST }),
    get('/a?p=1%202'),
    get('/a?p=1%20x'),
    ['query /p/1 type'],
  ],
  [
    'a list or one value',
    withParameter({
      in: 'query',
      name: 'p',
      schema: {
        oneOf: [
          { type: 'string', maxLength: 3 },
          { type: 'array', items: { type: 'string', maxLength: 3 } },
        ],
      },
    }),
    get('/a?p=abc'),
    get('/a?p=abcd'),
    ['query /p shape'],
  ],
  [
    'a JSON document in a parameter',
    withParameter({ in: 'query', name: 'f', content: { 'application/vnd.x+json': { schema: RGB } } }),
    get(`/a?f=${encodeURIComponent('{"R":1}')}`),
    get(`/a?f=${encodeURIComponent('{"R":"1"}')}`),
    ['query /f/R type'],
  ],
  [
    'a number of 19 digits',
    withParameter({ in: 'path', name: 'id', required: true, schema: { type: 'integer', format: 'int64' } }, '/a/{id}'),
    get('/a/1234567890123456789'),
    get('/a/12345678901234567890'),
    ['path /id type'],
  ],
  [
    'an object in a header',
    withParameter({ in: 'header', name: 'X-Color', schema: RGB }),
    get('/a', { 'x-color': 'R,1,G,2' }),
    get('/a', { 'x-color': 'R,x' }),
    ['header /x-color/R type'],
  ],
];

const PATHS: readonly Case[] = [
  [
    'two places in one segment',
    {
      openapi: '3.0.0',
      info,
      paths: {
        '/compare/{base}...{head}': {
          get: {
            parameters: ['base', 'head'].map((name) => ({
              in: 'path',
              name,
              required: true,
              schema: { type: 'string', maxLength: 4 },
            })),
          },
        },
      },
    },
    get('/compare/main...next'),
    get('/compare/main...nextnext'),
    ['path /head length'],
  ],
  [
    'one path under two names, each with its own method',
    {
      openapi: '3.0.0',
      info,
      paths: {
        '/users/{id}': { get: { parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'integer' } }] } },
        '/users/{userId}': {
          delete: { parameters: [{ in: 'path', name: 'userId', required: true, schema: { type: 'integer' } }] },
        },
      },
    },
    { method: 'DELETE', target: '/users/3' },
    { method: 'DELETE', target: '/users/x' },
    ['path /id type'],
  ],
  [
    'a word before a place',
    {
      openapi: '3.0.0',
      info,
      paths: {
        '/users/me': { get: {} },
        '/users/{id}': { get: { parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'integer' } }] } },
      },
    },
    get('/users/me'),
    get('/users/you'),
    ['path /id type'],
  ],
  [
    'servers of one path only',
    {
      openapi: '3.0.0',
      info,
      servers: [{ url: '/v1' }],
      paths: { '/a': { servers: [{ url: 'https://files.example.test/upload' }], get: {} }, '/b': { get: {} } },
    },
    get('/upload/a'),
    get('/v1/a'),
    ['path  route'],
  ],
  [
    'a bar at the end does not lead around it',
    withParameter({ in: 'query', name: 'n', schema: { type: 'integer' } }),
    get('/a/?n=1'),
    get('/a/?n=x'),
    ['query /n type'],
  ],
  [
    'what only answers, callbacks and webhooks say is nobody else’s business',
    {
      openapi: '3.1.0',
      info,
      paths: {
        '/a': {
          get: {
            responses: { default: { content: { 'application/json': { schema: { $ref: 'elsewhere.yaml' } } } } },
            callbacks: {
              done: { '{$request.body#/url}': { post: { requestBody: { content: { 'x/y': { schema: { $ref: '#/no' } } } } } } },
            },
          },
        },
      },
      webhooks: { new: { post: { requestBody: { $ref: 'elsewhere.yaml' } } } },
    },
    get('/a'),
    get('/a?x=1'),
    ['query /x unknown'],
  ],
];

describe('documents of the wild: the honest request passes, the tampered one is told', () => {
  it.each([...BODIES, ...PARAMETERS, ...PATHS])('%s', (_title, document, honest, tampered, reports) => {
    const made = compiled(document);
    expect(told(judge(made, honest))).toEqual([]);
    expect(told(judge(made, tampered))).toEqual(reports);
  });

  it.each([...BODIES, ...PARAMETERS, ...PATHS])(
    '%s: what is kept says the same',
    (_title, document, honest, tampered, reports) => {
      const once = importDocument(document, {});
      if (once.kind === 'faulty') throw new Error(JSON.stringify(once.faults));
      const made = compiled(once.fragment, { unknown: 'refuse', routes: 'refuse' }, { server: '' });
      expect(told(judge(made, honest))).toEqual([]);
      expect(told(judge(made, tampered))).toEqual(reports);
    },
  );
});

describe('what cannot be checked', () => {
  const document = withBody({
    type: 'object',
    properties: {
      password: { type: 'string', minLength: 8, pattern: '^(?=.*[A-Z]).*$' },
      tags: { type: 'object', patternProperties: { '^(?!x)': { type: 'string' } }, additionalProperties: false },
    },
    dependencies: { a: ['b'] },
  });
  it('refuses the document, each place told', () => {
    const read = importDocument(document, {});
    expect(read.kind === 'faulty' && read.faults.map(({ pointer }) => pointer.split('/schema')[1])).toEqual([
      '/properties/password/pattern',
      '/properties/tags/patternProperties',
      '/dependencies',
    ]);
  });

  it('is left out and told where somebody says so; the rest is checked', () => {
    const read = importDocument(document, { isPartly: true });
    expect(read.kind === 'ready' && read.notes.map(({ detail }) => detail.endsWith('left out, not checked'))).toEqual([
      true,
      true,
      true,
    ]);
    const made = compiled(document, undefined, { isPartly: true });
    expect(told(judge(made, json({ password: 'no capital', tags: { anything: 1 } })))).toEqual([]);
    expect(told(judge(made, json({ password: 'short' })))).toEqual(['json /password length']);
  });

  it('refuses a style that no path of a request can have', () => {
    const read = importDocument(
      withParameter({ in: 'path', name: 'p', required: true, style: 'matrix', schema: {} }, '/a/{p}'),
      {},
    );
    expect(read.kind === 'faulty' && read.faults[0]?.detail).toContain('must be one of simple, label');
  });

  it('names the style that says nothing of objects, and lets the parameter in', () => {
    const read = importDocument(withParameter({ in: 'cookie', name: 'c', schema: RGB }), {});
    expect(read.kind === 'ready' && read.notes.map(({ detail }) => detail)).toEqual([
      'is let in as it is: style form does not say how its values are written',
    ]);
  });
});
