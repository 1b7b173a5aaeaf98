import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiled, judge, told, type TestRequest } from './document-stand.ts';
import { importDocument } from './document-schema.ts';

const info = { title: 'any', version: '1' };
/** One way through the same cases each time: what a new seed finds is a case to add, not a run to repeat. */
const SEED = 41;

type Json = Record<string, unknown>;

/** A schema with the components it refers to, a value that it takes, and spoilt ones with what is told of them. */
interface Sample {
  readonly schema: Json;
  readonly components: Json;
  readonly value: unknown;
  readonly spoilt: readonly { readonly value: unknown; readonly report: string }[];
}

const leaf = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((value): Sample => ({
    schema: { type: 'integer', minimum: -9, maximum: 9 },
    components: {},
    value,
    spoilt: [
      { value: 10, report: ' range' },
      { value: 'x', report: ' type' },
    ],
  })),
  fc.stringMatching(/^[a-z]{1,6}$/u).map((value): Sample => ({
    schema: { type: 'string', minLength: 1, maxLength: 6 },
    components: {},
    value,
    spoilt: [
      { value: 'x'.repeat(7), report: ' length' },
      { value: 3, report: ' type' },
    ],
  })),
);

let names = 0;
/** Behind one reference, or two. */
const behindReference = (sample: Sample, times: number): Sample => {
  let { schema, components } = sample;
  for (let time = 0; time < times; time += 1) {
    names += 1;
    const name = `C${names}`;
    components = { ...components, [name]: schema };
    schema = { $ref: `#/components/schemas/${name}` };
  }
  return { ...sample, schema, components };
};

/** As 3.0 says it, whichever way the schema is put together. */
const nullable = (sample: Sample): Sample => {
  const schema =
    sample.schema['$ref'] === undefined ? { ...sample.schema, nullable: true } : { nullable: true, allOf: [sample.schema] };
  return { ...sample, schema, value: null };
};

const pointerOf = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
const together = (samples: readonly Sample[]): Json => Object.assign({}, ...samples.map(({ components }) => components)) as Json;

/** An object whose names are spread over parts that `allOf` joins, one of them behind a reference. */
function objectOf(members: readonly (readonly [string, Sample])[], parts: number): Sample {
  const value = Object.fromEntries(members.map(([name, member]) => [name, member.value]));
  const partOf = (part: number): Json => ({
    type: 'object',
    properties: Object.fromEntries(members.filter((_, at) => at % parts === part).map(([name, { schema }]) => [name, schema])),
  });
  names += 1;
  const name = `Part${names}`;
  const required = members.map(([each]) => each);
  const schema: Json =
    parts === 1 ? { ...partOf(0), required } : { allOf: [{ $ref: `#/components/schemas/${name}` }, partOf(1), { required }] };
  return {
    schema,
    components: { ...together(members.map(([, member]) => member)), ...(parts === 1 ? {} : { [name]: partOf(0) }) },
    value,
    spoilt: [
      { value: { ...value, isAdmin: true }, report: '/isAdmin unknown' },
      ...members.map(([gone]) => ({
        value: Object.fromEntries(Object.entries(value).filter(([each]) => each !== gone)),
        report: `${pointerOf(gone)} missing`,
      })),
      ...members.flatMap(([each, { spoilt }]) =>
        spoilt.map((bad) => ({ value: { ...value, [each]: bad.value }, report: `${pointerOf(each)}${bad.report}` })),
      ),
    ],
  };
}

const listOf = (items: Sample): Sample => ({
  schema: { type: 'array', items: items.schema, maxItems: 3 },
  components: items.components,
  value: [items.value, items.value],
  spoilt: items.spoilt.map(({ value, report }) => ({ value: [items.value, value], report: `/1${report}` })),
});

/** Two alternatives that only a discriminator can tell apart: the other one takes whatever this one refuses. */
function eitherOf(one: Sample): Sample {
  names += 1;
  const [mine, other] = [`One${names}`, `Other${names}`];
  const kind = { type: 'string' };
  return {
    schema: {
      oneOf: [{ $ref: `#/components/schemas/${mine}` }, { $ref: `#/components/schemas/${other}` }],
      discriminator: { propertyName: 'kind' },
    },
    components: {
      ...one.components,
      [mine]: { type: 'object', required: ['kind'], properties: { kind, v: one.schema } },
      [other]: { type: 'object', required: ['kind'], properties: { kind, v: {} } },
    },
    value: { kind: mine, v: one.value },
    spoilt: [
      ...one.spoilt.map(({ value, report }) => ({ value: { kind: mine, v: value }, report: `/v${report}` })),
      { value: { kind: mine, v: one.value, isAdmin: true }, report: '/isAdmin unknown' },
    ],
  };
}

const NAMES = ['a', 'b~c', 'd/e', 'constructor', 'é', 'kind'] as const;
const { tree } = fc.letrec<{ tree: Sample; node: Sample }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, leaf, tie('node')),
  node: fc.oneof(
    tie('tree').map(listOf),
    tie('tree').map(eitherOf),
    tie('tree').map(nullable),
    fc.tuple(tie('tree'), fc.constantFrom(1, 2)).map(([sample, times]) => behindReference(sample, times)),
    fc
      .tuple(
        fc.subarray([...NAMES], { minLength: 2 }),
        fc.array(tie('tree'), { minLength: NAMES.length, maxLength: NAMES.length }),
        fc.constantFrom(1, 2),
      )
      .map(([chosen, samples, parts]) =>
        objectOf(
          chosen.map((name, at) => [name, samples[at] ?? samples[0]!] as const),
          parts,
        ),
      ),
  ),
}));

