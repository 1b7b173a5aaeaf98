import { describe, expect, it } from 'vitest';
import { lineAt, linesOf } from './json-lines.ts';

const TEXT = `{
  "a": [1, "two,\\"{",
    { "b/c": null }],
  "d": {
    "e~f": "x"
  }
}
`;

describe('lines of a JSON text', () => {
  it('are known for every value, whatever stands in names and texts', () => {
    expect([...linesOf(TEXT)]).toEqual([
      ['', 1],
      ['/a', 2],
      ['/a/0', 2],
      ['/a/1', 2],
      ['/a/2', 3],
      ['/a/2/b~1c', 3],
      ['/d', 4],
      ['/d/e~0f', 5],
    ]);
  });

  it('are those of what is around where the place itself is missing', () => {
    const lines = linesOf(TEXT);
    expect(lineAt(lines, '/d/missing/deeper')).toBe(4);
    expect(lineAt(lines, '/nothing')).toBe(1);
  });
});
