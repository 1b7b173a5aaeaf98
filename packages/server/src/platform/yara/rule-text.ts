/** What a rule says of itself in `meta`. Values are kept as they are written: escapes stand in strings still. */
export interface MetaEntry {
  readonly key: string;
  /** Between its quotes; null = a number or a boolean. */
  readonly text: string | null;
  readonly line: number;
}

export interface RuleText {
  readonly name: string;
  readonly meta: readonly MetaEntry[];
}

interface Token {
  readonly kind: 'word' | 'text' | 'mark' | 'pattern';
  readonly value: string;
  readonly line: number;
}

/** A comment of either kind, a text, a regular expression, a word or number, any other sign. Tried in this order at each place. */
const PIECE =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:[^"\\\n]|\\[^\n])*")|(?<pattern>\/(?![/*])(?:[^/\\\n]|\\[^\n])+\/)|(?<word>[$#@!]?\w+)|(?<mark>[^\s"/])/uy;
/** The octets of a hex pattern hold comments, and no text. */
const HEX = /\{(?:[^}/]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*\}/uy;
const NUMBER = /^\d/u;

/**
 * The rules of a file and what stands in their `meta`, told without compiling it. Null = something is not understood.
 *
 * @example readRuleTexts('rule a { meta: needs = "word" condition: true }');
 */
export function readRuleTexts(text: string): readonly RuleText[] | null {
  const tokens = toTokens(text);
  if (tokens === null) return null;
  const rules: RuleText[] = [];
  for (let at = 0; at < tokens.length;) {
    const found = readRule(tokens, at);
    if (found === null) return null;
    if (found.rule !== null) rules.push(found.rule);
    at = found.end;
  }
  return rules;
}

function toTokens(text: string): Token[] | null {
  const tokens: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(text, at, tokens.at(-1)?.value === '=');
    if (piece === null) return null;
    if (piece.kind !== 'space') tokens.push({ kind: piece.kind, value: piece.value, line });
    line += piece.value.split('\n').length - 1;
    at += piece.value.length;
  }
  return tokens;
}

function pieceAt(text: string, at: number, isValue: boolean): { kind: Token['kind'] | 'space'; value: string } | null {
  if (isValue && text[at] === '{') {
    HEX.lastIndex = at;
    const hex = HEX.exec(text)?.[0];
    return hex === undefined ? null : { kind: 'pattern', value: hex };
  }
  // YARA-X also knows texts in three quotes, over several lines. No rule needs one, and what follows would be read wrongly.
  if (text.startsWith('"""', at)) return null;
  PIECE.lastIndex = at;
  const found = PIECE.exec(text);
  if (found === null) return null;
  for (const kind of ['space', 'text', 'pattern', 'word', 'mark'] as const) {
    const value = found.groups?.[kind];
    if (value !== undefined) return { kind, value };
  }
  return null;
}

type Found = { readonly rule: RuleText | null; readonly end: number } | null;

function readRule(tokens: readonly Token[], start: number): Found {
  let at = start;
  if (isWord(tokens[at], 'import')) return tokens[at + 1]?.kind === 'text' ? { rule: null, end: at + 2 } : null;
  while (isWord(tokens[at], 'global') || isWord(tokens[at], 'private')) at += 1;
  const name = tokens[at + 1];
  if (!isWord(tokens[at], 'rule') || name?.kind !== 'word') return null;
  at = afterTags(tokens, at + 2);
  if (!isMark(tokens[at], '{')) return null;
  const meta = readMeta(tokens, at + 1);
  if (meta === null) return null;
  for (at = meta.end; at < tokens.length; at += 1) {
    if (isMark(tokens[at], '{')) return null;
    if (isMark(tokens[at], '}')) return { rule: { name: name.value, meta: meta.entries }, end: at + 1 };
  }
  return null;
}

function afterTags(tokens: readonly Token[], start: number): number {
  if (!isMark(tokens[start], ':')) return start;
  let at = start + 1;
  while (tokens[at]?.kind === 'word') at += 1;
  return at;
}

function readMeta(tokens: readonly Token[], start: number): { entries: readonly MetaEntry[]; end: number } | null {
  if (!isWord(tokens[start], 'meta')) return isSection(tokens, start) ? { entries: [], end: start } : null;
  if (!isMark(tokens[start + 1], ':')) return null;
  const entries: MetaEntry[] = [];
  for (let at = start + 2; at < tokens.length;) {
    if (isSection(tokens, at)) return { entries, end: at };
    const key = tokens[at];
    if (key?.kind !== 'word' || !isMark(tokens[at + 1], '=')) return null;
    const value = readValue(tokens, at + 2);
    if (value === null) return null;
    entries.push({ key: key.value, text: value.text, line: key.line });
    at = value.end;
  }
  return null;
}

function readValue(tokens: readonly Token[], start: number): { text: string | null; end: number } | null {
  const first = tokens[start];
  if (first?.kind === 'text') return { text: first.value.slice(1, -1), end: start + 1 };
  if (isWord(first, 'true') || isWord(first, 'false')) return { text: null, end: start + 1 };
  const at = isMark(first, '-') ? start + 1 : start;
  const number = tokens[at];
  if (number?.kind !== 'word' || !NUMBER.test(number.value)) return null;
  // What stands before and behind the point of a fraction.
  return { text: null, end: isMark(tokens[at + 1], '.') ? at + 3 : at + 1 };
}

const isWord = (token: Token | undefined, value: string): boolean => token?.kind === 'word' && token.value === value;
const isMark = (token: Token | undefined, value: string): boolean => token?.kind === 'mark' && token.value === value;
const isSection = (tokens: readonly Token[], at: number): boolean =>
  (isWord(tokens[at], 'strings') || isWord(tokens[at], 'condition')) && isMark(tokens[at + 1], ':');
