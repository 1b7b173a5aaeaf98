import type { Evidence } from '../types.ts';

/** Empty lists and objects made into strings and numbers: the alphabet of script without letters. */
const COERCION = /!\[\]|\[\]\+|\+\[\]|\{\}\+|\+\{\}|~\[\]|!!\[|\[\]\[\(|\[\]\s\[\s?\(/g;
const ONLY_SIGNS = /^[^a-z]*$/i;
const JUDGED_LENGTH_MAX = 4_096;
/** With words around them it takes so many to be no example of an empty list. */
const AMONG_WORDS_MIN = 4;
const COERCION_START = /^[$\w\s=]{0,16}[(+![~{]/;

/** Script written with brackets and signs (CWE-79), at its full length or a fragment that does nothing else. */
export function judgeSymbols(text: string): Evidence | undefined {
  const judged = text.slice(0, JUDGED_LENGTH_MAX);
  if (!COERCION_START.test(judged)) return undefined;
  let count = 0;
  let first = -1;
  for (const match of judged.matchAll(COERCION)) {
    count++;
    if (first < 0) first = match.index;
  }
  if (first < 0) return undefined;
  // `![]()` is an empty picture in Markdown; `+!![]` is a number to nobody but a script. A form may have eaten the plus signs.
  const isFragment = ONLY_SIGNS.test(judged) && /!\s?\[\](?!\()|\[\]\+\[?|\+\[\]|\+\{\}/.test(judged);
  if (!isFragment && count < AMONG_WORDS_MIN) return undefined;
  return { rule: 'xss.code', confidence: 0.91, span: [first, judged.length], why: 'script written with signs only' };
}
