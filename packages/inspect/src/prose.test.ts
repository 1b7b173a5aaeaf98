import { expect, test } from 'vitest';
import { wordsBefore } from './prose.ts';

test.each([
  ['How do I escape <!DOCTYPE', '<', 3],
  ["We don't know why über <x", '<', 5],
  // A sign within makes code of a word, as in names of headers and options.
  ['X-Forwarded-Host: a set-cookie <', '<', 0],
  ['{"$where": 1', '1', 0],
  ["x' or name()=1", '1', 1],
  ['a b c d <', '<', 0],
])('%s', (text, mark, count) => {
  expect(wordsBefore(text, text.indexOf(mark))).toBe(count);
});
