/** One attribute as the browser's tokenizer would see it. */
export interface Attribute {
  name: string;
  value: string;
  start: number;
  end: number;
  /** Whether an equals sign follows the name. */
  isSet: boolean;
  /** False when a quote opens the value and none closes it. */
  isClosed: boolean;
}

/** One start tag, or the attributes that follow a broken-out-of value. */
export interface Tag {
  /** Lower-case; empty when only attributes were read. */
  name: string;
  attributes: Attribute[];
  start: number;
  end: number;
  /** Whether blanks stand between the letters of the name. */
  isSpelled: boolean;
  /** False when the text ends inside the tag. */
  isFinished: boolean;
  /** True when the tag has more attributes than were read. */
  isCut: boolean;
}

/** More attributes than any honest tag has; of those that follow only the ones with a value are kept. */
const ATTRIBUTES_MAX = 128;
/** Past so many with a value the rest of the tag is skipped, and the tag says so. */
const SET_ATTRIBUTES_MAX = 8_192;
const NAME_LENGTH_MAX = 64;
/** Looked for behind each backtick, so the way there is short. */
const BACKTICK_LENGTH_MAX = 1_024;
const SPELLED_LENGTH_MAX = 10;
const SLASH = 47;
const OPEN = 60;
const EQUALS = 61;
const CLOSE = 62;
/** Characters that old browsers and lax filters step over between `<` and the name. */
const LEADING_NOISE = '/!?~%\\\0\t\n\f\r -';
const LEADING_NOISE_MAX = 4;

/** HTML white space, control characters and `/`: all of them separate attributes (HTML §13.2.5.32). */
function isGap(code: number): boolean {
  return code <= 32 || code === 47 || code === 0xa0;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

/** Reads the tag whose `<` is at `at` (HTML §13.2.5.6 to §13.2.5.39); undefined when the text after it starts no tag. */
export function readTag(text: string, at: number): Tag | undefined {
  let from = at + 1;
  while (from - at <= LEADING_NOISE_MAX && LEADING_NOISE.includes(text.charAt(from)) && from < text.length) from++;
  if (!isLetter(text.charCodeAt(from))) return undefined;
  let end = from;
  for (let code = text.charCodeAt(end); !isGap(code) && code !== CLOSE && code !== OPEN && end < text.length;)
    code = text.charCodeAt(++end);
  // `<scr<script>`: a filter that deletes the inner tag builds the outer one, so the inner one is what is read.
  if (text[end] === '<' && !isScriptName(text, from, end)) return undefined;
  const name = text.slice(from, Math.min(end, from + NAME_LENGTH_MAX)).toLowerCase();
  const rest = readAttributes(text, end);
  const spelled = name.length === 1 ? spelledName(text, from) : name;
  return { name: spelled, isSpelled: spelled !== name, start: at, ...rest };
}

/** `<script<b>`: parsers that stop at the second bracket have read the name by then. The inner tag is read by itself in any case. */
function isScriptName(text: string, from: number, end: number): boolean {
  return (
    end - from === 6 && text.slice(from, end).toLowerCase() === 'script' && /^<[a-z/]{1,8}[\s>]/i.test(text.slice(end, end + 10))
  );
}

/** `<f o r m`: filters that drop blanks put such a name together again. */
function spelledName(text: string, from: number): string {
  let name = text.charAt(from);
  for (let at = from + 1; name.length < SPELLED_LENGTH_MAX && isGap(text.charCodeAt(at)); at += 2) {
    if (!isLetter(text.charCodeAt(at + 1)) || isLetter(text.charCodeAt(at + 2))) break;
    name += text.charAt(at + 1);
  }
  return name.toLowerCase();
}

/** Reads attributes from `from` up to the `>` that ends the tag, or the end of the text. */
export function readAttributes(text: string, from: number): Pick<Tag, 'attributes' | 'end' | 'isFinished' | 'isCut'> {
  const attributes: Attribute[] = [];
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== CLOSE) {
    if (isGap(text.charCodeAt(at))) {
      at++;
      continue;
    }
    if (attributes.length === SET_ATTRIBUTES_MAX) {
      const close = text.indexOf('>', at);
      return { attributes, end: close < 0 ? text.length : close + 1, isFinished: close >= 0, isCut: true };
    }
    const attribute = readAttribute(text, at, attributes.length < ATTRIBUTES_MAX);
    if (attribute.name !== '') attributes.push(attribute);
    at = Math.max(attribute.end, at + 1);
  }
  return { attributes, end: Math.min(at + 1, text.length), isFinished: at < text.length, isCut: false };
}

/** Without a name when it has no value and `keepsBare` does not ask for such: cutting names out of a hostile text is what costs. */
function readAttribute(text: string, start: number, keepsBare: boolean): Attribute {
  // A leading `=` belongs to the name (HTML §13.2.5.32, unexpected-equals-sign-before-attribute-name).
  let nameEnd = text.charCodeAt(start) === EQUALS ? start + 1 : start;
  for (let code = text.charCodeAt(nameEnd); !isGap(code) && code !== CLOSE && code !== EQUALS && nameEnd < text.length;)
    code = text.charCodeAt(++nameEnd);
  // Nothing but blanks stands before the sign in HTML; old parsers let a slash pass.
  let equals = skipGaps(text, nameEnd);
  if (text.charCodeAt(equals) === SLASH && text.charCodeAt(equals + 1) === EQUALS) equals++;
  const isSet = text.charCodeAt(equals) === EQUALS;
  const name = isSet || keepsBare ? text.slice(start, Math.min(nameEnd, start + NAME_LENGTH_MAX)).toLowerCase() : '';
  if (!isSet) return { name, value: '', start, end: nameEnd, isSet, isClosed: true };
  return { name, start, isSet, ...readValue(text, skipGaps(text, equals + 1)) };
}

function readValue(text: string, at: number): Pick<Attribute, 'value' | 'end' | 'isClosed'> {
  const quote = text.charAt(at);
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, at + 1);
    const end = close < 0 ? text.length : close;
    return { value: text.slice(at + 1, end), end: Math.min(end + 1, text.length), isClosed: close >= 0 };
  }
  let end = at;
  for (let code = text.charCodeAt(end); code > 32 && code !== CLOSE;) code = text.charCodeAt(++end);
  // The backtick is a quote to old Internet Explorer and to nobody else: what it holds is the value, and attributes are read from it too.
  const length = quote === '`' ? text.slice(at + 1, at + BACKTICK_LENGTH_MAX).indexOf(quote) : -1;
  const isQuoted = length >= 0;
  return { value: isQuoted ? text.slice(at + 1, at + 1 + length) : text.slice(at, end), end, isClosed: true };
}

function skipGaps(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}
