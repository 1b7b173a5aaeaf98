import type { CommandSite } from './lex.ts';
import { programKind } from './words.ts';

const LIST_ITEMS_MIN = 3;
const LIST_LENGTH_MAX = 2_048;
const LIST_TAIL_LENGTH_MAX = 16;
const ITEM = /^[\p{L}\d][\p{L}\d .,+#-]{0,24}$/u;

/** `java;perl;make`: three or more single words with the same sign between them; a row or table of them as well. */
export function isList(value: string, { separator, start }: CommandSite): boolean {
  // `x|rev|sh`: what ends in a shell is run.
  if (/\|\s{0,4}(?:ba|z|k)?sh\s{0,4}$/.test(value.slice(-LIST_TAIL_LENGTH_MAX))) return false;
  if (value.length > LIST_LENGTH_MAX || (separator !== 'operator' && separator !== 'line')) return false;
  const before = value.slice(0, start).trimEnd();
  const sign = separator === 'line' ? '\n' : before.charAt(before.length - 1);
  if (sign !== '\n' && isTable(value, sign)) return true;
  return isRow(value, sign);
}

function isRow(value: string, sign: string): boolean {
  const items = value.split(sign).map((item) => item.trim());
  // A row of a table begins and ends with the sign.
  const isFramed = items.length > 2 && items[0] === '' && items.at(-1) === '';
  if (items[0] === '') items.shift();
  if (items.at(-1) === '') items.pop();
  if (!items.every((item) => ITEM.test(item))) return false;
  if (items.length >= LIST_ITEMS_MIN || items.length <= 1) return items.length > 1;
  // `java & sh`, `|id|name|`: the neighbour is a language, or no program at all.
  const kinds = items.map((item) => programKind(item.toLowerCase()));
  return isFramed ? kinds.includes(undefined) : kinds[0] === 'interpreter' && sign !== '|';
}

/** Two or more lines with as many cells, and at least three of them. */
function isTable(value: string, sign: string): boolean {
  const lines = value.trim().split(/\r?\n/);
  const cells = lines[0]?.split(sign).length ?? 0;
  return lines.length > 1 && cells >= LIST_ITEMS_MIN && lines.every((line) => line.split(sign).length === cells);
}
