/** Text that is already HTML. Everything else put into a page is escaped by `html`. */
export interface Markup {
  readonly markup: string;
}

type Fill = string | number | Markup | readonly Markup[];

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities.get(character) ?? character);
}

export function raw(markup: string): Markup {
  return { markup };
}

function fillText(fill: Fill): string {
  if (typeof fill === 'string') return escapeHtml(fill);
  if (typeof fill === 'number') return String(fill);
  if ('markup' in fill) return fill.markup;
  return fill.map((part) => part.markup).join('\n');
}

export function html(strings: TemplateStringsArray, ...fills: readonly Fill[]): Markup {
  const text = strings.map((piece, index) => {
    const fill = fills[index];
    return fill === undefined ? piece : piece + fillText(fill);
  });
  return raw(text.join(''));
}

export function formatPrice(priceCents: number): string {
  return `€ ${(priceCents / 100).toFixed(2)}`;
}
