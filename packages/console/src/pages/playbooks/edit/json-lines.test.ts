import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineAt, linesOf } from './json-lines.ts';

const TEXT = `{
  "type": "playbook",
  "a/b": { "~": [1,
    {"deep": "with \\"quotes\\" and \\n no line"}] },
  "last": true
}`;

/** All pointers of a value, as they are written. */
function pointersOf(value: unknown, pointer = ''): string[] {
  const below = (key: string, each: unknown): string[] =>
    pointersOf(each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  if (typeof value !== 'object' || value === null) return [pointer];
  return [pointer, ...Object.entries(value).flatMap(([key, each]) => below(key, each))];
}

describe('lines of a document', () => {
  it('says on which line a value stands, by its pointer', () => {
    const lines = linesOf(TEXT);
    expect(lines).not.toBeNull();
    const read = ['/type', '/a~1b', '/a~1b/~0/0', '/a~1b/~0/1', '/a~1b/~0/1/deep', '/last'].map((pointer) => lines?.get(pointer));
    expect(read).toEqual([2, 3, 3, 4, 4, 5]);
  });

  it('leads to what holds a value that is missing', () => {
    const lines = linesOf(TEXT) ?? new Map<string, number>();
    expect(lineAt(lines, '/a~1b/~0/1/none/such')).toBe(4);
    expect(lineAt(lines, '/none')).toBe(1);
    expect(lineAt(lines, '')).toBe(1);
  });

  it('says nothing of what is no JSON', () => {
    expect(linesOf('{"half": ')).toBeNull();
  });

  it('knows every value of every document, however it is written', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const value: unknown = JSON.parse(json);
        const text = JSON.stringify(value, null, indent);
        const lines = linesOf(text);
        expect([...(lines?.keys() ?? [])].toSorted()).toEqual([...new Set(pointersOf(value))].toSorted());
        expect(Math.max(...(lines?.values() ?? []))).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });

  it('reads on behind what is deeper than anybody looks', () => {
    const deep = `${'['.repeat(200)}"]"${']'.repeat(200)}`;
    expect(linesOf(`{"a": ${deep},\n"b": 1}`)?.get('/b')).toBe(2);
  });
});
