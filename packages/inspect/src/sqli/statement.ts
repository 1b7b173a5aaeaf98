import type { Evidence } from '../types.ts';
import { evidence, readComparison } from './boolean.ts';
import { afterGroup, isComplete, isSolid, isWord, kindAt, readOperand, skipCloses, skipOpens, textAt } from './grammar.ts';
import { opensQuote, type Reading } from './quoted.ts';
import { rateSelect, readList } from './select.ts';
import { KIND, type SqlTokens } from './tokens.ts';
import { isDangerousName } from './words.ts';

/** Tokens between the words of one statement's head. */
const WORDS_BETWEEN_MAX = 8;
/** Names and signs of a choice that somebody is to make. */
const NAMES_TOKENS_MAX = 8;
const DROPPED_OBJECTS = new Set([
  'table',
  'database',
  'function',
  'procedure',
  'user',
  'view',
  'index',
  'schema',
  'login',
  'trigger',
  'role',
  'temporary',
  'unique',
]);

/** A statement of its own: after a semicolon, or as the whole value. */
export function judgeStatement(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const isStacked = kindAt(tokens, at - 1) === KIND.semicolon;
  // `' DELETE FROM users`: what follows the literal the value closed can be a statement as well.
  const isAfterLiteral = at === 1 && reading.context !== 'bare' && kindAt(tokens, 0) === KIND.string;
  if (!isStacked && !isAfterLiteral && at !== 0) return undefined;
  if (isAfterLiteral && (isQuotedSelect(tokens, at) || opensQuote(reading))) return undefined;
  const start = skipOpens(tokens, at);
  const confidence = rateAt(reading, { at, start, isStacked });
  if (confidence === 0) return undefined;
  const why = isStacked || isAfterLiteral ? 'a second statement follows' : 'the value is a statement';
  return evidence(tokens, {
    at: start,
    end: start + 3,
    confidence,
    rule: isStacked || isAfterLiteral ? 'sqli.stacked' : 'sqli.statement',
    why,
  });
}

function rateAt(reading: Reading, { at, start, isStacked }: { at: number; start: number; isStacked: boolean }): number {
  if (at === 0 && isChoice(reading.tokens, start)) return 0;
  return Math.max(rateStatement(reading.tokens, start), isStacked ? rateShortSelect(reading, start) : 0);
}

/** `Select sofa, 3-seater; grey`, `Select (Pty)`: words and no query. A database is asked for what follows FROM or for what it computes. */
function isChoice(tokens: SqlTokens, at: number): boolean {
  if (!isWord(tokens, at, 'select')) return false;
  const { end } = readList(tokens, at + 1);
  if (kindAt(tokens, end) === KIND.semicolon) {
    const { shape } = readOperand(tokens, at + 1);
    const isNamed = shape === 'name' || shape === 'literal';
    return isNamed && kindAt(tokens, end + 1) === KIND.word && rateStatement(tokens, end + 1) === 0;
  }
  if (kindAt(tokens, end) === KIND.end && isNames(tokens, at + 1, end)) return true;
  const isGroup = kindAt(tokens, at + 1) === KIND.open && kindAt(tokens, at + 3) === KIND.close;
  return isGroup && kindAt(tokens, at + 2) === KIND.word && kindAt(tokens, at + 4) === KIND.end;
}

/** `select more | less`: nothing but names and signs between them, none of which a database knows by itself. */
function isNames(tokens: SqlTokens, start: number, end: number): boolean {
  if (end - start > NAMES_TOKENS_MAX) return false;
  for (let at = start; at < end; at++) {
    const kind = kindAt(tokens, at);
    if (kind === KIND.word ? !tokens.isOrdinary(at) : kind !== KIND.operator || isWord(tokens, at, '*')) return false;
  }
  return true;
}

/** `';select p`: right behind the closed literal even one name is a query. */
function rateShortSelect({ tokens, context }: Reading, at: number): number {
  const isBroken = context !== 'bare' && at === 2 && kindAt(tokens, 0) === KIND.string && tokens.ends[0] === tokens.starts[1];
  return isBroken && isWord(tokens, at, 'select') && kindAt(tokens, at + 2) === KIND.end ? 0.9 : 0;
}

