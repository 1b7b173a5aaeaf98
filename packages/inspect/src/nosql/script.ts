import { wordsBefore } from '../prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { Evidence } from '../types.ts';

const PROSE_WORDS_MIN = 4;
const DOUBT = 0.5;
const SENTENCE_CHARS_MAX = 256;

interface Shape {
  pattern: RegExp;
  confidence: number;
  rule: 'nosql.script' | 'nosql.shell';
  why: string;
}

/** Each is anchored by a literal and every repetition is bounded and ends before what follows it may begin. */
const QUOTED: readonly Shape[] = [
  {
    pattern: /["'][\s)\]}]{0,8};\s{0,8}return\b\s{0,8}[\w('"!{]/,
    confidence: 0.94,
    rule: 'nosql.script',
    why: 'the string ends and the function returns',
  },
  {
    pattern: /["'][\s)\]}]{0,8};\s{0,8}(?:var\s{1,8}\w|(?:while|for|do|if|sleep)\s{0,8}[({]\s{0,8}[\w'"!({])/,
    confidence: 0.93,
    rule: 'nosql.script',
    why: 'the string ends and a statement of JavaScript begins',
  },
  {
    pattern: /["'][\s)\]}]{0,8}(?:&&|\|\|)\s{0,8}[(!]{0,4}this(?:\.|\[)/,
    confidence: 0.95,
    rule: 'nosql.script',
    why: 'the string ends and the condition asks fields of the document',
  },
  {
    pattern: /["'][\s)\]}]{0,8}(?:&&|\|\|)\s{0,8}\(?\s{0,4}(["']?)\w{0,32}\1\s{0,4}[=!]==?\s{0,4}\(?["']?\w{0,32}/,
    confidence: 0.93,
    rule: 'nosql.script',
    why: 'the string ends and the condition goes on as JavaScript',
  },
];
/** Numbers need no quote to be left. */
const UNQUOTED: readonly Shape[] = [
  {
    pattern:
      /^[^\s;'"]{0,32}\s{0,4};\s{0,4}return\s{0,4}(?:\(\s{0,4})?(?:(?:true|false|1|0|["']{2})\s{0,4}(?:\)\s{0,4})?(?:$|[;}&|=\0])|!|this\b)/,
    confidence: 0.91,
    rule: 'nosql.script',
    why: 'a statement ends and the function returns',
  },
  {
    pattern:
      /^\s{0,8}(?:[\w-]{0,32}\s{0,8})?(?:\|\||&&)\s{0,8}\(?\s{0,4}\w{1,32}\s{0,4}[=!]==?\s{0,4}\w{1,32}\s{0,4}(?:$|[\0)/;}])/,
    confidence: 0.91,
    rule: 'nosql.script',
    why: 'the condition goes on as JavaScript',
  },
];
const CALLS: readonly Shape[] = [
  {
    pattern:
      /(?:^|[;}'"(,&|])\s{0,4}db\s{0,4}(?:\.\s{0,4}[\w$]{1,64}|\[\s{0,4}["'][\w$.-]{1,64}["']\s{0,4}\])?\s{0,4}\.\s{0,4}(?:find(?:One|AndModify|AndRemove)?|insert(?:One|Many)?|remove|drop(?:Database|Collection|User)?|update(?:One|Many)?|delete(?:One|Many)|aggregate|mapReduce|count(?:Documents)?|distinct|getCollection(?:Names|Infos)?|runCommand|adminCommand|createUser|auth|eval|currentOp|serverStatus|save|copyDatabase|shutdownServer|version|injection)\s{0,4}\(/,
    confidence: 0.92,
    rule: 'nosql.shell',
    why: 'a collection is called as in the shell of the database',
  },
  {
    pattern:
      /(?:^|["'&|;(!])\s{0,4}this\.[\w$]{1,64}\.(?:match|charAt|substr|substring|startsWith|indexOf|search|test|at|charCodeAt)\s{0,4}\(/,
    confidence: 0.91,
    rule: 'nosql.script',
    why: 'a field of the document is read out letter by letter',
  },
  {
    pattern: /\bemit\s{0,4}\(\s{0,4}(?:this|\d|["'])[^)]{0,64}\)[^}]{0,64}\}/,
    confidence: 0.6,
    rule: 'nosql.script',
    why: 'a function of a map-reduce job',
  },
];

const CLOCK = 'new Date';
const LOOP_CHARS_MAX = 192;
const CLOCKS_MAX = 16;

/** `do { now = new Date(); } while (now - start < 5000)`: a loop that waits shows a blind attacker that it ran. */
function judgeLoop(value: string): Evidence | undefined {
  let places = 0;
  for (let at = value.indexOf(CLOCK); at >= 0 && places < CLOCKS_MAX; at = value.indexOf(CLOCK, at + 1), places++) {
    const around = value.slice(Math.max(0, at - LOOP_CHARS_MAX), at + LOOP_CHARS_MAX);
    if (!/while\s{0,4}\(/.test(around) || wordsBefore(value, at) >= PROSE_WORDS_MIN) continue;
    const span = [at, at + CLOCK.length] as const;
    return { rule: 'nosql.script', confidence: 0.92, span, why: 'a loop waits until time has passed' };
  }
  return undefined;
}

/** JavaScript that a database evaluates: `$where`, map-reduce, server functions. Said after an introduction, it is a sample. */
export function judgeScript(value: string, traits: number): Evidence | undefined {
  const candidates = [
    ...(hasAny(traits, TRAIT.quote | TRAIT.doubleQuote) && hasAny(traits, TRAIT.semicolon | TRAIT.operator | TRAIT.paren)
      ? QUOTED
      : []),
    ...(hasAny(traits, TRAIT.semicolon | TRAIT.operator) ? UNQUOTED : []),
    ...(hasAny(traits, TRAIT.paren) ? CALLS : []),
  ];
  let best = hasAny(traits, TRAIT.paren) ? judgeLoop(value) : undefined;
  for (const { pattern, confidence, rule, why } of candidates) {
    const match = pattern.exec(value);
    if (match === null) continue;
    const end = match.index + match[0].length;
    const rated = isShown(value, match.index, end) ? DOUBT : confidence;
    if (rated > (best?.confidence ?? 0)) best = { rule, confidence: rated, span: [match.index, end], why };
  }
  return best;
}

/** Somebody's text or program: words lead up to it or follow it, or its first quote closes a string that the value itself opened. */
function isShown(value: string, start: number, end: number): boolean {
  if (wordsBefore(value, start) >= PROSE_WORDS_MIN) return true;
  const after = value.slice(end, end + SENTENCE_CHARS_MAX);
  if (wordsBefore(after, after.length) >= PROSE_WORDS_MIN) return true;
  const quote = value.charAt(start);
  if (quote !== '"' && quote !== "'") return false;
  let isOpen = false;
  for (let at = value.indexOf(quote); at >= 0 && at < start; at = value.indexOf(quote, at + 1)) isOpen = !isOpen;
  return isOpen;
}
