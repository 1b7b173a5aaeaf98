import { PatternFault } from './fault.ts';
import { tokensOf, type Token, type TokenKind } from './tokens.ts';

/** Tokens, one after the other. */
export class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #index = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#end = text.length;
  }

  get offset(): number {
    return this.#tokens[this.#index]?.offset ?? this.#end;
  }

  peek(): Token | null {
    return this.#tokens[this.#index] ?? null;
  }

  next(expected: string): Token {
    const token = this.#tokens[this.#index];
    if (token === undefined) throw this.fault(expected);
    this.#index += 1;
    return token;
  }

  /** Takes the token if it is this keyword or sign. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token === null || (token.kind !== 'keyword' && token.kind !== 'sign') || token.text !== text) return false;
    this.#index += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.fault(`'${text}'`);
  }

  take(kinds: readonly TokenKind[], expected: string): Token {
    const token = this.peek();
    if (token === null || !kinds.includes(token.kind)) throw this.fault(expected);
    this.#index += 1;
    return token;
  }

  isAt(text: string): boolean {
    const token = this.peek();
    return token !== null && (token.kind === 'keyword' || token.kind === 'sign') && token.text === text;
  }

  fault(expected: string): PatternFault {
    const token = this.peek();
    const found = token === null ? 'the end' : `'${token.text.slice(0, 40)}'`;
    return new PatternFault('syntax', this.offset, `${expected} expected, ${found} found`);
  }
}
