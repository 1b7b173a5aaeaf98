import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, projectFiles } from './source-files.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

/** The first circle of imports, types included, as a path that ends where it began; null = there is none. */
export function findCycle(graph: Graph): readonly string[] | null {
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | null => {
    if (state.get(file) === 'done') return null;
    if (state.get(file) === 'open') return [...path.slice(path.indexOf(file)), file];
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const found = visit(next);
      if (found !== null) return found;
    }
    path.pop();
    state.set(file, 'done');
    return null;
  };
  for (const file of graph.keys()) {
    const found = visit(file);
    if (found !== null) return found;
  }
  return null;
}

describe('cycles', () => {
  it('no file imports itself through others, also not through types', () => {
    const files = projectFiles().filter((file) => file.startsWith('packages/') && file.endsWith('.ts'));
    const local = (file: string): string[] =>
      importsOf(file).flatMap(({ specifier }) => (specifier.startsWith('.') ? [normalize(join(dirname(file), specifier))] : []));
    const graph = new Map(files.map((file) => [file, local(file)]));
    expect([...graph.values()].flat().length).toBeGreaterThan(500);
    expect(findCycle(graph)).toBeNull();
  });

  it('finds a planted one', () => {
    const graph = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ]);
    expect(findCycle(graph)).toEqual(['b.ts', 'c.ts', 'b.ts']);
  });
});
