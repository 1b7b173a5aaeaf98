import type { Condition } from './detection.ts';

/** What is wrong with a condition, and where in it. */
export class ConditionError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Word {
  readonly text: string;
  readonly offset: number;
}

const NESTING_MAX = 50;

/**
 * Reads a condition: `or` binds least, then `and`, `not`, `1 of`/`any of`/`all of`, brackets. Keywords may be in capitals, as
 * many older rules have them.
 */
export function parseCondition(text: string, tokensMax: number): Condition {
  const words = split(text, tokensMax);
  const parser = new Parser(words, text.length);
  const condition = parser.or(0);
  parser.end();
  return condition;
}

function split(text: string, tokensMax: number): readonly Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/[()]|[^\s()]+/gu)) {
    if (words.length >= tokensMax) throw new ConditionError(`more than ${tokensMax} words`, match.index);
    words.push({ text: match[0], offset: match.index });
  }
  if (words.length === 0) throw new ConditionError('the condition is empty', 0);
  return words;
}

class Parser {
  readonly #words: readonly Word[];
  readonly #length: number;
  #index = 0;

  constructor(words: readonly Word[], length: number) {
    this.#words = words;
    this.#length = length;
  }

  or(depth: number): Condition {
    return this.#chain('or', () => this.#chain('and', () => this.#not(depth)));
  }

  end(): void {
    const word = this.#words[this.#index];
    if (word !== undefined) throw new ConditionError(`'${word.text}' was not expected`, word.offset);
  }

  #chain(keyword: 'and' | 'or', read: () => Condition): Condition {
    const parts = [read()];
    while (this.#is(keyword)) {
      this.#index += 1;
      parts.push(read());
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: keyword === 'and' ? 'all' : 'any', parts };
  }

  #not(depth: number): Condition {
    if (depth > NESTING_MAX) throw new ConditionError('nested too deep', this.#offset());
    if (!this.#is('not')) return this.#operand(depth);
    this.#index += 1;
    return { kind: 'not', part: this.#not(depth + 1) };
  }

  #operand(depth: number): Condition {
    const word = this.#take();
    if (word.text === '(') {
      const inner = this.or(depth + 1);
      const close = this.#take();
      if (close.text !== ')') throw new ConditionError("')' was expected", close.offset);
      return inner;
    }
    if (this.#is('of')) return this.#selector(word);
    const lower = word.text.toLowerCase();
    if (lower === 'and' || lower === 'or' || lower === ')')
      throw new ConditionError(`'${word.text}' was not expected`, word.offset);
    if (!/^[\w.-]+$/u.test(word.text)) throw new ConditionError(`'${word.text}' is no identifier`, word.offset);
    return { kind: 'identifier', name: word.text };
  }

  #selector(quantity: Word): Condition {
    this.#index += 1;
    const pattern = this.#take();
    const lower = quantity.text.toLowerCase();
    if (lower !== '1' && lower !== 'any' && lower !== 'all')
      throw new ConditionError("'of' follows 1, any or all", quantity.offset);
    if (!/^[\w.*-]+$/u.test(pattern.text)) throw new ConditionError(`'${pattern.text}' is no pattern`, pattern.offset);
    return { kind: 'selector', quantity: lower === 'all' ? 'all' : 'any', pattern: pattern.text };
  }

  #is(keyword: string): boolean {
    return this.#words[this.#index]?.text.toLowerCase() === keyword;
  }

  #take(): Word {
    const word = this.#words[this.#index];
    if (word === undefined) throw new ConditionError('the condition ends too early', this.#length);
    this.#index += 1;
    return word;
  }

  #offset(): number {
    return this.#words[this.#index]?.offset ?? this.#length;
  }
}

/** Whether a name fits a pattern with `*`; names that begin with `_` are left out of `them` and of patterns that do not. */
export function fitsPattern(name: string, pattern: string): boolean {
  if (name.startsWith('_') && !pattern.startsWith('_')) return false;
  if (pattern === 'them') return true;
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let from = head.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return name.length - tail.length >= from && name.endsWith(tail);
}

/** Selectors become the identifiers they stand for; null when one stands for none. */
export function resolveSelectors(condition: Condition, names: readonly string[]): Condition | { readonly missing: string } {
  switch (condition.kind) {
    case 'identifier':
      return names.includes(condition.name) ? condition : { missing: condition.name };
    case 'selector': {
      const found = names.filter((name) => fitsPattern(name, condition.pattern));
      if (found.length === 0) return { missing: condition.pattern };
      return { kind: condition.quantity, parts: found.map((name) => ({ kind: 'identifier', name })) };
    }
    case 'not': {
      const part = resolveSelectors(condition.part, names);
      return 'missing' in part ? part : { kind: 'not', part };
    }
    case 'all':
    case 'any':
      break;
  }
  const parts: Condition[] = [];
  for (const part of condition.parts) {
    const resolved = resolveSelectors(part, names);
    if ('missing' in resolved) return resolved;
    parts.push(resolved);
  }
  return { kind: condition.kind, parts };
}

export function* identifiersOf(condition: Condition): Generator<string> {
  if (condition.kind === 'identifier') yield condition.name;
  else if (condition.kind === 'not') yield* identifiersOf(condition.part);
  else if (condition.kind !== 'selector') for (const part of condition.parts) yield* identifiersOf(part);
}
