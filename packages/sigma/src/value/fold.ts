/**
 * Sigma compares without regard to case. Lower case of the whole text is not enough: the Greek sigma at the end of a word has
 * a form of its own, so a part of a text would differ from the same part standing alone.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes('\u03C2') ? lower.replaceAll('\u03C2', '\u03C3') : lower;
}
