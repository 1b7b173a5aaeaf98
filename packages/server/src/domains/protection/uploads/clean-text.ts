/** Controls, and marks that turn the direction of writing (Unicode TR9, TR36): a name that is shown must not lie. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** What a stranger wrote, as it may be shown and kept. */
export const cleanText = (text: string, charactersMax: number): string =>
  text.slice(0, charactersMax).toWellFormed().replaceAll(HIDDEN, '\u{FFFD}');
