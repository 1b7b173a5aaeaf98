/** One file of rules. `name` is what a fault names. */
export interface RuleSource {
  readonly name: string;
  readonly text: string;
}

/** Why a file of rules is refused: for the one who wrote it. */
export interface RuleFault {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly detail: string;
}

/** Rules that are of no file of this size or more stand in files of this ending: each says so itself, and is not looked for there. */
export const SMALL_FILES = '.small.yar';
export const SMALL_BYTES = 4_194_304;
/** Rules that ask first how a file begins: looked for apart, so that nothing is where none of them is about such a file. */
export const HEADED_FILES = '.headed.yar';
