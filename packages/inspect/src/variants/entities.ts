/** The named references that change what a browser or XML parser sees; others are letters and stay as they are. */
const NAMED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['colon', ':'],
  ['newline', '\n'],
  ['tab', '\t'],
  ['lpar', '('],
  ['rpar', ')'],
  ['equals', '='],
  ['sol', '/'],
  ['bsol', '\\'],
  ['semi', ';'],
  ['nbsp', ' '],
  ['grave', '`'],
  ['lbrace', '{'],
  ['rbrace', '}'],
  ['lcub', '{'],
  ['rcub', '}'],
  ['period', '.'],
  ['comma', ','],
  ['excl', '!'],
  ['num', '#'],
  ['lsqb', '['],
  ['lbrack', '['],
  ['rsqb', ']'],
  ['rbrack', ']'],
  ['plus', '+'],
  ['dollar', '$'],
  ['percnt', '%'],
  ['ast', '*'],
  ['verbar', '|'],
  ['vert', '|'],
  ['hat', '^'],
  ['quest', '?'],
  ['commat', '@'],
  ['lowbar', '_'],
  ['hyphen', '-'],
  ['dash', '-'],
  ['zerowidthspace', ''],
  ['shy', ''],
  ['zwnj', ''],
  ['zwj', ''],
]);
/** References that browsers resolve without their semicolon (HTML §13.5); the other names need it. */
const BARE = ['lt', 'gt', 'quot', 'amp'];
const BARE_FIRST = new Set(BARE.map((name) => name.charCodeAt(0)));
const SEMICOLON = 59;
const ANGLES = /[<>]/;
const NAME_LENGTH_MAX = 16;
/** Leading zeros are unlimited in HTML; past this many digits the rest is skipped, not parsed. */
const DIGITS_MAX = 8;

/** Decodes HTML character references once, with or without the closing semicolon (HTML §13.2.5.72). */
export function decodeEntities(text: string): string {
  return decode(text, false);
}

/** The same for a text that is markup already: there an encoded angle bracket is a character, and stays one wherever the text is shown. */
export function decodeEntitiesInMarkup(text: string): string {
  return decode(text, true);
}

function decode(text: string, keepsAngles: boolean): string {
  if (!text.includes('&')) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    const reference = text[at + 1] === '#' ? readNumeric(text, at + 2) : readNamed(text, at + 1);
    if (reference === undefined || (keepsAngles && ANGLES.test(reference.value))) continue;
    out += text.slice(from, at) + reference.value;
    from = reference.end;
    at = from - 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

function readNumeric(text: string, start: number): { value: string; end: number } | undefined {
  const isHex = (text.charCodeAt(start) | 32) === 120;
  let at = isHex ? start + 1 : start;
  const first = at;
  while (text[at] === '0') at++;
  let point = 0;
  for (let digits = 0; digits < DIGITS_MAX; digits++, at++) {
    const digit = parseInt(text.charAt(at), isHex ? 16 : 10);
    if (Number.isNaN(digit)) break;
    point = point * (isHex ? 16 : 10) + digit;
  }
  if (at === first) return undefined;
  const value = point === 0 || point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point);
  return { value, end: text[at] === ';' ? at + 1 : at };
}

function readNamed(text: string, start: number): { value: string; end: number } | undefined {
  if (!isLetter(text.charCodeAt(start))) return undefined;
  let at = start + 1;
  while (at - start <= NAME_LENGTH_MAX && isLetter(text.charCodeAt(at))) at++;
  const isClosed = text.charCodeAt(at) === SEMICOLON;
  // Parameters of an address look like this: only four names begin a reference that nothing closes.
  if (!isClosed && !BARE_FIRST.has(text.charCodeAt(start) | 32)) return undefined;
  const name = text.slice(start, at).toLowerCase();
  if (!isClosed) return readBare(text, start, name);
  const value = NAMED.get(name);
  return value === undefined ? undefined : { value, end: at + 1 };
}

/** A query such as `?a=1&lt=2` keeps its names: what an equals sign follows is none of these (HTML §13.2.5.73). */
function readBare(text: string, start: number, name: string): { value: string; end: number } | undefined {
  const bare = BARE.find((known) => name.startsWith(known));
  if (bare === undefined) return undefined;
  const isAngle = bare.length === 2;
  const end = start + bare.length;
  if (text[start + name.length] === '=' || (!isAngle && name.length > bare.length)) return undefined;
  return { value: NAMED.get(bare) ?? '', end };
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}
