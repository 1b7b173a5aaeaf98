import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ALL_BEHAVIOURS } from './all.ts';

const guide = readFileSync(fileURLToPath(new URL('../../../../../../docs/guides/behaviours.md', import.meta.url)), 'utf8');

test.each(ALL_BEHAVIOURS.map((definition) => [definition.id, definition] as const))(
  'the guide tells the thresholds of %s',
  (id, definition) => {
    for (const { name, fallback, unit, detail } of definition.thresholds)
      expect(guide).toContain(`| ${id} | \`${name}\` | ${fallback} | ${unit} | ${detail} |`);
  },
);

test('the guide names no threshold that is not there', () => {
  const rows = [...guide.matchAll(/^\| (B\d+) \| `(\w+)` \|/gmu)].map(([, id, name]) => `${id} ${name}`);
  const real = ALL_BEHAVIOURS.flatMap(({ id, thresholds }) => thresholds.map(({ name }) => `${id} ${name}`));
  expect(rows.toSorted()).toEqual(real.toSorted());
});
