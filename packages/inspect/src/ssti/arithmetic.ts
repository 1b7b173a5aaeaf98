import { isSign } from './expressions.ts';

/** Two literals and what joins them. */
export interface Arithmetic {
  operator: string;
  /** Behind `@(`, as a Razor expression and as a remark after a mention. */
  isMention: boolean;
  span: readonly [number, number];
}

/** Signs and braces between a delimiter and the first literal. */
const GAP_MAX = 32;
const OPERATION =
  /(?:['"]?\d{1,12}(?:\.\d{1,6})?['"]?|['"]\w{1,12}['"](?=\s{0,4}\*))[\s)]{0,8}(\*\*?|[-+/%~])[\s(]{0,8}['"]?\d{1,12}/g;
/** What follows two numbers of a date, a range of versions or an address. */
const DATE_REST = /^\d{0,4}\s{0,2}[-/:]\s{0,2}\d/;
const DELIMITER = /!\{|\{\{|\{%|[$#*@~%]\{|<%|\[\[|@\(|\[=/;
/** Braces alone are in every second text; arithmetic in them counts when there is nothing else in the value. */
const LONE = /^\s{0,8}\{\s{0,4}\d{1,12}\s{0,4}([*+])\s{0,4}\d{1,12}\s{0,4}\}\s{0,8}$/;

/** The first arithmetic on literals right behind an opening delimiter of a template: `{{7*7}}`, `<%= 7*'7' %>`. */
export function findArithmetic(value: string): Arithmetic | undefined {
  for (const match of value.matchAll(OPERATION)) {
    const end = match.index + match[0].length;
    if (/[-/]/.test(match[1] ?? '') && DATE_REST.test(value.slice(end, end + 8))) continue;
    const start = gapStart(value, match.index);
    if (start < match.index && DELIMITER.test(value.slice(start, match.index)))
      return { operator: match[1] ?? '', isMention: value.startsWith('@(', start), span: [start, end] };
  }
  const lone = LONE.exec(value);
  return lone === null ? undefined : { operator: lone[1] ?? '', isMention: false, span: [0, value.length] };
}

/** Back over signs to the first character of the delimiter, which itself need not be a sign. */
function gapStart(value: string, end: number): number {
  let at = end;
  const first = Math.max(0, end - GAP_MAX);
  while (at > first && isGap(value.charCodeAt(at - 1))) at--;
  return at === end ? end : Math.max(0, at - 1);
}

function isGap(code: number): boolean {
  return code === 40 || isSign(code);
}
