import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { importsOf, ROOT } from './source-files.ts';

const PACKAGE = /^@holdfast\/(?<name>[a-z]+)$/u;

/** What a program loads before its first line runs: files of ours, and the names of packages. */
function loadedBy(entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  // A set gives what is added while it is walked.
  for (const file of loaded) {
    if (!existsSync(join(ROOT, file))) continue;
    for (const { specifier, typeOnly } of importsOf(file)) if (!typeOnly) loaded.add(placeOf(file, specifier));
  }
  return loaded;
}

function placeOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(file, '..', specifier));
  const name = PACKAGE.exec(specifier)?.groups?.['name'];
  return name === undefined ? specifier : `packages/${name}/src/index.ts`;
}

it.each([
  'packages/server/src/domains/detection/watch/thread/watch-thread.ts',
  'packages/server/src/gateway/inspection/inspection-thread.ts',
  'packages/server/src/platform/db/pglite-worker.ts',
])('%s loads no store of the control plane', (entry) => {
  const loaded = loadedBy(entry);
  expect(loaded.size).toBeGreaterThan(2);
  expect(loaded).not.toContain('kysely');
  expect([...loaded].filter((place) => place.endsWith('/domains/protection/index.ts'))).toEqual([]);
});

it('a thread that loads one is found', () => {
  expect(loadedBy('packages/server/src/domains/protection/index.ts')).toContain('kysely');
});
