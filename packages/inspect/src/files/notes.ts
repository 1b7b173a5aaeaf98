import type { FileCode, FileFinding } from './types.ts';

/** Besides the first of each code: a thousand programs in an archive must not hide the bomb behind them. */
const REPEATED_MAX = 8;
const PLACE_CHARS_MAX = 512;
const DETAIL_CHARS_MAX = 200;

/** Findings of one file and everything in it. */
export class Notes {
  readonly #findings: FileFinding[] = [];
  #repeated = 0;

  get findings(): readonly FileFinding[] {
    return this.#findings;
  }

  add({ code, place, detail }: FileFinding): void {
    const alike = this.#findings.filter((finding) => finding.code === code);
    const shown = place.slice(0, PLACE_CHARS_MAX);
    if (alike.length > 0 && (this.#repeated >= REPEATED_MAX || alike.some((finding) => finding.place === shown))) return;
    if (alike.length > 0) this.#repeated++;
    this.#findings.push({ code, place: shown, detail: detail.slice(0, DETAIL_CHARS_MAX) });
  }

  has(code: FileCode, place: string): boolean {
    return this.#findings.some((finding) => finding.code === code && finding.place === place);
  }
}

const NAME_CHARS_MAX = 120;

/** A name of a member as it may stand in a place: nothing in it that moves a cursor, and none of the marks between members. */
export function shownName(name: string): string {
  return name
    .slice(0, NAME_CHARS_MAX)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}!]/gu, '\u00b7');
}
