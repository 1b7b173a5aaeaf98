/** A stretch of the file that stays, or octets that stand in its place. */
export type Kept =
  | { readonly kind: 'span'; readonly from: number; readonly to: number }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };

const PIECES_MAX = 100_000;

/** What is left of a file, in order; neighbours become one piece. */
export class Keeping {
  readonly pieces: Kept[] = [];

  /** False = the file is in more pieces than any honest one. */
  get isBounded(): boolean {
    return this.pieces.length <= PIECES_MAX;
  }

  span(from: number, to: number): void {
    const last = this.pieces.at(-1);
    if (to <= from) return;
    if (last?.kind === 'span' && last.to === from) this.pieces.splice(-1, 1, { ...last, to });
    else this.pieces.push({ kind: 'span', from, to });
  }

  octets(octets: Uint8Array): void {
    if (octets.length > 0) this.pieces.push({ kind: 'octets', octets });
  }
}

/** Numbers as two or four octets, texts as one octet each character. */
export function octetsOf(...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array {
  const all = parts.map((part) => (typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : [...part]));
  return Uint8Array.from(all.flat());
}

export const big16 = (value: number): readonly number[] => [(value >>> 8) & 0xff, value & 0xff];
export const big32 = (value: number): readonly number[] => [...big16(value >>> 16), ...big16(value)];
export const little32 = (value: number): readonly number[] => [...big32(value)].toReversed();
