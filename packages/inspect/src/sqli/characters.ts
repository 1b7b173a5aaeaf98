export const COMPARE_CHARACTERS = '=<>!:';

export const CLASS_NONE = 0;
export const CLASS_SPACE = 1;
export const CLASS_DIGIT = 2;
export const CLASS_WORD = 3;
export const CLASS_QUOTE = 4;
export const CLASS_COMPARE = 5;
export const CLASS_OPERATOR = 6;
export const CLASS_SINGLE = 7;

export const CLASSES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => classOf(code));

function classOf(code: number): number {
  const character = String.fromCharCode(code);
  // Every control character separates words in at least one dialect (MySQL 0x09-0x0D, SQLite 0x0C, Oracle 0x00).
  if (code <= 32) return CLASS_SPACE;
  if (/\d/.test(character)) return CLASS_DIGIT;
  if (/[a-z_]/i.test(character)) return CLASS_WORD;
  if (character === "'" || character === '"' || character === '`') return CLASS_QUOTE;
  if (COMPARE_CHARACTERS.includes(character)) return CLASS_COMPARE;
  if ('+-*/%^|&~#'.includes(character)) return CLASS_OPERATOR;
  return '(),;{}@[].$'.includes(character) ? CLASS_SINGLE : CLASS_NONE;
}

const IN_WORD: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  isDigit(code) || CLASSES[code] === CLASS_WORD || code === 36 ? 1 : 0,
);

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isWordCode(code: number): boolean {
  // The end of a text is no number, and must not be looked up.
  return code < 128 ? IN_WORD[code] === 1 : code >= 128 && code !== 0xa0 && code !== 0x3000;
}
