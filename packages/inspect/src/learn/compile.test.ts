import { describe, expect, test } from 'vitest';
import { checkRequest } from './check.ts';
import { compileSchema } from './compile.ts';
import { matchesPattern, parsePattern } from './pattern.ts';

const operation = (schema: unknown): unknown => ({
  paths: { '/a': { get: { parameters: [{ in: 'query', name: 'x', schema }] } } },
});
const nested = (depth: number): unknown =>
  depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };
const body = (schema: unknown): unknown => ({
  paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
});

describe('a fragment that cannot be kept is refused with its place', () => {
  test.each<[string, unknown, string]>([
    ['not a document', 7, ''],
    ['no paths', {}, '/paths'],
    ['a path without slash', { paths: { a: {} } }, '/paths/a'],
    ['no method', { paths: { '/a': { fetch: {} } } }, '/paths/~1a/fetch'],
    ['two paths for one place', { paths: { '/{id}': {}, '/{id2}': {} } }, '/paths/~1{id2}'],
    ['an unknown policy', { paths: {}, 'x-holdfast-unknown-routes': 'maybe' }, '/x-holdfast-unknown-routes'],
    ['an unknown type', operation({ type: 'text' }), '/paths/~1a/get/parameters/0/schema/type'],
    ['an unknown format', operation({ type: 'string', format: 'ipv4' }), '/paths/~1a/get/parameters/0/schema/format'],
    ['a keyword nobody checks', operation({ type: 'string', not: {} }), '/paths/~1a/get/parameters/0/schema/not'],
    ['a reference', operation({ $ref: '#/components/schemas/X' }), '/paths/~1a/get/parameters/0/schema/$ref'],
    [
      'a pattern that can backtrack',
      operation({ type: 'string', pattern: '^(a+)+$' }),
      '/paths/~1a/get/parameters/0/schema/pattern',
    ],
    ['a maximum in words', operation({ type: 'integer', maximum: 'ten' }), '/paths/~1a/get/parameters/0/schema/maximum'],
    ['an empty list of choices', operation({ enum: [] }), '/paths/~1a/get/parameters/0/schema/enum'],
    [
      'a document without end',
      body(nested(40)),
      `/paths/~1a/post/requestBody/content/application~1json/schema${'/properties/a'.repeat(33)}`,
    ],
  ])('%s', (_title, fragment, pointer) => {
    const result = compileSchema(fragment);
    expect(result.kind === 'refused' ? result.faults[0]?.pointer : 'compiled').toBe(pointer);
  });

  test("its twin, a document of somebody's own, is kept", () => {
    const result = compileSchema({
      openapi: '3.1.0',
      info: { title: 'own', version: '1' },
      paths: {
        '/users/{userId}': {
          summary: 'one user',
          get: {
            parameters: [
              { in: 'path', name: 'userId' },
              { in: 'query', name: 'full', schema: { type: 'boolean', description: 'all of it' } },
            ],
          },
          put: {
            requestBody: { content: { 'application/json': { schema: { ...Object(nested(3)), additionalProperties: false } } } },
          },
        },
      },
    });
    if (result.kind !== 'compiled') throw new Error(`assertion: it compiles: ${JSON.stringify(result.faults)}`);
    const get = (value: string) =>
      checkRequest(result.schema, { method: 'GET', path: '/users/ann', fields: [{ location: 'query', name: 'full', value }] });
    expect(get('true')).toEqual([]);
    expect(get('1').map(({ reason }) => reason)).toEqual(['type']);
    const put = (name: string) =>
      checkRequest(result.schema, { method: 'PUT', path: '/users/ann', fields: [{ location: 'json', name, value: 'x' }] });
    expect(put('a.a.a')).toEqual([]);
    expect(put('a.b').map(({ reason }) => reason)).toEqual([]);
    expect(put('b').map(({ reason }) => reason)).toEqual(['unknown']);
  });

  test('names of the language are names like others', () => {
    const parameters = [{ in: 'query', name: 'constructor', schema: { type: 'integer' } }];
    const result = compileSchema({ paths: { '/__proto__': { get: { parameters } } } });
    expect(result.kind).toBe('compiled');
  });
});

describe('patterns', () => {
  test.each([
    ['^[a-z]{2,4}$', ['ab', 'abcd'], ['a', 'abcde', 'aB', 'ab\n']],
    ['^[0-9]{8}[A-Za-z]{1}$', ['12345678Z'], ['12345678', '1234567Z', '12345678ZZ']],
    ['^[0-9]{3}$|^[0-9]{3}[\\-][0-9]{2}$', ['123', '123-45'], ['123-4', '12345', '']],
    ['^[\\p{L}\\p{M} ’\\-]{0,20}$', ['', 'Zoë', 'Łódź', '李雷', 'O’Neil-Ó'], ['a1', '😀', 'a|b']],
    ['^[\\s\\p{S}]+$', ['😀', ' \n'], ['', 'a']],
  ])('%s', (pattern, good, bad) => {
    const parsed = parsePattern(pattern);
    if (parsed.kind !== 'pattern') throw new Error(`assertion: readable: ${parsed.detail}`);
    expect(good.filter((value) => !matchesPattern(parsed.pattern, value))).toEqual([]);
    expect(bad.filter((value) => matchesPattern(parsed.pattern, value))).toEqual([]);
  });

  test.each([
    '',
    'a',
    '^a$',
    '^[a-z]',
    '^[a-z]{4,2}$',
    '^[z-a]$',
    '^[^a]$',
    '^[\\d]$',
    '^[a-z]*[a-c]$',
    '^[a]{1,99999999}$',
    '^[a]$|',
    '^[',
    '(?=a)',
  ])('is not read: %s', (pattern) => {
    expect(parsePattern(pattern).kind).toBe('refused');
  });
});