function documentOf({ schema, components }: Sample): object {
  const post = { requestBody: { required: true, content: { 'application/json': { schema } } } };
  return { openapi: '3.0.3', info, paths: { '/a': { post } }, components: { schemas: components } };
}

describe('schemas put together in all ways', () => {
  it('take the value they were made for, and tell where a spoilt one was spoilt', () => {
    let told_ = 0;
    fc.assert(
      fc.property(tree, (sample) => {
        const document = compiled(documentOf(sample));
        const send = (value: unknown) =>
          told(judge(document, { method: 'POST', target: '/a', type: 'application/json', body: JSON.stringify(value) }));
        expect(send(sample.value)).toEqual([]);
        for (const { value, report } of sample.spoilt.slice(0, 8)) {
          expect(send(value)).toEqual([`json ${report}`]);
          told_ += 1;
        }
      }),
      { numRuns: 120, seed: SEED },
    );
    expect(told_).toBeGreaterThan(200);
  });

  it('are the same after they were kept', () => {
    fc.assert(
      fc.property(tree, (sample) => {
        const once = importDocument(documentOf(sample), {});
        const again = once.kind === 'ready' ? importDocument(once.fragment, { server: '' }) : once;
        if (once.kind !== 'ready' || again.kind !== 'ready') throw new Error(JSON.stringify([once, again]));
        expect(again.fragment).toEqual(once.fragment);
      }),
      { numRuns: 120, seed: SEED },
    );
  });
});

/** A parameter in one of its styles, and texts that stand for a value that fits and one that does not. */
interface Written {
  readonly parameter: Json;
  readonly honest: TestRequest;
  readonly tampered: TestRequest;
  readonly report: string;
}

const number = fc.integer({ min: 0, max: 99 });
const rgb = fc.record({ R: number, G: number });
type Place = 'path' | 'query' | 'header';
const STYLES: readonly (readonly [Place, string])[] = [
  ['path', 'simple'],
  ['path', 'label'],
  ['query', 'form'],
  ['query', 'spaceDelimited'],
  ['query', 'pipeDelimited'],
  ['header', 'simple'],
];

/** RFC 6570 and OpenAPI 3.1 §4.8.12.4, written by hand and by no code of ours. */
function listText(style: string, isExploded: boolean, items: readonly string[]): string {
  if (style === 'label') return `.${items.join(isExploded ? '.' : ',')}`;
  if ((style === 'form' || style.endsWith('Delimited')) && isExploded) return items.map((item) => `p=${item}`).join('&');
  return items.join(style === 'spaceDelimited' ? '%20' : style === 'pipeDelimited' ? '%7C' : ',');
}

function objectText(style: string, isExploded: boolean, members: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(members);
  if (style === 'label') return `.${isExploded ? pairs.map((pair) => pair.join('=')).join('.') : pairs.flat().join(',')}`;
  if (style === 'form' && isExploded) return pairs.map((pair) => pair.join('=')).join('&');
  return isExploded ? pairs.map((pair) => pair.join('=')).join(',') : pairs.flat().join(',');
}

function requestFor(place: Place, text: string, isWhole: boolean): TestRequest {
  if (place === 'path') return { target: `/a/${text}` };
  if (place === 'header') return { target: '/a', headers: { p: text } };
  return { target: `/a?${isWhole ? text : `p=${text}`}` };
}

const list = fc
  .tuple(fc.constantFrom(...STYLES), fc.boolean(), fc.array(number, { minLength: 1, maxLength: 4 }))
  .map(([[place, style], isExploded, items]): Written => {
    const texts = items.map(String);
    const isWhole = place === 'query' && isExploded;
    const send = (all: readonly string[]) => requestFor(place, listText(style, isExploded, all), isWhole);
    return {
      parameter: {
        in: place,
        name: 'p',
        required: true,
        style,
        explode: isExploded,
        schema: { type: 'array', items: { type: 'integer' } },
      },
      honest: send(texts),
      tampered: send([...texts, 'x']),
      report: `${place} /p/${texts.length} type`,
    };
  });

const object = fc
  .tuple(fc.constantFrom(...STYLES.filter(([, style]) => !style.endsWith('Delimited'))), fc.boolean(), rgb)
  .map(([[place, style], isExploded, value]): Written => {
    const texts = { R: String(value.R), G: String(value.G) };
    const isSpread = place === 'query' && isExploded;
    const send = (members: Readonly<Record<string, string>>) =>
      requestFor(place, objectText(style, isExploded, members), isSpread);
    const properties = { R: { type: 'integer', maximum: 99 }, G: { type: 'integer' } };
    return {
      parameter: { in: place, name: 'p', required: true, style, explode: isExploded, schema: { type: 'object', properties } },
      honest: send(texts),
      tampered: send({ ...texts, R: '100' }),
      report: `${place} ${isSpread ? '' : '/p'}/R range`,
    };
  });

describe('parameters in every style', () => {
  it('are read as OpenAPI writes them', () => {
    fc.assert(
      fc.property(fc.oneof(list, object), ({ parameter, honest, tampered, report }) => {
        const path = parameter['in'] === 'path' ? '/a/{p}' : '/a';
        const document = compiled({ openapi: '3.1.0', info, paths: { [path]: { get: { parameters: [parameter] } } } });
        expect(told(judge(document, honest))).toEqual([]);
        expect(told(judge(document, tampered))).toEqual([report]);
      }),
      { numRuns: 400, seed: SEED },
    );
  });
});
