import type { Evidence } from '../types.ts';
import { isQuotation, isTutorial, PROSE_CONFIDENCE } from './prose.ts';
import { programKind } from './words.ts';

/** The variable and set of a loop: no other language writes a percent sign before a word and `in (` behind it. */
const LOOP_SET = /%%?[^\s%]{0,32}\s{1,16}in\s{0,16}\(/gi;
/** `FOR [/D | /R path | /L | /F "options"]` directly before it. */
const LOOP_HEAD =
  /(?:^|[^\w-])for\s{1,16}(?:\/[dflr]\s{1,16}){0,3}(?:"[^"\n]{0,64}"\s{0,16}|(?:[a-z]:)?\\[^\s%]{0,64}\s{1,16})?$/i;
const LOOP_HEAD_LENGTH_MAX = 160;
/** Looked for first: it costs a tenth of the whole head. */
const IF_WORD = /if\s/i;
const IF = /(?:^|[;|&()\n'"]|\s&)\s{0,8}@?if\s{1,16}(\/i\s{1,16})?(?:not\s{1,16})?(?=[^\s])/gi;
/** Conditions that exist in batch files only. */
const OWN_CONDITION = /errorlevel\s{1,16}\d{1,9}(?!\w)|cmdextversion\s{1,16}\d/iy;
const FILE_CONDITION = /(?:exist|defined)\s{1,16}(?:"[^"\n]{1,128}"|[^\s"()]{1,128})\s{1,16}/iy;
const WORD_COMPARISON = /(?:"[^"\n]{0,64}"|[^\s"]{1,64})\s{1,16}(?:equ|neq|lss|leq|gtr|geq)\s{1,16}\S/iy;
const COMPARISON = /("[^"\n]{0,64}"|[^\s"=<>]{1,64})(\s{0,8})={2,3}(\s{0,8})("[^"\n]{0,64}"|[^\s"=:;,]{1,64})\s{1,16}/y;
/** Commands of the command processor itself. */
const COMMAND =
  /\(?\s{0,8}@?(?:echo|goto|set|call|exit|del|erase|start|md|rd|type|copy|move|shutdown|pause|cd|if|for|rem|cmd)(?![\w(=.])/iy;
const VARIABLE = /%[\w*~]/;
const WORD = /\(?@?([a-z][\w.-]{1,30})/iy;
/** Statements examined per value; a script with more of them has shown its nature in the first ones. */
const STATEMENTS_MAX = 1_000;

/** Finds a loop or condition of a Windows batch file, which the command processor also takes as a line (CWE-78). */
export function judgeBatch(value: string): Evidence | undefined {
  const loop = value.includes('%') ? judgeLoops(value) : undefined;
  if (loop !== undefined) return loop;
  if (!IF_WORD.test(value)) return undefined;
  IF.lastIndex = 0;
  for (let statements = 0; statements < STATEMENTS_MAX; statements++) {
    const head = IF.exec(value);
    if (head === null) return undefined;
    if (isCondition(value, IF.lastIndex, head[1] !== undefined))
      return batch(value, [head.index, IF.lastIndex], 'a condition of the Windows command processor');
  }
  return undefined;
}

function judgeLoops(value: string): Evidence | undefined {
  LOOP_SET.lastIndex = 0;
  for (let statements = 0; ; statements++) {
    const set = LOOP_SET.exec(value);
    if (set === null) return undefined;
    const from = Math.max(0, set.index - LOOP_HEAD_LENGTH_MAX);
    const head = LOOP_HEAD.exec(value.slice(from, set.index));
    // Fail closed: so many sets without a loop are there to hide one.
    if (head !== null || statements > STATEMENTS_MAX)
      return batch(value, [from + (head?.index ?? 0), LOOP_SET.lastIndex], 'a loop of the Windows command processor');
  }
}

function isCondition(value: string, at: number, ignoresCase: boolean): boolean {
  if (endOf(OWN_CONDITION, value, at) > 0 || endOf(WORD_COMPARISON, value, at) > 0) return true;
  const file = endOf(FILE_CONDITION, value, at);
  if (file > 0) return value[file] === '(' || isCommand(value, file);
  return isComparison(value, at, ignoresCase);
}

/** Other languages put the comparison in parentheses, or blanks around the sign, or a word like `then` behind it. */
function isComparison(value: string, at: number, ignoresCase: boolean): boolean {
  COMPARISON.lastIndex = at;
  const match = COMPARISON.exec(value);
  if (match === null) return false;
  const left = match[1] ?? '';
  const right = match[4] ?? '';
  if (VARIABLE.test(left) || VARIABLE.test(right) || ignoresCase) return true;
  if (!isBalanced(left) || !isBalanced(right)) return false;
  const isTight = match[2] === '' && match[3] === '';
  const isEnclosed = left.startsWith('(') || (left.startsWith('"') && right.startsWith('"'));
  return (isTight || isEnclosed) && isCommand(value, at + match[0].length);
}

/** False for `(a`, as in `if (a == b)`. */
function isBalanced(operand: string): boolean {
  return operand.startsWith('(') === operand.endsWith(')');
}

function isCommand(value: string, at: number): boolean {
  if (endOf(COMMAND, value, at) > 0) return true;
  WORD.lastIndex = at;
  const word = WORD.exec(value)?.[1]?.toLowerCase();
  return word !== undefined && programKind(word) === 'program';
}

function endOf(pattern: RegExp, value: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(value) ? pattern.lastIndex : -1;
}

function batch(value: string, [start, end]: readonly [number, number], why: string): Evidence {
  // What follows may be the words it prints; only words before it make it a quotation.
  const isShown = isQuotation(value, [start, value.length]) || isTutorial(value, start);
  return { rule: 'cmdi.batch', confidence: isShown ? PROSE_CONFIDENCE : 0.94, span: [start, end], why };
}
