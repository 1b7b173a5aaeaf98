/** Offset of the first such character that stands in no quoted literal; the length of the text when there is none. */
export function indexOutsideQuotes(text: string, from: number, wanted: number): number {
  let quote = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) quote = code;
    else if (code === wanted) return i;
  }
  return text.length;
}