/** `tea & "select" cups`: the word between quotes and text to the end is emphasis; as SQL it would only name a constant. */
function isQuotedSelect(tokens: SqlTokens, at: number): boolean {
  if (!isWord(tokens, at, 'select') || kindAt(tokens, at + 1) !== KIND.string) return false;
  return kindAt(tokens, at + 2) === KIND.end || tokens.ends[at] === tokens.starts[at + 1];
}

type RateStatement = (tokens: SqlTokens, at: number) => number;

/** One line per verb: what must follow it for the words to be SQL. */
const STATEMENTS: ReadonlyMap<string, RateStatement> = new Map<string, RateStatement>([
  ['select', rateSelect],
  ['with', (t, at) => (at > 0 && isWord(t, at + 2, 'as') && isWord(t, at + 4, 'select') ? 0.93 : 0)],
  ['insert', (t, at) => (isWord(t, at + 1, 'into') && kindAt(t, at + 2) === KIND.word && startsValues(t, at + 3) ? 0.94 : 0)],
  ['replace', (t, at) => (isWord(t, at + 1, 'into') && startsValues(t, at + 3) ? 0.94 : 0)],
  ['update', (t, at) => (isWord(t, at + 2, 'set') && kindAt(t, at + 4) === KIND.compare ? 0.95 : 0)],
  ['delete', rateDelete],
  ['drop', rateDrop],
  ['create', rateDrop],
  ['alter', rateAlter],
  ['truncate', (t, at) => (isWord(t, at + 1, 'table') && isComplete(t, at + 3) ? 0.95 : 0)],
  ['exec', (t, at) => (isFunctionCall(t, at + 1) ? 0 : rateExec(t, at))],
  ['execute', (t, at) => (isFunctionCall(t, at + 1) ? 0 : rateExec(t, at))],
  ['shutdown', (t, at) => (isComplete(t, at + 1) || isWord(t, at + 1, 'with') ? 0.91 : 0)],
  [
    'declare',
    (t, at) =>
      kindAt(t, at + 1) === KIND.variable || (kindAt(t, at + 2) === KIND.word && isWord(t, at + 2, 'varchar')) ? 0.95 : 0,
  ],
  ['set', (t, at) => (kindAt(t, at + 1) === KIND.variable && kindAt(t, at + 2) === KIND.compare ? 0.95 : 0)],
  ['begin', (t, at) => (isDangerousName(textAt(t, at + 1)) || STATEMENTS.has(textAt(t, at + 1)) ? 0.95 : 0)],
  ['call', (t, at) => (isGluedCall(t, at + 1) && isComplete(t, afterGroup(t, at + 2)) ? 0.93 : 0)],
  ['do', rateDo],
  ['prepare', (t, at) => (isWord(t, at + 2, 'from') && isSolid(readOperand(t, at + 3).shape) ? 0.94 : 0)],
  ['merge', (t, at) => (isWord(t, at + 1, 'into') && hasWordWithin(t, at + 2, 'using') ? 0.94 : 0)],
  ['backup', (t, at) => (isWord(t, at + 1, 'database') && hasWordWithin(t, at + 2, 'to') ? 0.94 : 0)],
  ['reconfigure', (t, at) => (at > 0 && isComplete(t, at + 1) ? 0.9 : 0)],
  ['waitfor', (t, at) => (isWord(t, at + 1, 'delay') || isWord(t, at + 1, 'time') ? 0.95 : 0)],
  ['grant', rateGrant],
  [
    'load',
    (t, at) =>
      (isWord(t, at + 1, 'data') || isWord(t, at + 1, 'xml')) && (isWord(t, at + 2, 'infile') || isWord(t, at + 3, 'infile'))
        ? 0.95
        : 0,
  ],
  ['copy', rateCopy],
  ['if', rateIf],
  ['iif', (t, at) => (kindAt(t, at + 1) === KIND.open && rateCondition(t, at + 2) ? 0.92 : 0)],
  ['attach', (t, at) => (isWord(t, at + 1, 'database') && kindAt(t, at + 2) === KIND.string ? 0.95 : 0)],
  ['handler', (t, at) => (isWord(t, at + 2, 'open') || isWord(t, at + 2, 'read') ? 0.93 : 0)],
  [
    'use',
    (t, at) =>
      kindAt(t, at + 1) === KIND.word &&
      kindAt(t, at + 2) === KIND.semicolon &&
      !isWord(t, at + 3, 'use') &&
      rateStatement(t, at + 3) > 0
        ? 0.92
        : 0,
  ],
]);

