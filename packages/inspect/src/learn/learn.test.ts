import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CanonicalRequest, Field, Location } from '../types.ts';
import { checkRequest, contextFor } from './check.ts';
import { compileSchema } from './compile.ts';
import type { CompiledSchema } from './compiled.ts';
import { fromDocument, takeDelta, toDocument } from './document.ts';
import { LEARN_LIMITS } from './limits.ts';
import { createModel, mergeModels, observe, type LearnedModel } from './model.ts';
import { proposeSchema } from './propose.ts';

type Values = Partial<Record<Location, Record<string, string | string[]>>>;

function request(line: string, values: Values = {}): CanonicalRequest {
  const [method = 'GET', path = '/'] = line.split(' ');
  const fields: Field[] = [{ location: 'path', name: '', value: path }];
  for (const [location, named] of Object.entries(values))
    for (const [name, value] of Object.entries(named))
      // The keys of `Values` are locations.
      for (const each of [value].flat()) fields.push({ location: location as Location, name, value: each });
  return { method, path, fields };
}

function learned(requests: Iterable<CanonicalRequest>): LearnedModel {
  const model = createModel();
  for (const each of requests) observe(model, each);
  return model;
}

function compiled(model: LearnedModel): CompiledSchema {
  // As it crosses to the gateway: through JSON both times.
  const read = fromDocument(JSON.parse(JSON.stringify(toDocument(model))));
  if (read === null) throw new Error('assertion: a model reads its own document');
  const result = compileSchema(JSON.parse(JSON.stringify(proposeSchema(read, { title: 'test' }))));
  if (result.kind === 'refused') throw new Error(`assertion: a proposal compiles: ${JSON.stringify(result.faults)}`);
  return result.schema;
}

const reasons = (schema: CompiledSchema, each: CanonicalRequest): string[] =>
  checkRequest(schema, each).map(({ reason, name }) => `${reason} ${name}`);

const NAMES = ['Anne Miller', 'José Pérez', "Sean O'Hara", 'Zoë Nagy-Kiss', 'Li Wei'];
const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? '';

/** A small shop: a list with paging, an order form, an API document. */
function* shop(count: number): Generator<CanonicalRequest> {
  for (let i = 0; i < count; i++) {
    yield request(`GET /products/${1000 + i}`, { query: { page: String((i % 30) + 1), sort: pick(['price', 'name'], i) } });
    yield request('POST /checkout', {
      form: {
        name: pick(NAMES, i),
        postcode: String((i * 37) % 99_999).padStart(5, '0'),
        email: `user${i}@example.org`,
        action: 'buy',
        note: i % 2 === 0 ? `Ring twice; "leave" at #${i} (back door)! & thanks: really? ${'please '.repeat(12)}` : 'Thanks!',
      },
    });
    yield request('PUT /api/cart', {
      json: { 'items.0.id': String(i), 'items.1.id': String(i + 1), 'items.0.count': '2', gift: 'false', 'by.uuid': uuid(i) },
    });
  }
}

const uuid = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const form = (change: Record<string, string | string[]>): CanonicalRequest =>
  request('POST /checkout', {
    form: { name: 'Ines Díaz', postcode: '28013', email: 'ines@example.net', action: 'buy', note: 'Hi!', ...change },
  });
function without(each: CanonicalRequest, name: string): CanonicalRequest {
  return { ...each, fields: each.fields.filter((field) => field.name !== name) };
}

