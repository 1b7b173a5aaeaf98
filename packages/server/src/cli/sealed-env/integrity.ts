import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FileKeys } from './keys.ts';

const LINE_TAG_BYTES = 6;

/**
 * One code over all lines, which decides; and a short one for each line, which only says where somebody changed something.
 * Each in base64url, blanks between.
 */
export function macOf(keys: FileKeys, lines: readonly string[]): string {
  return [whole(keys, lines).toString('base64url'), ...lines.map((line) => tagOf(keys, line))].join(' ');
}

const whole = ({ mac }: FileKeys, lines: readonly string[]): Buffer =>
  createHmac('sha256', mac).update(JSON.stringify(lines)).digest();

const tagOf = (keys: FileKeys, line: string): string =>
  createHmac('sha256', keys.lines).update(line).digest().subarray(0, LINE_TAG_BYTES).toString('base64url');

/** Null = the lines are those that were sealed, in their order. */
export function findChange(keys: FileKeys, lines: readonly string[], mac: string): { line: number; detail: string } | null {
  const [code = '', ...tags] = mac.split(' ');
  const [expected, given] = [whole(keys, lines), Buffer.from(code, 'base64url')];
  if (given.length === expected.length && timingSafeEqual(given, expected)) return null;
  const found = lines.map((line) => tagOf(keys, line));
  const first = found.findIndex((tag, index) => tag !== tags[index]);
  if (first === -1 && found.length === tags.length)
    return { line: lines.length + 1, detail: 'the code over the file was changed' };
  if (first === -1) return { line: lines.length + 1, detail: 'a line that stood here is gone' };
  return { line: first + 1, detail: describe({ found, tags, first }) };
}

function describe({ found, tags, first }: { found: readonly string[]; tags: readonly string[]; first: number }): string {
  const [here, expected] = [found[first] ?? '', tags[first] ?? ''];
  if (tags.includes(here, first + 1) && found.includes(expected, first + 1)) return 'this line stood in another place';
  if (tags.includes(here, first + 1)) return 'a line that stood here is gone';
  if (expected === '' || found.includes(expected, first + 1)) return 'this line was added';
  return 'this line was changed';
}
