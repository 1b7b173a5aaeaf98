import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageSchema, SchemaError } from '@holdfast/contract';
import { check, type Sending } from '@holdfast/browser';
import { checkRequest, compileSchema, decodeRequest, publicForm, type CompiledSchema, type Field } from '@holdfast/inspect';
import { entriesOf, Reading } from '../../packages/browser/src/fields.ts';
import type { Exchange } from '../../packages/server/src/gateway/exchange.ts';
import { violationsOf } from '../../packages/server/src/gateway/schema/violations.ts';

/** Two programs that share no code read one schema: what a page says of a request is what the gateway does with it. */
const WORDS = [
  'red',
  'green',
  'x',
  '',
  'null',
  'true',
  '0',
  '-1',
  '007',
  '1.50',
  '12',
  '1e3',
  'a b',
  'ä',
  '😀',
  '©',
  '--',
  '#',
  '\u200D',
];
const text = fc.oneof(
  fc.constantFrom(
    ...WORDS,
    '2024-02-30',
    '2024-02-30T10:00Z',
    'a@b.c',
    '.a@b',
    'A@ü.de',
    'https://x',
    'httpſ://x',
    'HTTP://x/y z',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.uuid(),
  fc.integer().map(String),
);
const name = fc.constantFrom('a', 'b', 'tags[]', 'item[0][x]', 'a b', 'utm_source', '__proto__', 'constructor', 'list', 'deep');
/** As a schema lists it: a position stands for every one. */
const listed = name.map((each) => each.replace('[0]', '[*]'));
const pattern = fc.constantFrom(
  '^[a-z]{1,4}$',
  '^[A-Z][0-9]{2,3}$|^[a-z \\-]+$',
  '^[a-zA-Z0-9\\p{L}\\p{M}\\p{S} ]*$',
  '^[äöü]{1,2}$',
  '^[0-9]{2}[0-9]{2}$',
);
const limits = fc.record({ minLength: fc.nat({ max: 3 }), maxLength: fc.integer({ min: 3, max: 9 }) }, { requiredKeys: [] });
const valueSchema = fc.oneof(
  limits.map((limit) => ({ type: 'string', ...limit })),
  fc.record({ type: fc.constant('string'), format: fc.constantFrom('uuid', 'date', 'date-time', 'email', 'uri') }),
  fc.record({ type: fc.constant('string'), pattern, 'x-holdfast-word': fc.boolean() }),
  fc.record({
    type: fc.constantFrom('integer', 'number'),
    minimum: fc.integer({ min: -5, max: 5 }),
    maximum: fc.integer({ min: 5, max: 99 }),
  }),
  fc.constant({ type: 'boolean' }),
  fc.record({ type: fc.constant('array'), items: limits.map((limit) => ({ type: 'string', ...limit })) }),
);
const choice = fc.constant({ enum: ['red', 'green', 3] });
const objectOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(listed, value, { maxKeys: 4 }),
    required: fc.subarray(['a', 'b', 'list']),
    additionalProperties: fc.boolean(),
  });
const documentOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const inner = fc.oneof(
    { weight: 4, arbitrary: value },
    objectOf(value),
    fc.record({ type: fc.constant('array'), items: objectOf(value) }),
    fc.constant({}),
  );
  return objectOf(inner);
};
const operationOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.record(
    {
      parameters: fc.array(fc.record({ in: fc.constant('query'), name: listed, required: fc.boolean(), schema: value }), {
        maxLength: 3,
      }),
      requestBody: fc.record({
        content: fc.record(
          {
            'application/json': fc.record({ schema: documentOf(value) }),
            'application/x-www-form-urlencoded': fc.record({ schema: objectOf(value) }),
            'multipart/form-data': fc.record({ schema: objectOf(value) }),
          },
          { requiredKeys: [] },
        ),
      }),
      'x-holdfast-unlisted': fc.constantFrom('refuse', 'pass', 'vocabulary'),
    },
    { requiredKeys: [] },
  );
const fragmentOf = (value: fc.Arbitrary<unknown>) =>
  fc.record(
    { get: operationOf(value), post: operationOf(value), 'x-holdfast-other-methods': fc.constantFrom('refuse', 'pass') },
    { requiredKeys: [] },
  );

type Pairs = readonly (readonly [string, string])[];
interface Sent {
  readonly method: string;
  readonly query: Pairs;
  readonly body:
    | { readonly kind: 'none' }
    | { readonly kind: 'form' | 'multipart'; readonly pairs: Pairs }
    | { readonly kind: 'json'; readonly value: unknown };
}
const pairs = fc.array(fc.tuple(name, text), { maxLength: 4 });
const json = fc.dictionary(
  name,
  fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.dictionary(name, text, { maxKeys: 3 }),
    fc.array(fc.dictionary(name, fc.integer(), { maxKeys: 2 }), { maxLength: 3 }),
  ),
  { maxKeys: 4 },
);
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE', 'OPTIONS'),
  query: pairs,
  body: fc.oneof(
    fc.constant({ kind: 'none' as const }),
    fc.record({ kind: fc.constantFrom('form' as const, 'multipart' as const), pairs }),
    fc.record({ kind: fc.constant('json' as const), value: json }),
  ),
});

const isReadable = ({ query, body }: Sent): boolean =>
  JSON.stringify([query, body]).isWellFormed() && !JSON.stringify([query, body]).includes('\\ud');