function rateStatement(tokens: SqlTokens, at: number): number {
  return STATEMENTS.get(textAt(tokens, at))?.(tokens, at) ?? 0;
}

/** `IF (1=1) SELECT ..`, `IF 1=1 THEN ..`, `IF(1=1, a, b)`: without its outcome it is the `if` of any language. */
function rateIf(tokens: SqlTokens, at: number): number {
  const start = skipOpens(tokens, at + 1);
  const left = readOperand(tokens, start);
  const comparison = isSolid(left.shape) ? readComparison(tokens, left.end) : undefined;
  if (comparison === undefined) return left.shape === 'call' && startsOutcome(tokens, skipCloses(tokens, left.end)) ? 0.9 : 0;
  const right = readOperand(tokens, comparison);
  const next = skipCloses(tokens, right.end);
  if (startsOutcome(tokens, next) || (kindAt(tokens, right.end) === KIND.comma && start > at + 1)) return 0.92;
  return left.shape === 'literal' && right.shape === 'literal' && isComplete(tokens, right.end) ? 0.91 : 0;
}

/** What follows the condition of T-SQL, PL/SQL and procedural MySQL; `else` and `begin` alone belong to many languages. */
function startsOutcome(tokens: SqlTokens, at: number): boolean {
  const word = textAt(tokens, at);
  if (word === 'then') return isSolid(readOperand(tokens, at + 1).shape) || STATEMENTS.has(textAt(tokens, at + 1));
  return word !== 'if' && word !== 'do' && word !== 'use' && word !== 'call' && rateStatement(tokens, at) > 0;
}

/** A name with its parenthesis right behind it: "call me (maybe)" has a blank. */
function isGluedCall(tokens: SqlTokens, at: number): boolean {
  return (
    kindAt(tokens, at) === KIND.word &&
    kindAt(tokens, at + 1) === KIND.open &&
    tokens.ends[at] === tokens.starts[at + 1] &&
    !tokens.isBracketed(at)
  );
}

/** `DO sleep(5)`, `DO $$ begin .. end $$`: an expression run for its effect, or an anonymous block. */
function rateDo(tokens: SqlTokens, at: number): number {
  if (kindAt(tokens, at + 1) === KIND.string) return at > 0 && isComplete(tokens, at + 2) ? 0.92 : 0;
  if (isGluedCall(tokens, at + 1)) return 0.92;
  return kindAt(tokens, at + 1) === KIND.open && isSolid(readOperand(tokens, at + 2).shape) ? 0.92 : 0;
}

function rateGrant(tokens: SqlTokens, at: number): number {
  if (hasWordWithin(tokens, at + 2, 'on') && hasWordWithin(tokens, at + 4, 'to')) return 0.92;
  return isWord(tokens, at + 2, 'to') && isComplete(tokens, at + 4) && at > 0 ? 0.9 : 0;
}

/** `COPY t FROM PROGRAM '..'`, `COPY (SELECT ..) TO '..'`: files and commands of the server. */
function rateCopy(tokens: SqlTokens, at: number): number {
  const source = kindAt(tokens, at + 1) === KIND.open ? afterGroup(tokens, at + 1) : at + 2;
  if (!isWord(tokens, source, 'from') && !isWord(tokens, source, 'to')) return 0;
  if (isWord(tokens, source + 1, 'program') && kindAt(tokens, source + 2) === KIND.string) return 0.95;
  return at > 0 && kindAt(tokens, source + 1) === KIND.string ? 0.93 : 0;
}

