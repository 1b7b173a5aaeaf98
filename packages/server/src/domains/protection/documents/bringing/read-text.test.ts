import { describe, expect, it } from 'vitest';
import { bringDocument } from './bring-document.ts';
import { readText } from './read-text.ts';

const faultsOf = (text: string): string[] => {
  const read = readText(text);
  return read.kind === 'faulty' ? read.faults.map(({ detail, line }) => `${line}: ${detail}`) : [];
};
const valueOf = (text: string): unknown => {
  const read = readText(text);
  return read.kind === 'read' ? JSON.parse(JSON.stringify(read.value)) : read.faults;
};

describe('a text', () => {
  it('is YAML or JSON, with anchors and what is merged', () => {
    expect(valueOf('{"a": [1, {"b": null}]}')).toEqual({ a: [1, { b: null }] });
    expect(valueOf('a: &x { b: 1, c: 2 }\nd: *x\ne:\n  <<: *x\n  c: 3\n200: ok\n')).toEqual({
      a: { b: 1, c: 2 },
      d: { b: 1, c: 2 },
      e: { b: 1, c: 3 },
      200: 'ok',
    });
  });

  it.each([
    ['a: [1\nb: 2', 2, ''],
    ['a: 1\nb: 2\na: 3', 3, 'the name a comes twice'],
    ['a: *nowhere', 1, ''],
    ['a: 1\n---\nb: 2', 2, ''],
  ])('that cannot be read says on which line: %j', (text, line, detail) => {
    const [fault = ''] = faultsOf(text);
    expect(fault).toMatch(new RegExp(`^${line}: .*${detail}`, 'u'));
  });

  it('that stands for more than anybody can hold is refused, and ends', () => {
    const lines = ['a0: &a0 [1,1,1,1,1,1,1,1,1,1]'];
    for (let at = 1; at < 40; at += 1)
      lines.push(`a${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(',')}]`);
    expect(faultsOf(lines.join('\n'))[0]).toContain('stands for more than 1000000 values');
    expect(faultsOf('a: &a [*a]')[0]).toContain('nested deeper');
    expect(faultsOf(`a: ${'['.repeat(300)}${']'.repeat(300)}`)[0]).toContain('nested deeper');
  });

  it('gives each fault of a document its line, through aliases as well', () => {
    const yaml = [
      'openapi: 3.0.3',
      'info: { title: a, version: "1" }',
      'paths:',
      '  /a:',
      '    get:',
      '      parameters:',
      '        - in: query',
      '          name: q',
      '          schema:',
      '            type: text',
      '        - { in: query, name: r, schema: { pattern: "(?=x)" } }',
    ].join('\n');
    const linesIn = (text: string) => {
      const read = bringDocument({ text, seen: [] });
      return read.kind === 'faulty' ? read.faults.map(({ pointer, line }) => [pointer.split('/parameters')[1], line]) : [];
    };
    expect(linesIn(yaml)).toEqual([
      ['/0/schema/type', 10],
      ['/1/schema/pattern', 11],
    ]);
    const json = JSON.stringify(
      { openapi: '3.1.0', info: {}, paths: { '/a': { get: { parameters: [{ in: 'query' }] } } } },
      null,
      1,
    );
    expect(linesIn(json)).toEqual([['/0', json.split('\n').findIndex((line) => line.includes('"parameters"')) + 2]]);
  });
});

describe('a document', () => {
  const listing = { openapi: '3.1.0', info: {}, paths: { '/a/{id}': { get: { parameters: [{ in: 'query', name: 'q' }] } } } };
  it('is held against what was seen', () => {
    const seen = [
      { method: 'GET', paths: ['/a/1', '/a/x'], names: ['q', 'debug'] },
      { method: 'HEAD', paths: ['/a/1'], names: [] },
      { method: 'POST', paths: ['/a/1'], names: [] },
    ];
    const read = bringDocument({ document: listing, unknown: 'refuse', seen });
    expect(read).toMatchObject({ kind: 'ready', operations: 1, unlisted: [['debug'], [], null] });
  });

  it('that nests without end is refused', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
    expect(bringDocument({ document: { info: deep }, seen: [] })).toMatchObject({ kind: 'faulty' });
  });
});
