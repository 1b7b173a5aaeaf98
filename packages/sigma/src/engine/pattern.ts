import { fold } from '../value/fold.ts';
import { DASH, DASHES, ONE, STAR, type Token } from '../value/tokens.ts';

/** A text with wildcards, cut at its stars: the first piece begins the text, the last one ends it. */
export interface Pattern {
  readonly pieces: readonly Piece[];
  readonly cased: boolean;
  /** Longest folded literal: a text without it cannot match. Null when the pattern has none. */
  readonly literal: string | null;
  /** How a pattern of one plain literal is placed; null for every other one. */
  readonly shape: 'whole' | 'start' | 'end' | 'anywhere' | null;
}

interface Piece {
  /** Plain text where the piece has no marks: the engine's own search is faster than ours. */
  readonly text: string | null;
  readonly units: readonly number[];
}

export function compilePattern(tokens: readonly Token[], cased: boolean): Pattern {
  const units = foldTokens(tokens, cased);
  const pieces: Piece[] = [];
  let piece: number[] = [];
  const close = (): void => {
    pieces.push({ units: piece, text: piece.every((unit) => unit >= 0) ? String.fromCharCode(...piece) : null });
    piece = [];
  };
  for (const unit of units) {
    if (unit !== STAR) piece.push(unit);
    // Two stars are one.
    else if (pieces.length === 0 || piece.length > 0) close();
  }
  close();
  return { pieces, cased, literal: longestLiteral(units), shape: cased ? null : shapeOf(pieces) };
}

function foldTokens(tokens: readonly Token[], cased: boolean): number[] {
  const units: number[] = [];
  let run = '';
  const flush = (): void => {
    const text = cased ? run : fold(run);
    for (let index = 0; index < text.length; index += 1) units.push(text.charCodeAt(index));
    run = '';
  };
  for (const token of tokens) {
    if (typeof token === 'number' && token >= 0) run += String.fromCharCode(token);
    else if (typeof token === 'number') {
      flush();
      units.push(token);
    }
  }
  flush();
  return units;
}

function longestLiteral(units: readonly number[]): string | null {
  let best = '';
  let run = '';
  for (const unit of [...units, STAR]) {
    if (unit >= 0) run += String.fromCharCode(unit);
    else {
      if (run.length > best.length) best = run;
      run = '';
    }
  }
  return best === '' ? null : fold(best);
}

function shapeOf(pieces: readonly Piece[]): Pattern['shape'] {
  if (pieces.some((piece) => piece.text === null)) return null;
  const filled = pieces.map((piece) => piece.units.length > 0);
  if (pieces.length === 1) return 'whole';
  if (pieces.length === 2 && filled[0] !== filled[1]) return filled[0] === true ? 'start' : 'end';
  return pieces.length === 3 && filled[0] === false && filled[1] === true && filled[2] === false ? 'anywhere' : null;
}

/** `text` is folded unless the pattern keeps the case. Every piece is looked for once, from the left: linear in the text. */
export function matchesPattern({ pieces }: Pattern, text: string): boolean {
  const first = pieces[0];
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) return false;
  if (pieces.length === 1) return text.length === first.units.length && standsAt(first, text, 0);
  const end = text.length - last.units.length;
  if (end < first.units.length || !standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
  let from = first.units.length;
  for (let index = 1; index < pieces.length - 1; index += 1) {
    const piece = pieces[index];
    if (piece === undefined) return false;
    const at = find(piece, text, from);
    if (at === -1) return false;
    from = at + piece.units.length;
  }
  return from <= end;
}

function find(piece: Piece, text: string, from: number): number {
  if (piece.text !== null) return text.indexOf(piece.text, from);
  for (let at = from; at + piece.units.length <= text.length; at += 1) if (standsAt(piece, text, at)) return at;
  return -1;
}

function standsAt(piece: Piece, text: string, at: number): boolean {
  if (piece.text !== null) return text.startsWith(piece.text, at);
  return piece.units.every((unit, index) => {
    const found = text.charCodeAt(at + index);
    return unit === ONE ? !Number.isNaN(found) : unit === DASH ? DASHES.includes(found) : unit === found;
  });
}