describe('a schema learned from a shop', () => {
  const schema = compiled(learned(shop(300)));

  test.each<[string, CanonicalRequest, string[]]>([
    ['a product not seen before', request('GET /products/99', { query: { page: '55', sort: 'name' } }), []],
    ['HEAD is judged as GET', request('HEAD /products/99', { query: { page: '5', sort: 'name' } }), []],
    ['a question about methods', request('OPTIONS /checkout'), []],
    ['a name with other letters', form({ name: 'Łukasz Świątek-Žák' }), []],
    ['a note of another kind', form({ note: 'line one\nline two <3 {x}' }), []],
    ['an unknown route', request('GET /about'), []],
    [
      'a longer cart',
      request('PUT /api/cart', { json: { 'items.7.id': '8', 'items.7.count': '1', gift: 'true', 'by.uuid': uuid(9) } }),
      [],
    ],
    [
      'a link from a newsletter',
      request('GET /products/7', { query: { page: '2', sort: 'name', utm_source: 'mail', gclid: 'x' } }),
      [],
    ],
    ['a quantity of minus one', request('GET /products/1', { query: { page: '-1', sort: 'name' } }), ['range page']],
    ['a page that is no number', request('GET /products/1', { query: { page: '1/', sort: 'name' } }), ['type page']],
    ['a page beyond reason', request('GET /products/1', { query: { page: '999999999', sort: 'name' } }), ['range page']],
    ['a sort order nobody offers', request('GET /products/1', { query: { page: '1', sort: 'id,1' } }), ['choice sort']],
    ['a renamed field', without({ ...form({ actionA: 'buy' }) }, 'action'), ['unknown actionA', 'missing action']],
    ['a field more', form({ isAdmin: 'true' }), ['unknown isAdmin']],
    ['a field less', without(form({}), 'email'), ['missing email']],
    ['a field twice', form({ postcode: ['28013', '28014'] }), ['duplicated postcode']],
    ['a postcode with a mark', form({ postcode: '2801|' }), ['pattern postcode']],
    ['a name with markup', form({ name: 'Ines|Díaz' }), ['pattern name']],
    ['an empty address', form({ email: '' }), ['empty email']],
    ['no address at all', form({ email: 'ines+example.net' }), ['format email']],
    ['a body of text', request('GET /products/1', { query: { page: '1', sort: 'name' }, text: { '': '<a/>' } }), ['content ']],
    ['a method nobody used', request('DELETE /checkout'), ['method ']],
    [
      'a body of another kind',
      request('GET /products/1', { query: { page: '1', sort: 'name' }, json: { a: '1' } }),
      ['content a'],
    ],
    [
      'a cart for somebody else',
      request('PUT /api/cart', { json: { 'items.0.id': '8', gift: 'true', 'by.uuid': 'me' } }),
      ['format by.uuid'],
    ],
    [
      'mass assignment in a document',
      request('PUT /api/cart', { json: { 'items.0.price': '0', gift: 'true', 'by.uuid': uuid(1) } }),
      ['unknown items.0.price'],
    ],
  ])('%s', (_title, each, expected) => {
    expect(reasons(schema, each)).toEqual(expected);
  });

  test('tells inspection what fields are for', () => {
    const each = form({});
    const context = contextFor(schema, each);
    const of = (name: string): string | null => context({ location: 'form', name });
    expect([of('postcode'), of('note'), of('action'), of('name'), of('unheard-of')]).toEqual([
      'identifier',
      'free-text',
      'identifier',
      null,
      null,
    ]);
  });

  test('violations point into the fragment', () => {
    const [violation] = checkRequest(schema, form({ postcode: 'x' }));
    expect(violation?.pointer).toBe(
      '/paths/~1checkout/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties/postcode',
    );
  });
});

describe('evidence', () => {
  test('little of it decides nothing', () => {
    const schema = compiled(learned(shop(5)));
    expect(reasons(schema, form({ isAdmin: 'true', postcode: 'none' }))).toEqual([]);
    expect(reasons(schema, request('DELETE /checkout'))).toEqual([]);
  });

  test('a route whose names keep changing takes new ones', () => {
    const model = learned(Array.from({ length: 100 }, (_, i) => request('GET /track', { query: { [`utm${i}x`]: 'a' } })));
    expect(reasons(compiled(model), request('GET /track', { query: { fbclid: 'b' } }))).toEqual([]);
  });

  test('a name means the same on a route seen once, and an unheard-of name is refused once the names are known', () => {
    const model = learned([...shop(300), request('POST /checkout/express', { form: { postcode: '28013' } })]);
    const schema = compiled(model);
    expect(reasons(schema, request('POST /checkout/express', { form: { postcode: '28014' } }))).toEqual([]);
    expect(reasons(schema, request('POST /checkout/express', { form: { postcode: "1'" } }))).toEqual(['pattern postcode']);
    expect(reasons(schema, request('POST /checkout/gift', { form: { role: 'admin' } }))).toEqual(['unknown role']);
  });

  test('a route that took text takes text', () => {
    const notes = Array.from({ length: 80 }, (_, i) => request('PUT /note', { text: { '': `note ${i}` } }));
    const schema = compiled(learned(notes));
    expect(reasons(schema, request('PUT /note', { xml: { 'a/b': 'x' } }))).toEqual([]);
    expect(reasons(schema, request('PUT /note', { query: { admin: '1' } }))).toEqual(['unknown admin']);
  });

  test('unknown routes are refused only when new ones have become rare', () => {
    const few = proposeSchema(learned([...shop(700)]), { title: 'a' });
    expect(few['x-holdfast-unknown-routes']).toBe('refuse');
    const pages = Array.from({ length: 12 }, (_, i) => request(`GET /page-${'abcdefghijkl'.charAt(i)}`));
    expect(proposeSchema(learned([...shop(700), ...pages]), { title: 'a' })['x-holdfast-unknown-routes']).toBe('pass');
  });

  test('a place where anything can stand is never closed, and does not hide a narrower one', () => {
    const sections = Array.from({ length: 26 }, (_, i) => `/${'abcdefghijklmnopqrstuvwxyz'.charAt(i)}section/list`);
    const pages = Array.from({ length: 20 }, () => sections.map((path) => request(`GET ${path}`))).flat();
    const orders = Array.from({ length: 120 }, (_, i) => request(`PUT /orders/${i}`, { form: { count: String(i) } }));
    const schema = compiled(learned([...pages, ...orders]));
    expect(reasons(schema, request('GET /zebra/list', { query: { page: '2' } }))).toEqual([]);
    expect(reasons(schema, request('PUT /orders/7', { form: { count: '7' } }))).toEqual([]);
    expect(reasons(schema, request('PUT /orders/7', { form: { count: '7', price: '0' } }))).toEqual([]);
  });

  test('numbers are never a closed list', () => {
    const model = learned(Array.from({ length: 400 }, (_, i) => request('GET /p', { query: { id: String((i % 3) + 1) } })));
    expect(reasons(compiled(model), request('GET /p', { query: { id: '4' } }))).toEqual([]);
  });
});