/** True when the word comes among the next few tokens. */
function hasWordWithin(tokens: SqlTokens, at: number, word: string): boolean {
  for (let i = at; i < at + WORDS_BETWEEN_MAX; i++) if (isWord(tokens, i, word)) return true;
  return false;
}

function startsValues(tokens: SqlTokens, at: number): boolean {
  const word = textAt(tokens, at);
  return word === 'values' || word === 'select' || word === 'set' || kindAt(tokens, at) === KIND.open;
}

function rateCondition(tokens: SqlTokens, at: number): boolean {
  const operand = readOperand(tokens, skipOpens(tokens, at));
  return isSolid(operand.shape) && kindAt(tokens, operand.end) === KIND.compare;
}

function rateDelete(tokens: SqlTokens, at: number): number {
  let next = at + 1;
  while (isWord(tokens, next, 'low_priority') || isWord(tokens, next, 'quick') || isWord(tokens, next, 'ignore')) next++;
  if (!isWord(tokens, next, 'from') || kindAt(tokens, next + 1) !== KIND.word) return 0;
  const isBare = kindAt(tokens, next + 2) === KIND.end && at === 0;
  return isComplete(tokens, next + 2) && !isBare ? 0.94 : 0;
}

function rateDrop(tokens: SqlTokens, at: number): number {
  // `;DROP members --`: without the kind of object only the comment shows that this was meant as SQL.
  const afterName = kindAt(tokens, at + 2) === KIND.semicolon ? at + 3 : at + 2;
  if (isWord(tokens, at, 'drop') && kindAt(tokens, at + 1) === KIND.word && kindAt(tokens, afterName) === KIND.comment)
    return 0.9;
  if (!DROPPED_OBJECTS.has(textAt(tokens, at + 1)) || kindAt(tokens, at + 2) !== KIND.word) return 0;
  const isConditional = isWord(tokens, at + 2, 'if');
  const next = isConditional ? at + 5 : at + 3;
  if (isWord(tokens, at + 1, 'user') && ['identified', 'with', 'password'].includes(textAt(tokens, next))) return 0.94;
  const opens = kindAt(tokens, next) === KIND.open && isWord(tokens, at, 'create');
  return isComplete(tokens, next) || kindAt(tokens, next) === KIND.comma || opens ? 0.94 : 0.3;
}

function rateAlter(tokens: SqlTokens, at: number): number {
  const object = textAt(tokens, at + 1);
  if (object !== 'table' && object !== 'database' && object !== 'user' && object !== 'login' && object !== 'role') return 0;
  const verb = textAt(tokens, at + 3);
  return ['add', 'drop', 'rename', 'modify', 'change', 'alter', 'with', 'set', 'owner', 'identified', 'password'].includes(verb)
    ? 0.93
    : 0;
}

/** `exec("ls", (error) => ..)` calls a function: EXECUTE takes one text in its parentheses. */
function isFunctionCall(tokens: SqlTokens, at: number): boolean {
  return kindAt(tokens, at) === KIND.open && kindAt(tokens, at + 1) === KIND.string && kindAt(tokens, at + 2) === KIND.comma;
}

function rateExec(tokens: SqlTokens, at: number): number {
  const kind = kindAt(tokens, at + 1);
  if (kind === KIND.open || kind === KIND.variable) return isSolid(readOperand(tokens, at + 1).shape) && at > 0 ? 0.93 : 0.5;
  if (isDangerousName(textAt(tokens, at + 1))) return 0.96;
  if (isWord(tokens, at + 1, 'immediate') && kindAt(tokens, at + 2) !== KIND.end)
    return isSolid(readOperand(tokens, at + 2).shape) ? 0.95 : 0;
  const isOpen = tokens.isOpenEnded && kindAt(tokens, at + 3) === KIND.end;
  return kind === KIND.word && kindAt(tokens, at + 2) === KIND.string && !isOpen ? 0.9 : 0;
}
