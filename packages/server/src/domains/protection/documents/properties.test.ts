import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiled, judge, told } from './document-stand.ts';
import { importDocument } from './document-schema.ts';
import { compilePattern } from './values/linear-pattern.ts';

const info = { title: 'any', version: '1' };
const JSON_TYPE = 'application/json';

/** A schema, a value that it takes, and ways to spoil the value with where and how that is told. */
interface Sample {
  readonly schema: object;
  readonly value: unknown;
  readonly spoilt: readonly { readonly value: unknown; readonly report: string }[];
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.integer({ min: 0, max: 50 }).map((value): Sample => ({
    schema: { type: 'integer', minimum: 0, maximum: 50 },
    value,
    spoilt: [
      { value: 51 + value, report: ' range' },
      { value: String(value), report: ' type' },
      { value: value + 0.5, report: ' type' },
    ],
  })),
  fc.stringMatching(/^[a-z]{1,8}$/u).map((value): Sample => ({
    schema: { type: 'string', minLength: 1, maxLength: 8, pattern: '^[a-z]+$' },
    value,
    spoilt: [
      { value: '', report: ' empty' },
      { value: `${value}${'x'.repeat(8)}`, report: ' length' },
      { value: `${value.slice(1)}!`, report: ' pattern' },
      { value: null, report: ' type' },
    ],
  })),
  fc
    .constantFrom('new', 'done')
    .map((value): Sample => ({ schema: { enum: ['new', 'done'] }, value, spoilt: [{ value: 'gone', report: ' choice' }] })),
);

const NAMES = ['a', 'b~c', 'd/e', 'constructor', 'é'] as const;
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function listOf(items: Sample): Sample {
  return {
    schema: { type: 'array', items: items.schema, maxItems: 2 },
    value: [items.value],
    spoilt: [
      { value: [items.value, items.value, items.value], report: ' count' },
      ...items.spoilt.map(({ value, report }) => ({ value: [items.value, value], report: `/1${report}` })),
    ],
  };
}

function objectOf(members: readonly (readonly [name: string, member: Sample])[]): Sample {
  const value = Object.fromEntries(members.map(([name, member]) => [name, member.value]));
  const without = ([gone]: readonly [string, Sample]) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => name !== gone));
  return {
    schema: {
      type: 'object',
      required: members.map(([name]) => name),
      properties: Object.fromEntries(members.map(([name, { schema }]) => [name, schema])),
    },
    value,
    spoilt: [
      { value: { ...value, isAdmin: true }, report: '/isAdmin unknown' },
      ...members.map((member) => ({ value: without(member), report: `/${escaped(member[0])} missing` })),
      ...members.flatMap(([name, { spoilt }]) =>
        spoilt.map((each) => ({ value: { ...value, [name]: each.value }, report: `/${escaped(name)}${each.report}` })),
      ),
    ],
  };
}

const members = (inner: fc.Arbitrary<Sample>) =>
  fc
    .tuple(fc.subarray([...NAMES], { minLength: 1 }), fc.array(inner, { minLength: NAMES.length, maxLength: NAMES.length }))
    .map(([names, samples]) => objectOf(names.map((name, index) => [name, samples[index] ?? samples[0]!] as const)));

const { tree } = fc.letrec<{ tree: Sample; node: Sample }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('node')),
  node: fc.oneof(tie('tree').map(listOf), members(tie('tree'))),
}));

function documentOf(schema: object) {
  const content = { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Any' } } };
  const paths = { '/a': { post: { requestBody: { required: true, content } } } };
  return { openapi: '3.1.0', info, paths, components: { schemas: { Any: schema } } };
}

describe('whatever the schema', () => {
  it('a value made for it passes, and a spoilt one is told where it was spoilt and how', () => {
    fc.assert(
      fc.property(tree, ({ schema, value, spoilt }) => {
        const document = compiled(documentOf(schema));
        const send = (body: unknown) =>
          told(judge(document, { method: 'POST', target: '/a', type: JSON_TYPE, body: JSON.stringify(body) }));
        expect(send(value)).toEqual([]);
        for (const { value: bad, report } of spoilt.slice(0, 12)) expect(send(bad)).toEqual([`json ${report}`]);
      }),
      { numRuns: 60 },
    );
  });

  it('what is kept of it is the same when it is read again', () => {
    fc.assert(
      fc.property(tree, ({ schema }) => {
        const once = importDocument(documentOf(schema), {});
        const again = once.kind === 'ready' ? importDocument(once.fragment, {}) : once;
        expect(again.kind === 'ready' && once.kind === 'ready' && again.fragment).toEqual(once.kind === 'ready' && once.fragment);
      }),
      { numRuns: 60 },
    );
  });

  it('anything at all given as a document is read or refused, and never thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('3.0.0', '3.1.0'), (paths, openapi) => {
        expect(['ready', 'faulty']).toContain(importDocument({ openapi, info, paths }, {}).kind);
        expect(['ready', 'faulty']).toContain(importDocument(paths, {}).kind);
      }),
      { numRuns: 200 },
    );
  });
});

describe('patterns in one pass', () => {
  /** Of small alphabets, so that texts meet patterns. */
  const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '(?:ab|b)', '(a*)', 'é');
  const times = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '*?');
  const pattern = fc
    .tuple(
      fc.constantFrom('', '^'),
      fc.array(
        fc.tuple(atom, times).map((pair) => pair.join('')),
        { maxLength: 5 },
      ),
      fc.constantFrom('', '$'),
    )
    .map(([begin, items, end]) => `${begin}${items.join('')}${end}`);

  it('agree with the engine of the language', () => {
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '\n', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, pattern, subject, (left, right, text) => {
        const either = `${left}|${right}`;
        const result = compilePattern(either);
        expect(result.kind === 'pattern' && result.pattern.test(text)).toBe(new RegExp(either, 'u').test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