describe('routes', () => {
  test.each([
    ['/orders/17', '/orders/{number}'],
    [`/u/${uuid(1)}/mail`, '/u/{uuid}/mail'],
    ['/blog/2024-05-01/x', '/blog/{date}/x'],
    ['/blob/9f86d081884c7d65', '/blob/{id}'],
    ['/article/ten-years-of-css-20240501', '/article/{id}'],
    ['/api/v2/oauth2/token', '/api/v2/oauth2/token'],
    ['/index.php', '/index.php'],
  ])('%s belongs to %s', (path, template) => {
    expect([...learned([request(`GET ${path}`)]).routes.keys()]).toEqual([`GET ${template}`]);
  });

  test('many siblings become one place; the well-known one and other endings stay', () => {
    const model = createModel();
    for (let i = 0; i < 60; i++) observe(model, request('GET /wiki/main'));
    observe(model, request('GET /wiki/style.css'));
    for (let i = 0; i < 26; i++) observe(model, request(`GET /wiki/word${'abcdefghijklmnopqrstuvwxyz'.charAt(i)}/edit`));
    expect([...model.routes.keys()].toSorted()).toEqual(['GET /wiki/main', 'GET /wiki/style.css', 'GET /wiki/{name}/edit']);
    expect(model.routes.get('GET /wiki/{name}/edit')?.requests).toBe(26);
  });

  test('a flood of routes and names stays within its limits and loses no count', () => {
    const model = createModel();
    for (let i = 0; i < 3000; i++) {
      const word = i.toString(26).replaceAll(/\d/gu, 'x');
      observe(model, request(`GET /${'abc'.charAt(i % 3)}/${word}/${word}q`, { query: { [`n${i}`]: '1' } }));
    }
    expect(model.routes.size).toBeLessThanOrEqual(LEARN_LIMITS.routesMax);
    expect(model.parameters).toBeLessThanOrEqual(LEARN_LIMITS.parametersMax);
    const placed = [...model.routes.values()].reduce((sum, { requests }) => sum + requests, 0);
    expect(placed + model.unplaced).toBe(3000);
  });
});

