import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageSchema, SchemaError } from '@holdfast/contract';
import { check } from '@holdfast/browser';
import { entriesOf, Reading } from '../../packages/browser/src/fields.ts';
import { compiled, judge, type TestRequest } from '../../packages/server/src/domains/protection/documents/document-stand.ts';
import { documentForm } from '../../packages/server/src/domains/protection/documents/page-form.ts';

/** One way through the same cases each time: what a new seed finds is a case to add, not a run to repeat. */
const SEED = 42;
type Json = Record<string, unknown>;

const name = fc.constantFrom('a', 'b', 'tags[]', 'a b', 'constructor', 'deep', 'utm_source');
const text = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    'true',
    '0',
    '7',
    '-1',
    '007',
    '1.50',
    '1e3',
    'x',
    'red',
    'ä',
    '😀😀',
    '1234567890123456789',
    '{"a":1}',
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.integer({ min: -20, max: 20 }).map(String),
);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ type: fc.constant('string'), minLength: fc.nat({ max: 2 }), maxLength: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.constant(-5), maximum: fc.constant(9) }),
  fc.constant({ type: 'integer', format: 'int64' }),
  fc.constant({ type: 'string', enum: ['red', 'x'] }),
  fc.constant({ type: 'string', nullable: true, maxLength: 1 }),
  fc.constant({ type: 'boolean' }),
  fc.constant({ anyOf: [{ type: 'string', maxLength: 2 }, { type: 'integer' }] }),
  fc.constant({ $ref: '#/components/schemas/Short' }),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  scalar.map((items) => ({ type: 'array', items, maxItems: 2 })),
  scalar.map((inner) => ({ type: 'object', properties: { a: inner } })),
);
const object: fc.Arbitrary<Json> = fc
  .tuple(fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }), fc.subarray(['a', 'b', 'deep']), fc.boolean())
  .map(([properties, required, isJoined]) => {
    const schema = { type: 'object', properties, required: required.filter((each) => Object.hasOwn(properties, each)) };
    return isJoined ? { allOf: [schema, { $ref: '#/components/schemas/Base' }] } : schema;
  });
