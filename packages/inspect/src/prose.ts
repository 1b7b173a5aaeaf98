/** How far back words are counted: a sentence before a sample of code is what tells a question from an attack. */
const WINDOW_CHARS_MAX = 512;
const WORDS_MAX = 16;
const WORD_LETTERS_MIN = 2;
/** What may end a word besides a blank. */
const WORD_ENDS = ' \n\r\t,.:;!?';
/** So far below zero that no run of letters behind a sign of code becomes a word. */
const CODE = -WINDOW_CHARS_MAX;

/**
 * Counts the words of ordinary language that stand before an offset, to 16 and no further. An attack begins its value or breaks out
 * of it at once; people introduce what they quote.
 *
 * @example wordsBefore('How do I escape <!DOCTYPE', 16) // 4
 */
export function wordsBefore(text: string, at: number): number {
  let words = 0;
  let letters = 0;
  for (let i = Math.max(0, at - WINDOW_CHARS_MAX); i < at && words < WORDS_MAX; i++) {
    const code = text.charCodeAt(i);
    if (isLetter(code)) letters++;
    else if (WORD_ENDS.includes(text.charAt(i))) {
      if (letters >= WORD_LETTERS_MIN) words++;
      letters = 0;
    } else if (code !== 39) letters = CODE;
  }
  return words;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 0xc0 && code !== 0xd7 && code !== 0xf7);
}
