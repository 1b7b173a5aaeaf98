import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectRequest } from '../inspect.ts';
import type { RawRequest } from '../types.ts';
import { looksLikeGraphql, parseGraphql } from './graphql.ts';
import { DECODE_LIMITS } from './limits.ts';
import { decodeRequest } from './request.ts';

const encoder = new TextEncoder();

function read(text: string): readonly string[] | string {
  const result = parseGraphql(text, { location: 'json', name: 'query' }, DECODE_LIMITS);
  if (result.kind === 'document') return result.fields.map(({ name, value }) => `${name}=${value}`);
  return result.kind === 'over-limit' ? result.limit : result.kind;
}

describe('documents', () => {
  test.each([
    ['{ user(id: "7") { name } }', ['query.user.id=7']],
    ['query Q($id: ID! = "a", $n: [Int!]) @live { user(id: $id, max: -1.5e3, on: true, kind: ADMIN) { ...F } }', ['query.ID=a']],
    [
      'mutation { add(in: {text: "a\\u0041\\n", tags: ["x", "y"], o: {}}) { id } }',
      ['query.add.in.text=aA\n', 'query.add.in.tags=x', 'query.add.in.tags=y'],
    ],
    ['{ a(b: """one "two" \\""" three""") }', ['query.a.b=one "two" """ three']],
    ['fragment F on User { name } query { me { ...F, ... on Admin { role } } }', []],
    ['{ a # or 1=1\n b }', ['query.comment= or 1=1']],
    ['subscription S { a: b(c: "d") }', ['query.b.c=d']],
    ['{ a(o: {__proto__: {x: 1}}) }', ['query.a.o.__proto__=']],
    ['{ __typename }', []],
  ])('reads %s', (text, fields) => {
    expect(read(text)).toEqual(fields);
  });

  test.each([
    '{{7*7}}',
    '{ $where: 1 }',
    '${7*7}',
    "{ a(b: 'c') }",
    '{ a } union select 1',
    '{ a(b: "c) }',
    '{ a',
    '{ a }}',
    '{ }',
    '{ a() }',
    'query',
    'mutation x',
    'query a b c d e f g h i j { x }',
    '{ "a": 1 }',
    '{ a; b }',
    '[{ a }]',
    '{ a | b }',
  ])('%s is no document', (text) => {
    expect(read(text)).toBe('malformed');
  });

  test('depth, aliases, tokens and size have limits', () => {
    expect(read('{a'.repeat(32) + '}'.repeat(32))).toEqual([]);
    expect(read('{a'.repeat(33) + '}'.repeat(33))).toBe('graphqlDepthMax');
    expect(read(`{${'a: b '.repeat(256)}}`)).toEqual([]);
    expect(read(`{${'a: b '.repeat(257)}}`)).toBe('graphqlAliasesMax');
    expect(read(`{${' a'.repeat(20_000)}}`)).toBe('graphqlTokensMax');
    expect(read(`{ a(b: "${'x'.repeat(262_144)}") }`)).toBe('graphqlBytesMax');
  });

  test('any text is read to an end', () => {
    const piece = fc.oneof(
      fc.constantFrom('{', '}', '(', ')', 'a', ':', '"', '"""', '$', '@', '...', '#', '\n', '\\', 'query '),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        looksLikeGraphql(text);
        expect(['document', 'malformed', 'over-limit']).toContain(
          parseGraphql(text, { location: 'text', name: '' }, DECODE_LIMITS).kind,
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('requests', () => {
  function verdict(raw: Partial<RawRequest> & { text?: string; type?: string }): boolean | string {
    const { text, type = 'application/json', ...rest } = raw;
    const decoded = decodeRequest(
      {
        method: 'POST',
        target: '/graphql',
        headers: [['content-type', type]],
        body: text === undefined ? null : encoder.encode(text),
        ...rest,
      },
      '/graphql',
    );
    return decoded.kind === 'ok' ? inspectRequest(decoded.request).isAttack : decoded.kind;
  }
  const honest =
    'query Find($in: [ID!], $or: Boolean) { users(ids: $in, name: "O\'Neill") { id, select, from, where(or: 1) { union } } }';
  const attack = '{ users(name: "x\' OR 1=1--") { id } }';

  test.each([
    [
      'JSON',
      { text: JSON.stringify({ query: honest, variables: { in: ['1'] }, operationName: 'Find' }) },
      { text: JSON.stringify({ query: attack }) },
    ],
    [
      'a batch',
      { text: JSON.stringify([{ query: honest }, { query: honest }]) },
      { text: JSON.stringify([{ query: honest }, { query: attack }]) },
    ],
    ['a body of its own', { text: honest, type: 'application/graphql' }, { text: attack, type: 'application/graphql' }],
    [
      'the address',
      { target: `/graphql?query=${encodeURIComponent(honest)}&variables=${encodeURIComponent('{"in":["1"]}')}` },
      { target: `/graphql?query=${encodeURIComponent(attack)}` },
    ],
    [
      'variables',
      { target: `/graphql?query={a}&variables=${encodeURIComponent('{"name":"O\'Neill"}')}` },
      { target: `/graphql?query={a}&variables=${encodeURIComponent('{"name":{"$ne":1}}')}` },
    ],
  ])('%s: the string is judged, the document around it is not', (_, innocent, hostile) => {
    expect(verdict(innocent)).toBe(false);
    expect(verdict(hostile)).toBe(true);
  });

  test('what only looks like a document is judged as a text', () => {
    expect(verdict({ target: `/?query=${encodeURIComponent("{ a } ' or 1=1--")}` })).toBe(true);
    expect(verdict({ text: JSON.stringify({ query: '{{7*7}}<script>alert(1)</script>' }) })).toBe(true);
  });
});
