/** Elements that editors and forums write around text; none of them runs anything by itself. */
const FORMATTING = new Set(
  'p div span pre code blockquote ul ol li table tbody tr td th figure section article b i em strong a h1 h2 h3 h4 h5 h6'.split(
    ' ',
  ),
);
const NAME_LENGTH_MAX = 16;

/**
 * True when a value is a document fragment as editors save it: it begins with a formatting tag and ends with the end tag of one.
 * A reference such as `&lt;` inside it is text that somebody wrote, already encoded for where it will stand.
 */
export function isFormattedMarkup(text: string): boolean {
  const whole = text.trim();
  if (!whole.startsWith('<') || !whole.endsWith('>')) return false;
  const close = whole.lastIndexOf('</');
  if (close < 0 || whole.length - close > NAME_LENGTH_MAX + 3) return false;
  return FORMATTING.has(nameAt(whole, 1)) && FORMATTING.has(nameAt(whole, close + 2));
}

function nameAt(text: string, start: number): string {
  const name = /^[a-z][a-z\d]{0,15}/i.exec(text.slice(start, start + NAME_LENGTH_MAX));
  return name === null ? '' : name[0].toLowerCase();
}
