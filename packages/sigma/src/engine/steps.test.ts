import { expect, test } from 'vitest';
import { compile, compileInSteps, readDocuments, Scanner, type Ruleset } from '../index.ts';

const RULES = 300;
const texts = Array.from(
  { length: RULES },
  (_, index) =>
    `title: t${index}\nlogsource: { category: x }\ndetection:\n  s: { a|contains: word${index}, b: ${index % 3} }\n  condition: s\n`,
);
const { documents } = readDocuments(texts.join('---\n'), 'a.yml');

const found = (ruleset: Ruleset | null, index: number): readonly number[] => {
  if (ruleset === null) throw new Error('assert: the rules compile');
  const fields = new Map<string, string | number>([
    ['a', `a word${index} here`],
    ['b', index % 3],
  ]);
  return new Scanner(ruleset).match({ fields });
};

test('a set that is compiled in steps is left often, and is the one that is compiled at once', () => {
  const steps = compileInSteps(documents);
  let left = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) left += 1;
  expect(left).toBeGreaterThan(RULES);
  const { ruleset } = compile(documents);
  for (const index of [0, 7, 30, 299]) {
    expect(found(step.value.ruleset, index)).toContain(index);
    expect(found(step.value.ruleset, index)).toEqual(found(ruleset, index));
  }
});
