import { expect, it } from 'vitest';
import { PAGES } from '../../packages/console/src/pages/table.ts';
import { read } from './source-files.ts';

/** The API names pages of the console in two places; neither side may import the other. */
it('things to do lead to pages that the console has', () => {
  const named = [...read('packages/server/src/api/overview/todo.ts').matchAll(/path: '(\/[^']*)'/gu)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(5);
  const pages = new Set(PAGES.map(({ path }) => path));
  expect(named.filter((path) => !pages.has(path ?? ''))).toEqual([]);
});

it('every page has a path, a title and a place of its own', () => {
  expect(new Set(PAGES.map(({ path }) => path)).size).toBe(PAGES.length);
  const inRail = PAGES.filter(({ group }) => group !== undefined);
  expect(new Set(inRail.map(({ title }) => title)).size).toBe(inRail.length);
  // What takes a name cannot stand in the rail.
  expect(inRail.filter(({ path }) => path.includes('$'))).toEqual([]);
});