const encode = (list: Pairs): string => new URLSearchParams(list.map(([key, value]) => [key, value])).toString();

function dataOf(list: Pairs): FormData {
  const data = new FormData();
  for (const [key, value] of list) data.append(key, value);
  return data;
}

const BOUNDARY = 'boundary-of-a-form';
/** As browsers write it (HTML, "multipart form data"). */
function multipartText(list: Pairs): string {
  const parts = [...entriesOf(dataOf(list))].map(
    ([key, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${typeof value === 'string' ? value : ''}\r\n`,
  );
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: `multipart/form-data; boundary=${BOUNDARY}`,
} as const;

function textOf(body: Exclude<Sent['body'], { kind: 'none' }>): string {
  if (body.kind === 'json') return JSON.stringify(body.value);
  return body.kind === 'form' ? encode(body.pairs) : multipartText(body.pairs);
}

function onThePage({ method, query, body }: Sent): Sending {
  const reading = new Reading();
  reading.addPairs('query', new URLSearchParams(encode(query)));
  if (body.kind === 'form') reading.addPairs('form', new URLSearchParams(encode(body.pairs)));
  if (body.kind === 'multipart') reading.addPairs('multipart', entriesOf(dataOf(body.pairs)));
  if (body.kind === 'json') reading.addJson(JSON.stringify(body.value));
  return reading.sending(method);
}

/** The fields as the gateway decodes them from the bytes; null = it refuses such bytes before any schema. */
function atTheGateway({ method, query, body }: Sent): readonly Field[] | null {
  const bytes = body.kind === 'none' ? null : new TextEncoder().encode(textOf(body));
  const type = body.kind === 'none' ? '' : TYPES[body.kind];
  const decoded = decodeRequest(
    { method, target: `/p?${encode(query)}`, headers: bytes === null ? [] : [['content-type', type]], body: bytes },
    '/p',
  );
  return decoded.kind === 'ok' ? decoded.request.fields : null;
}

const compiled = (item: unknown): CompiledSchema | null => {
  const result = compileSchema({ paths: { '/p': item } });
  return result.kind === 'compiled' ? result.schema : null;
};

function onPage(schema: CompiledSchema, sending: Sending): readonly SchemaError[] {
  const form = publicForm(schema, '/p');
  // It crosses the network as text.
  const told = JSON.parse(
    JSON.stringify({ ...form, operations: form?.operations.map((each) => ({ ...each, excepted: [] })) }),
  ) as PageSchema;
  return check(told, sending);
}

interface Both {
  readonly page: readonly SchemaError[];
  readonly gateway: readonly SchemaError[];
  readonly isPart: boolean;
  /** The gateway looked at everything. */
  readonly isWhole: boolean;
}

function compared(schema: CompiledSchema, request: Sent): Both | null {
  const fields = atTheGateway(request);
  if (fields === null) return null;
  const sending = onThePage(request);
  const canonical = { method: request.method, path: '/p', fields };
  // Only what the comparison reads of an exchange.
  const exchange = { body: { kind: 'none' }, canonical } as unknown as Exchange;
  const gateway = violationsOf(exchange, { kind: 'fragment', schema, mode: 'enforce' }, canonical).map(
    ({ location, name: at, pointer, reason }): SchemaError => ({ location, name: at, pointer, reason }),
  );
  return {
    page: onPage(schema, sending),
    gateway,
    isPart: sending.isPart === true,
    isWhole: checkRequest(schema, canonical).length < LOOKED_AT_MAX,
  };
}

/** Past this the gateway looks no further, and what it tells of one place may not be what says most of it. */
const LOOKED_AT_MAX = 8;
const inOrder = (errors: readonly SchemaError[]): readonly string[] =>
  errors.map(({ location, name: at, pointer, reason }) => `${location} ${at} ${pointer} ${reason}`).toSorted();

/** One way through the same cases each time: what a new seed finds is a case to add, not a run to repeat. */
const SEED = 40;

describe('the check of the page and the check of the gateway', () => {
  test('tell the same of every request, where no list of choices is involved', () => {
    let told = 0;
    let refused = 0;
    fc.assert(
      fc.property(fragmentOf(valueSchema), sent.filter(isReadable), (item, request) => {
        const schema = compiled(item);
        const both = schema === null ? null : compared(schema, request);
        if (both === null || both.isPart) return;
        told += 1;
        if (both.gateway.length > 0) refused += 1;
        if (both.isWhole) expect(inOrder(both.page)).toEqual(inOrder(both.gateway));
        else expect(both.gateway.length).toBeGreaterThan(0);
      }),
      { numRuns: 6_000, seed: SEED },
    );
    expect(told).toBeGreaterThan(2_000);
    expect(refused).toBeGreaterThan(300);
    expect(told - refused).toBeGreaterThan(300);
  });

  test('where only the gateway can say, the page lets pass and never refuses by itself', () => {
    fc.assert(
      fc.property(fragmentOf(fc.oneof(valueSchema, choice)), sent.filter(isReadable), (item, request) => {
        const schema = compiled(item);
        const both = schema === null ? null : compared(schema, request);
        if (both === null) return;
        if (both.page.length > 0) expect(both.gateway, JSON.stringify(both)).not.toEqual([]);
      }),
      { numRuns: 3_000, seed: SEED },
    );
  });
});