describe('what leaves the process', () => {
  test('a value that few requests had stays inside, and counts once it is shared', () => {
    const model = createModel();
    observe(model, request('GET /a', { query: { token: 'secret-of-one' } }));
    for (let i = 0; i < 3; i++) observe(model, request('GET /a', { query: { token: 'shared' } }));
    const first = JSON.stringify(takeDelta(model));
    expect(first).toContain('shared');
    expect(first).not.toContain('secret-of-one');
    expect(takeDelta(model)).toBeNull();
    for (let i = 0; i < 2; i++) observe(model, request('GET /a', { query: { token: 'secret-of-one' } }));
    expect(JSON.stringify(takeDelta(model))).toContain('["secret-of-one",3]');
  });

  test('neither does a path or the name of a field that few requests had', () => {
    const model = createModel();
    const visits = (count: number): void => {
      for (let i = 0; i < count; i++) observe(model, request('GET /home-of-ann', { query: { 'ann-only': '1' } }));
    };
    observe(model, request('GET /members/ann@example.org'));
    visits(2);
    const early = fromDocument(takeDelta(model));
    expect([early?.requests, early?.routes.size, early?.novelRoutes, early?.novelNames]).toEqual([3, 0, 1, 0]);
    visits(1);
    for (let i = 0; i < 2; i++) observe(model, request(`GET /members/bob${i}%40example.org`));
    const late = fromDocument(takeDelta(model));
    expect([...(late?.routes.keys() ?? [])].toSorted()).toEqual(['GET /home-of-ann', 'GET /members/{name}']);
    expect(late?.routes.get('GET /home-of-ann')?.requests).toBe(3);
    expect([...(late?.routes.get('GET /home-of-ann')?.parameters.keys() ?? [])]).toEqual(['query ann-only']);
    expect((early?.novelRoutes ?? 0) + (late?.novelRoutes ?? 0)).toBe(0);
  });

  test('of a password nothing leaves but its length, and any other one is let in', () => {
    const model = createModel();
    for (let i = 0; i < 300; i++) observe(model, request('POST /login', { form: { user: `u${i}`, userPassword: 'hunter2' } }));
    expect(JSON.stringify(toDocument(model))).not.toContain('hunter2');
    const schema = compiled(model);
    expect(reasons(schema, request('POST /login', { form: { user: 'u1', userPassword: `"; <|> ${'é'.repeat(99)}` } }))).toEqual(
      [],
    );
    expect(reasons(schema, request('POST /login', { form: { user: 'u|1', userPassword: 'a' } }))).toEqual(['pattern user']);
  });

  test('deltas of two processes add up to what one would have learned', () => {
    const [left, right] = [createModel(), createModel()];
    let sum = createModel();
    for (const [index, each] of [...shop(120)].entries()) {
      observe(index % 2 === 0 ? left : right, each);
      if (index % 50 !== 0) continue;
      for (const part of [left, right]) sum = mergeModels(sum, fromDocument(takeDelta(part)) ?? createModel());
    }
    for (const part of [left, right]) sum = mergeModels(sum, fromDocument(takeDelta(part)) ?? createModel());
    expect(proposeSchema(sum, { title: 'x' })).toEqual(proposeSchema(learned(shop(120)), { title: 'x' }));
  });

  test.each([
    null,
    1,
    [],
    {},
    { version: 2 },
    { version: 1, requests: -1 },
    { version: 1, requests: 1, unplaced: 0, folded: [], kept: [], routes: [[1]] },
  ])('a document that is none is not read: %j', (document) => {
    expect(fromDocument(document)).toBeNull();
  });
});

const word = fc.stringMatching(/^[a-z]{1,6}$/u);
const text = fc.oneof(word, fc.string({ maxLength: 40, unit: 'binary' }), fc.integer().map(String), fc.constant(''));
const anyRequest: fc.Arbitrary<CanonicalRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT'),
  path: fc.array(fc.oneof(word, fc.nat(99).map(String)), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  fields: fc.array(
    fc.record({
      location: fc.constantFrom<Location>('query', 'form', 'json', 'multipart', 'file-name', 'text', 'cookie'),
      name: text,
      value: text,
    }),
    { maxLength: 6 },
  ),
});

describe('properties', () => {
  test('nothing throws, whatever is observed and whatever is checked', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 40 }), anyRequest, (requests, other) => {
        const schema = compiled(learned([...requests, ...requests, ...requests]));
        checkRequest(schema, other);
        contextFor(schema, other)({ location: 'form', name: 'a' });
      }),
      { numRuns: 60 },
    );
  });

  test('what was observed is accepted by its own proposal', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 70 }), (requests, times) => {
        const all = Array.from({ length: times }, () => requests).flat();
        const schema = compiled(learned(all));
        for (const each of requests) expect(checkRequest(schema, each)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('the order of merging changes nothing that is proposed', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 30 }), fc.array(anyRequest, { maxLength: 30 }), (some, others) => {
        const propose = (model: LearnedModel): string => JSON.stringify(sorted(proposeSchema(model, { title: 'x' })));
        const [left, right] = [learned(some), learned(others)];
        expect(propose(mergeModels(left, right))).toBe(propose(mergeModels(right, left)));
      }),
      { numRuns: 60 },
    );
  });

  test('no fragment makes the compiler throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (operation, value) => {
        for (const fragment of [operation, { paths: operation }, { paths: { '/a': { post: operation } } }])
          expect(['compiled', 'refused']).toContain(compileSchema(fragment).kind);
        const schema = { type: 'object', properties: { a: value }, required: value };
        compileSchema({ paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } } });
      }),
    );
  });
});

/** Key order says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
