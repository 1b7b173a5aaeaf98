import { expect, test } from 'vitest';
import { wordsBefore } from './prose.ts';

test.each([
  ['How do I escape <!DOCTYPE', '<', 3],
  ["We don't know why über-cool <x", '<', 5],
  ['{"$where": 1', '1', 0],
  ["x' or name()=1", '1', 1],
  ['a b c d <', '<', 0],
])('%s', (text, mark, count) => {
  expect(wordsBefore(text, text.indexOf(mark))).toBe(count);
});
