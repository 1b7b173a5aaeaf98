/** Markup is cut into lines at these, because pages break the lines of a trace with them. */
const LINE_TAGS: ReadonlySet<string> = new Set([
  'br',
  'p',
  'div',
  'li',
  'tr',
  'td',
  'h1',
  'h2',
  'h3',
  'pre',
  'span',
  'title',
  'textarea',
]);
const TAG_NAME_CHARS_MAX = 16;
const ENTITY_CHARS_MAX = 8;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['#39', "'"],
  ['#x27', "'"],
  ['#34', '"'],
  ['#47', '/'],
  ['#x2f', '/'],
  ['#x3d', '='],
  ['#92', '\\'],
]);

function entityAt(text: string, at: number): readonly [char: string, length: number] {
  const end = text.indexOf(';', at);
  if (end === -1 || end - at > ENTITY_CHARS_MAX) return ['&', 1];
  const char = ENTITIES.get(text.slice(at + 1, end).toLowerCase());
  return char === undefined ? ['&', 1] : [char, end - at + 1];
}

function tagName(text: string, at: number): string {
  let end = at;
  while (end < text.length && end - at < TAG_NAME_CHARS_MAX && /[a-z0-9]/iu.test(text.charAt(end))) end += 1;
  return text.slice(at, end).toLowerCase();
}

/** Where a region that shows code on purpose ends: `<code>`, or `<pre>` with a class of a syntax highlighter. */
function endOfShownCode(text: string, name: string, from: { readonly open: number; readonly close: number }): number | null {
  const shows =
    name === 'code' || (name === 'pre' && /lang|highlight|hljs|chroma|prism|code/iu.test(text.slice(from.open, from.close)));
  if (!shows) return null;
  const end = text.toLowerCase().indexOf(`</${name}`, from.close);
  return end === -1 ? text.length : end;
}

/**
 * What a reader of the page sees, in lines. A tutorial marks the trace it shows as code; an error page does not, so regions
 * marked as code are left out unless the answer is an error already.
 */
export function textOfHtml(html: string, skipShownCode: boolean): string {
  let out = '';
  for (let at = 0; at < html.length;) {
    const char = html.charAt(at);
    if (char === '&') {
      const [text, length] = entityAt(html, at);
      out += text;
      at += length;
      continue;
    }
    const close = char === '<' ? html.indexOf('>', at) : -1;
    if (close === -1) {
      out += char;
      at += 1;
      continue;
    }
    const isEnd = html.charAt(at + 1) === '/';
    const name = tagName(html, isEnd ? at + 2 : at + 1);
    if (LINE_TAGS.has(name) && !(name === 'span' && isEnd)) out += name === 'span' ? '' : '\n';
    const skipTo = skipShownCode && !isEnd ? endOfShownCode(html, name, { open: at, close }) : null;
    at = skipTo ?? close + 1;
  }
  return out;
}

const JSON_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\n'],
  ['t', ' '],
  ['b', ' '],
  ['f', ' '],
]);

/** The strings of a JSON text, each on its own line, escapes undone; works on a text that was cut off. */
export function textOfJson(json: string): string {
  let out = '';
  let inside = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (char === '"') {
      inside = !inside;
      if (!inside) out += '\n';
      continue;
    }
    if (!inside) continue;
    if (char !== '\\') {
      out += char;
      continue;
    }
    at += 1;
    const escaped = json.charAt(at);
    if (escaped === 'u') {
      const code = Number.parseInt(json.slice(at + 1, at + 5), 16);
      out += Number.isNaN(code) ? ' ' : String.fromCharCode(code);
      at += 4;
    } else out += JSON_ESCAPES.get(escaped) ?? escaped;
  }
  return out;
}