const operation: fc.Arbitrary<Json> = fc
  .tuple(
    fc.uniqueArray(fc.record({ name, required: fc.boolean(), schema: value }), { selector: (each) => each.name, maxLength: 3 }),
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', '*/*'),
    object,
  )
  .map(([parameters, media, schema]) => ({
    parameters: parameters.map((each) => ({ in: 'query', ...each })),
    requestBody: { content: { [media]: { schema } } },
  }));

type Pairs = readonly (readonly [string, string])[];
type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'form' | 'multipart'; readonly pairs: Pairs }
  | { readonly kind: 'json'; readonly value: unknown };
const pairs = fc.array(fc.tuple(name, text), { maxLength: 4 });
const json = fc.dictionary(
  name,
  fc.oneof(
    text,
    fc.integer({ min: -20, max: 20 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(name, text, { maxKeys: 2 }),
  ),
  { maxKeys: 4 },
);
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constantFrom('form' as const, 'multipart' as const), pairs }),
  fc.record({ kind: fc.constant('json' as const), value: json }),
);
const isReadable = (...parts: readonly unknown[]): boolean => {
  const written = JSON.stringify(parts);
  return written.isWellFormed() && !written.includes('\\ud');
};

const BOUNDARY = 'boundary-of-a-form';
const encode = (list: Pairs): string => new URLSearchParams(list.map(([key, each]) => [key, each])).toString();
function dataOf(list: Pairs): FormData {
  const data = new FormData();
  for (const [key, each] of list) data.append(key, each);
  return data;
}
const multipartText = (list: Pairs): string =>
  `${[...entriesOf(dataOf(list))].map(([key, each]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${typeof each === 'string' ? each : ''}\r\n`).join('')}--${BOUNDARY}--\r\n`;

function atTheGateway(query: Pairs, sent: Body): TestRequest {
  const target = `/p?${encode(query)}`;
  if (sent.kind === 'none') return { method: 'POST', target };
  if (sent.kind === 'json') return { method: 'POST', target, type: 'application/json', body: JSON.stringify(sent.value) };
  if (sent.kind === 'form')
    return { method: 'POST', target, type: 'application/x-www-form-urlencoded', body: encode(sent.pairs) };
  return { method: 'POST', target, type: `multipart/form-data; boundary=${BOUNDARY}`, body: multipartText(sent.pairs) };
}

function onThePage(query: Pairs, sent: Body): Reading {
  const reading = new Reading();
  reading.addPairs('query', new URLSearchParams(encode(query)));
  if (sent.kind === 'form') reading.addPairs('form', new URLSearchParams(encode(sent.pairs)));
  if (sent.kind === 'multipart') reading.addPairs('multipart', entriesOf(dataOf(sent.pairs)));
  if (sent.kind === 'json') reading.addJson(JSON.stringify(sent.value));
  return reading;
}

const COMPONENTS = {
  Short: { type: 'string', maxLength: 2 },
  Base: { type: 'object', properties: { base: { type: 'integer', minimum: 0, maximum: 9 } } },
};

/** Null = the gateway refuses such bytes before any schema. */
function both(post: Json, query: Pairs, sent: Body): { page: readonly SchemaError[]; gateway: readonly SchemaError[] } | null {
  const document = compiled({ openapi: '3.0.3', info: {}, paths: { '/p': { post } }, components: { schemas: COMPONENTS } });
  const form = documentForm(document, '/p');
  // It crosses the network as text.
  const page = JSON.parse(
    JSON.stringify({ ...form, operations: form?.operations.map((each) => ({ ...each, excepted: [] })) }),
  ) as PageSchema;
  try {
    return { gateway: judge(document, atTheGateway(query, sent)), page: check(page, onThePage(query, sent).sending('POST')) };
  } catch {
    return null;
  }
}

const placeOf = ({ location, pointer }: SchemaError): string => `${location} ${pointer}`;

describe('what a page is told of a whole document', () => {
  test('refuses nothing that the gateway lets in, and tells the same places', () => {
    const counts = { compared: 0, told: 0, same: 0, honest: 0 };
    fc.assert(
      fc.property(operation, pairs, body, (post, query, sent) => {
        fc.pre(isReadable(post, query, sent));
        const result = both(post, query, sent);
        if (result === null) return;
        counts.compared += 1;
        if (result.gateway.length === 0) counts.honest += 1;
        const places = new Set(result.gateway.map(placeOf));
        // Where one of several schemas had to fit, or a value is of another type, the gateway tells of the whole.
        const isWithin = (error: SchemaError): boolean =>
          [...places].some(
            (place) => placeOf(error) === place || placeOf(error).startsWith(`${place}/`) || place === `${error.location} `,
          );
        for (const error of result.page) {
          counts.told += 1;
          const isTold = isWithin(error) || result.gateway.some(({ reason }) => reason === 'content' || reason === 'unknown');
          expect(isTold, JSON.stringify({ post, query, sent, ...result })).toBe(true);
          if (result.gateway.some((other) => placeOf(other) === placeOf(error) && other.reason === error.reason))
            counts.same += 1;
        }
      }),
      { numRuns: 1500, seed: SEED },
    );
    expect(counts.compared).toBeGreaterThan(800);
    expect(counts.told).toBeGreaterThan(300);
    expect(counts.same / counts.told).toBeGreaterThan(0.8);
    expect(counts.honest).toBeGreaterThan(20);
  });

  test('tells names, lengths and ranges, and no choices', () => {
    const post = {
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['name'],
              properties: {
                name: { type: 'string', minLength: 1, maxLength: 4 },
                age: { type: 'integer', minimum: 0, maximum: 150 },
                role: { type: 'string', enum: ['admin'] },
              },
            },
          },
        },
      },
    };
    const document = compiled({ openapi: '3.0.3', info: {}, paths: { '/p': { post } } });
    const form = documentForm(document, '/p');
    expect(JSON.stringify(form)).not.toContain('admin');
    expect(form?.operations[0]?.values).toEqual([
      { at: 'form name', required: true, points: true, minLength: 1, filled: true, maxLength: 4 },
      { at: 'form age', type: 'integer', minimum: 0, maximum: 150 },
      { at: 'form role' },
    ]);
    expect(documentForm(document, '/other')).toBeNull();
  });
});
