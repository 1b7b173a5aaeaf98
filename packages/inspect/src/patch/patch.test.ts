import { assert, integer as integers, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPath } from '../decode/path.ts';
import { decodeRequest } from '../decode/request.ts';
import { compilePatch, compilePatches, type CompiledPatch } from './compile.ts';
import { matchPatch, type PatchHit } from './match.ts';
import { createRouteTable, routeSegments } from './routes.ts';
import type { CanonicalRequest, Field } from '../types.ts';
import type { PatchRule } from './types.ts';

const RULE: PatchRule = {
  id: 'p1',
  method: '*',
  route: '/api/items',
  location: 'query',
  parameter: 'q',
  match: { kind: 'absent' },
};

function compiled(parts: Partial<PatchRule>): CompiledPatch {
  const result = compilePatch({ ...RULE, ...parts });
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.faults));
  return result.patch;
}

interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly type?: string;
  readonly body?: string;
}

/** As the gateway does it: canonical path, decoded once, then looked up and matched. */
function judge(parts: Partial<PatchRule>, sent: Sent): PatchHit | null {
  const { method = 'GET', target = '/api/items', body } = sent;
  const verdict = canonicalPath(target.split('?', 1)[0] ?? '');
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  const type = sent.type === undefined ? [] : [['content-type', sent.type] as const];
  const headers = [...(sent.headers ?? []), ...type];
  const bytes = body === undefined ? null : new TextEncoder().encode(body);
  const decoded = decodeRequest({ method, target, headers, body: bytes }, verdict.path);
  if (decoded.kind !== 'ok') throw new Error(decoded.kind);
  const [patch] = compilePatches([compiled(parts).rule]).find(method, verdict.path);
  return patch === undefined ? null : matchPatch(patch, { request: decoded.request, headers, inspected: null, isPart: false });
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const json = (value: unknown): Sent => ({ method: 'POST', type: JSON_TYPE, body: JSON.stringify(value) });
const MULTIPART = 'multipart/form-data; boundary=b';
const part = (head: string, text: string): Sent => ({
  method: 'POST',
  type: MULTIPART,
  body: `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n--b--\r\n`,
});

const integer = { kind: 'constraint', type: 'integer' } as const;
const sqli = { kind: 'attack', groups: ['sqli'], confidence: 0.6 } as const;

describe('what a patch stops, and its innocent twin', () => {
  const CASES: readonly (readonly [string, Partial<PatchRule>, attack: Sent, twin: Sent])[] = [
    ['integer', { match: integer }, { target: '/api/items?q=1%20or%201' }, { target: '/api/items?q=-41' }],
    ['number', { match: { kind: 'constraint', type: 'number' } }, { target: '/api/items?q=1e9' }, { target: '/api/items?q=1.5' }],
    [
      'uuid',
      { match: { kind: 'constraint', type: 'uuid' } },
      { target: '/api/items?q=0f8fad5b-d9cb-469f-a165-70867728950e%27' },
      { target: '/api/items?q=0f8fad5b-d9cb-469f-a165-70867728950e' },
    ],
    [
      'date',
      { match: { kind: 'constraint', type: 'date' } },
      { target: '/api/items?q=2026-11-22%27' },
      { target: '/api/items?q=2026-11-22' },
    ],
    [
      'boolean',
      { match: { kind: 'constraint', type: 'boolean' } },
      { target: '/api/items?q=1' },
      { target: '/api/items?q=true' },
    ],
    [
      'choice',
      { match: { kind: 'constraint', choices: ['name', 'price'] } },
      { target: '/api/items?q=constructor' },
      { target: '/api/items?q=price' },
    ],
    [
      'length',
      { match: { kind: 'constraint', lengthMax: 8 } },
      { target: `/api/items?q=${'a'.repeat(9)}` },
      { target: '/api/items?q=aaaaaaaa' },
    ],
    [
      'characters',
      { match: { kind: 'constraint', characters: '[A-Za-z0-9 _-]' } },
      { target: '/api/items?q=a%3Cb' },
      { target: '/api/items?q=green%20tea-2' },
    ],
    [
      'pattern',
      { match: { kind: 'constraint', pattern: '^[A-Z]{2}[0-9]{1,8}$' } },
      { target: '/api/items?q=DE12%27' },
      { target: '/api/items?q=DE12' },
    ],
    [
      'attack',
      { match: sqli },
      { target: "/api/items?q=x'%20union%20select%201,2--" },
      { target: "/api/items?q=O'Brien%20and%20sons" },
    ],
    ['absent', {}, { target: '/api/items?q=' }, { target: '/api/items?p=1' }],
    [
      'closed route',
      { match: { kind: 'deny' }, location: null, parameter: null, method: 'DELETE' },
      { method: 'DELETE' },
      { method: 'GET' },
    ],
    [
      'JSON pointer',
      { location: 'json', parameter: '/items/{}/id', match: integer },
      json({ items: [{ id: 1 }, { id: '2 or 1=1' }] }),
      json({ items: [{ id: 1 }, { id: 2 }], id: 'x' }),
    ],
    [
      'an object where a value belongs',
      { location: 'json', parameter: '/id', match: integer },
      json({ id: { $ne: 1 } }),
      json({ id: [1, 2], other: { $ne: 1 } }),
    ],
    [
      'header that inspection leaves out',
      { location: 'header', parameter: 'x-request-id', match: { kind: 'constraint', characters: '[a-z0-9-]' } },
      { headers: [['x-request-id', 'a;b']] },
      { headers: [['x-request-id', 'a-b']] },
    ],
    [
      'header with evidence that elsewhere would not count',
      { location: 'header', parameter: 'x-shop', match: sqli },
      { headers: [['x-shop', "' or 1=1"]] },
      { headers: [['x-shop', "O'Brien"]] },
    ],
    [
      'cookie',
      { location: 'cookie', parameter: 'cart', match: { kind: 'constraint', characters: '[A-Za-z0-9]' } },
      { headers: [['cookie', 'cart=O:8:"Evil"']] },
      { headers: [['cookie', 'cart=4711; theme=O:8']] },
    ],
    [
      'path segment',
      { route: '/api/items/{}', location: 'path', parameter: '3', match: integer },
      { target: '/api/items/7%20or%201' },
      { target: '/api/items/7' },
    ],
    [
      'multipart field',
      { location: 'multipart', parameter: 'id', match: integer },
      part('name="id"', '1 or 1'),
      part('name="id"', '1'),
    ],
    [
      'file where a value belongs',
      { location: 'multipart', parameter: 'id', match: integer },
      part('name="id"; filename="a.txt"', '1'),
      part('name="photo"; filename="a.txt"', '1'),
    ],
    [
      'XML element',
      { location: 'xml', parameter: 'id', match: integer },
      { method: 'POST', type: 'text/xml', body: '<o><x:id>1 or 1</x:id></o>' },
      { method: 'POST', type: 'text/xml', body: '<o><x:id kind="n">1</x:id></o>' },
    ],
    [
      'all of a location',
      { parameter: null, match: { kind: 'constraint', lengthMax: 4 } },
      { target: '/api/items?a=1&b=12345' },
      { target: '/api/items?a=1&b=1234' },
    ],
  ];
  it.each(CASES)('%s', (_name, parts, attack, twin) => {
    expect(judge(parts, attack)).not.toBeNull();
    expect(judge(parts, twin)).toBeNull();
  });

  const SAME_PLACE: readonly (readonly [string, Partial<PatchRule>, Sent])[] = [
    ['capitals in the path', { match: integer }, { target: '/API/Items?q=x' }],
    ['a slash at the end', { match: integer }, { target: '/api/items/?q=x' }],
    ['an escaped letter', { match: integer }, { target: '/api/item%73?q=x' }],
    ['a form of the answer', { match: integer }, { target: '/api/items.json?q=x' }],
    ['what stands behind a program', { route: '/item.php', match: integer }, { target: '/Item.php/a/b?q=x' }],
    ['HEAD for GET', { method: 'GET', match: integer }, { method: 'HEAD', target: '/api/items?q=x' }],
    ['a list', { match: integer }, { target: '/api/items?q[]=1&q[]=x' }],
    ['a member', { match: integer }, { target: '/api/items?q[$ne]=1' }],
    ['the second of two', { match: integer }, { target: '/api/items?q=1&q=x' }],
    ['capitals in the name', { match: integer }, { target: '/api/items?Q=x' }],
    ['an escaped name', { match: integer }, { target: '/api/items?%71=x' }],
    ['a form for JSON', { location: 'json', parameter: '/a/b', match: integer }, { method: 'POST', type: FORM, body: 'a[b]=x' }],
    ['JSON for a form', { location: 'form', parameter: 'a[b]', match: integer }, json({ a: { b: 'x' } })],
    ['multipart for a form', { location: 'form', parameter: 'id', match: integer }, part('name="id"', 'x')],
    [
      'JSON said to be text',
      { location: 'json', parameter: '/id', match: integer },
      { ...json({ id: 'x' }), type: 'text/plain' },
    ],
  ];
  it.each(SAME_PLACE)('is not walked around by %s', (_name, parts, sent) => {
    expect(judge(parts, sent)).not.toBeNull();
  });

  it('is about its own place only', () => {
    for (const target of ['/api/items/7?q=x', '/api/itemsjson?q=x', '/api?q=x', '/api/items?p=x', '/other?q=x'])
      expect(judge({ match: integer }, { target })).toBeNull();
    expect(judge({ method: 'POST', match: integer }, { target: '/api/items?q=x' })).toBeNull();
    expect(judge({ location: 'form', match: integer }, { target: '/api/items?q=x' })).toBeNull();
  });
});

describe('properties', () => {
  const at = (value: string): Sent => ({ target: `/api/items?q=${encodeURIComponent(value)}` });

  it('an integer passes whatever it is, and nothing with another sign in it does', () => {
    assert(property(integers(), (value) => judge({ match: integer }, at(String(value))) === null));
    assert(
      property(string({ minLength: 1, maxLength: 40 }), (text) => {
        const value = text.toWellFormed();
        return /^-?\d+$/u.test(value) || judge({ match: integer }, at(value)) !== null;
      }),
    );
  });

  it('lengths and classes hold for every text', () => {
    const match = { kind: 'constraint', lengthMax: 12, characters: '[a-z0-9]' } as const;
    assert(
      property(string({ minLength: 1, maxLength: 24 }), (text) => {
        const value = text.toWellFormed();
        return (judge({ match }, at(value)) === null) === /^[a-z0-9]{1,12}$/u.test(value);
      }),
    );
  });

  it('a choice is one of the list and never a property of an object', () => {
    const choices = ['name', 'price'];
    for (const word of ['__proto__', 'constructor', 'toString', 'Name', 'name '])
      expect(judge({ match: { kind: 'constraint', choices } }, at(word))).not.toBeNull();
  });

  it('never throws, whatever the rule and the names are', () => {
    assert(
      property(string({ maxLength: 60 }), string({ maxLength: 60 }), (parameter, name) => {
        const result = compilePatch({ ...RULE, location: 'json', parameter, match: integer });
        if (result.kind === 'refused') return true;
        const request = { method: 'POST', path: '/api/items', fields: [{ location: 'json' as const, name, value: 'x' }] };
        const hit = matchPatch(result.patch, { request, headers: [], inspected: null, isPart: false });
        return hit === null || hit.name.length <= 128;
      }),
    );
  });
});

describe('texts too large to judge a second time', () => {
  const large = { location: 'query' as const, name: 'q', value: 'x'.repeat(70_000) };
  const request = { method: 'GET', path: '/api/items', fields: [large] };
  const patch = compiled({ match: sqli });
  const finding = { rule: 'sqli.union', group: 'sqli', confidence: 0.7, location: 'query', name: 'q' } as const;
  const more = { chain: [], span: [0, 1], sample: '', why: '', context: null, blocks: false } as const;
  const judged = (findings: number, groups: readonly string[]): PatchHit | null =>
    matchPatch(patch, {
      request,
      headers: [],
      inspected: { findings: Array.from({ length: findings }, () => ({ ...finding, ...more })), groups },
      isPart: false,
    });

  it('go by what the engine found, and are refused where that is not known', () => {
    expect(judged(0, ['sqli'])).toBeNull();
    expect(judged(1, ['sqli'])?.why).toBe('sqli.union');
    expect(judged(0, ['xss'])?.why).toMatch(/too large/u);
    expect(judged(64, ['sqli'])?.why).toMatch(/too large/u);
    expect(matchPatch(patch, { request, headers: [], inspected: null, isPart: false })).not.toBeNull();
  });
});

describe('an attack anywhere', () => {
  const anywhere: PatchRule = {
    ...RULE,
    location: null,
    parameter: null,
    match: { kind: 'attack', groups: ['sqli'], confidence: 0.6 },
  };
  const judged = (fields: readonly Field[], isPart = false): string | null => {
    const [patch] = compilePatches([anywhere]).find(anywhere.method, anywhere.route);
    const request: CanonicalRequest = { method: anywhere.method, path: anywhere.route, fields };
    return patch === undefined ? 'no patch' : (matchPatch(patch, { request, headers: [], inspected: null, isPart })?.why ?? null);
  };
  const attack = "1' UNION SELECT name, password FROM users -- ";

  it.each(['query', 'form', 'json', 'multipart'] as const)('is found in %s, and its innocent twin is not', (location) => {
    expect(judged([{ location, name: 'any', value: attack }])).toContain('sqli');
    expect(judged([{ location, name: 'any', value: attack }], true)).toContain('sqli');
    expect(judged([{ location, name: 'any', value: 'union of tea and select leaves' }])).toBeNull();
  });

  it('is not looked for in what every program writes', () => {
    expect(judged([{ location: 'header', name: 'x-any', value: attack }])).toBeNull();
    expect(judged([{ location: 'cookie', name: 'any', value: attack }])).toBeNull();
  });
});

describe('a rule that cannot be held to is refused with a pointer', () => {
  it.each<[string, Partial<PatchRule>, string]>([
    ['a pattern that goes back', { match: { kind: 'constraint', pattern: '^(a+)+$' } }, '/match/pattern'],
    ['more than one class', { match: { kind: 'constraint', characters: '[a]*$|^[b]' } }, '/match/characters'],
    ['an empty constraint', { match: { kind: 'constraint' } }, '/match'],
    ['no place', { location: null }, '/location'],
    ['one parameter of no place', { location: null, match: { kind: 'attack', groups: ['sqli'], confidence: 0.6 } }, '/parameter'],
    ['a place of a closed route', { match: { kind: 'deny' } }, '/location'],
    ['a word for a segment', { location: 'path', parameter: 'id' }, '/parameter'],
    ['a segment that the route does not have', { location: 'path', parameter: '3' }, '/parameter'],
    ['no class of attack', { match: { kind: 'attack', groups: [], confidence: 0.6 } }, '/match/groups'],
    ['no sureness at all', { match: { kind: 'attack', groups: ['sqli'], confidence: 0 } }, '/match/confidence'],
    ['too many values', { match: { kind: 'constraint', choices: Array.from({ length: 101 }, String) } }, '/match/choices'],
    ['a method in small letters', { method: 'get' }, '/method'],
    ['a route without a slash', { route: 'api' }, '/route'],
  ])('%s', (_name, parts, pointer) => {
    const result = compilePatch({ ...RULE, ...parts });
    expect(result.kind === 'refused' ? result.faults.map((fault) => fault.pointer) : []).toContain(pointer);
    expect(compilePatches([{ ...RULE, ...parts }]).refused).toEqual(['p1']);
  });
});

it('a thousand rules cost a look-up what one costs: only those of the route are asked', () => {
  const rules = Array.from({ length: 1000 }, (_, index) => ({ ...RULE, id: String(index), route: `/r/${index}/{}` }));
  const table = compilePatches(rules);
  expect(table.size).toBe(1000);
  expect(table.find('GET', '/r/77/x').map(({ rule }) => rule.id)).toEqual(['77']);
  expect(table.find('GET', '/r/77')).toEqual([]);
});

it('a rule for a whole tree is found at its root and everywhere below, beside those of single routes', () => {
  const table = createRouteTable<string>();
  table.add('/shop/{}', 'one');
  table.addBelow('/shop', 'tree');
  table.addBelow('/', 'all');
  const found = (path: string): string[] => [...table.find(routeSegments(path))].toSorted();
  expect(found('/')).toEqual(['all']);
  expect(found('/Shop/')).toEqual(['all', 'tree']);
  expect(found('/shop/7')).toEqual(['all', 'one', 'tree']);
  expect(found('/shop/7/8/9')).toEqual(['all', 'tree']);
  expect(found('/shopping')).toEqual(['all']);
  expect([...createRouteTable<string>().find(routeSegments('/a/b'))]).toEqual([]);
});
