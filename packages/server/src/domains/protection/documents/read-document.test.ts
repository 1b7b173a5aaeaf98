import { describe, expect, it } from 'vitest';
import { importDocument, openDocument } from './document-schema.ts';
import { readDocument } from './reading/read-document.ts';

const info = { title: 'shop', version: '1' };
const schemas = (value: Record<string, unknown>, openapi = '3.1.0') => ({
  openapi,
  info,
  paths: {
    '/a': { post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/A' } } } } } },
  },
  components: { schemas: value },
});
const body = (schema: unknown, openapi = '3.1.0') => schemas({ A: schema }, openapi);
const parameter = (value: unknown, path = '/a') => ({
  openapi: '3.1.0',
  info,
  paths: { [path]: { get: { parameters: [value] } } },
});

function faultsOf(document: unknown, options: { server?: string } = {}): string[] {
  const read = importDocument(document, options);
  return read.kind === 'faulty' ? read.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`) : [];
}

function kept(document: unknown, options: { server?: string } = {}) {
  const read = importDocument(document, options);
  if (read.kind === 'faulty') throw new Error(JSON.stringify(read.faults));
  return read;
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const A = '/components/schemas/A';

describe('what cannot be enforced is refused where it stands', () => {
  it.each<[string, unknown, string]>([
    ['version 2', { swagger: '2.0', paths: {} }, '/swagger: is version 2'],
    ['no version', { paths: {} }, '/openapi: must be'],
    ['a file elsewhere', body({ $ref: 'other.yaml#/A' }), `${A}/$ref: refers to something outside`],
    ['an address', body({ $ref: 'https://example.test/a.json' }), `${A}/$ref: refers to something outside`],
    ['a reference to nothing', body(ref('B')), `${A}/$ref: leads to nothing`],
    ['a reference to what objects inherit', body({ $ref: '#/components/constructor' }), `${A}/$ref: leads to nothing`],
    ['a keyword that nobody checks', body({ type: 'string', minLenght: 3 }), `${A}/minLenght: is not a keyword`],
    ['another base', body({ $id: 'x' }), `${A}/$id: is not a keyword`],
    ['a number that is a text', body({ minimum: '3' }), `${A}/minimum: must be a number`],
    ['a type that is none', body({ type: 'text' }), `${A}/type: must be one of`],
    ['a reference back in a pattern', body({ pattern: '(a)\\1' }), `${A}/pattern: cannot be matched in one pass`],
    ['look-around', body({ pattern: '(?=a)b' }), `${A}/pattern: cannot be matched in one pass`],
    ['too many places in a pattern', body({ pattern: '(a{1000}){1000}' }), `${A}/pattern: cannot be matched`],
    [
      'two paths for one request',
      { openapi: '3.1.0', info, paths: { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } } },
      '/paths/~1a~1{y}: stands for',
    ],
    [
      'a cookie as an object',
      parameter({ in: 'cookie', name: 'c', style: 'deepObject', schema: {} }),
      '/paths/~1a/get/parameters/0/style',
    ],
    [
      'a parameter without a place',
      parameter({ in: 'path', name: 'id', schema: {} }),
      '/paths/~1a/get/parameters: the path has no place',
    ],
    ['a schema that comes back at once', schemas({ A: { allOf: [ref('B')] }, B: { anyOf: [ref('A')] } }), '/components/schemas/'],
    ['servers under different paths', { ...body({}), servers: [{ url: '/a' }, { url: '/b' }] }, '/servers: stand under'],
  ])('%s', (_title, document, fault) => {
    expect(faultsOf(document)[0]).toContain(fault);
  });

  it('tells all faults at once, and not more than twenty', () => {
    const properties = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`p${index}`, { type: 'nothing' }]));
    expect(faultsOf(body({ properties }))).toHaveLength(20);
  });

  it('reads a document that nests without end as far as it may', () => {
    let deep: Record<string, unknown> = { type: 'string' };
    for (let depth = 0; depth < 200; depth += 1) deep = { properties: { a: deep } };
    expect(faultsOf(body(deep))[0]).toContain('nested deeper than 32');
  });
});

describe('what is kept', () => {
  it('is the same when it is read again', () => {
    const once = kept({
      ...body(
        { type: 'object', nullable: true, required: ['a'], properties: { a: ref('A'), b: { $ref: '#/paths/~1a/post/x-part' } } },
        '3.0.3',
      ),
      paths: {
        '/a': {
          post: {
            'x-part': { type: 'string' },
            requestBody: { content: { 'application/json': { schema: ref('A') } } },
          },
        },
      },
    });
    expect(readDocument(once.fragment)).toMatchObject({ kind: 'ready', document: once.fragment });
    expect(openDocument(once.fragment).kind).toBe('ready');
  });

  it('stands under the path of the servers, or under the one that was given', () => {
    const document = {
      ...body({}),
      servers: [{ url: 'https://{host}.test/api/{v}/', variables: { host: { default: 'a' }, v: { default: 'v2' } } }],
    };
    expect(Object.keys(kept(document).fragment['paths'] as object)).toEqual(['/api/v2/a']);
    expect(Object.keys(kept(document, { server: '/b/' }).fragment['paths'] as object)).toEqual(['/b/a']);
  });

  it('has the words of 3.0 in those of 3.1', () => {
    const { fragment } = kept(
      body(
        {
          type: 'integer',
          minimum: 1,
          exclusiveMinimum: true,
          maximum: 9,
          exclusiveMaximum: false,
          nullable: true,
          enum: [2, 3],
        },
        '3.0.0',
      ),
    );
    expect((fragment['components'] as { schemas: unknown }).schemas).toEqual({
      A: { type: ['integer', 'null'], exclusiveMinimum: 1, maximum: 9, enum: [2, 3, null] },
    });
  });

  it('tells what it lets in unchecked', () => {
    const { notes } = kept(body({ format: 'colour', properties: { id: { readOnly: true } } }));
    expect(notes.map(({ detail }) => detail)).toEqual([
      'is not a format that is checked',
      'readOnly, so not taken in requests: id',
    ]);
  });
});
