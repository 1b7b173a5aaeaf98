/** Formats are read by hand or by expressions without repetition within repetition: each costs one pass (CWE-1333). */
type Test = (text: string) => boolean;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/u;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](\d{2}):(\d{2}))$/u;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/u;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/u;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:/u;
const ATOM = /^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]{1,64}$/u;
const ADDRESS_CHARS_MAX = 64;
const HOST_CHARS_MAX = 253;
const EMAIL_CHARS_MAX = 254;
const URI_CHARS_MAX = 8192;

/** RFC 3339 §5.7: the days that a month has. */
function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? [];
  if (year === '') return false;
  const days = new Date(Date.UTC(Number(year) || 2000, Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
}

/** RFC 3339 §5.6; 60 is a leap second. */
function isTime(text: string): boolean {
  const [whole, hour, minute, second, offsetHour = '0', offsetMinute = '0'] = TIME.exec(text) ?? [];
  if (whole === undefined) return false;
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60 && Number(offsetHour) < 24 && Number(offsetMinute) < 60;
}

function isDateTime(text: string): boolean {
  const between = text[10];
  return (between === 'T' || between === 't') && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

function isHostName(text: string): boolean {
  return text.length <= HOST_CHARS_MAX && text.split('.').every((label) => LABEL.test(label));
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > EMAIL_CHARS_MAX) return false;
  return (
    text
      .slice(0, at)
      .split('.')
      .every((atom) => ATOM.test(atom)) && isHostName(text.slice(at + 1))
  );
}

function isAddress4(text: string): boolean {
  const parts = text.split('.', 5);
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/u.test(part) && Number(part) < 256);
}

/** RFC 4291 §2.2. */
function isAddress6(text: string): boolean {
  if (text.length > ADDRESS_CHARS_MAX) return false;
  const halves = text.split('::', 3);
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const isMixed = last.includes('.');
  if (isMixed && !isAddress4(last)) return false;
  const words = isMixed ? groups.slice(0, -1) : groups;
  const count = words.length + (isMixed ? 2 : 0);
  return words.every((word) => /^[0-9a-fA-F]{1,4}$/u.test(word)) && (halves.length === 2 ? count < 8 : count === 8);
}

/** Signs that RFC 3986 §2 lets in nowhere. */
function hasOnlyUriSigns(text: string): boolean {
  return text.length <= URI_CHARS_MAX && !/[\s"<>\\^`{|}]/u.test(text);
}

const isInteger = (text: string): boolean => /^-?\d{1,19}$/u.test(text);

/** Formats that are checked; others say something to people only. */
export const FORMATS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['uuid', (text) => UUID.test(text)],
  ['date', isDate],
  ['time', isTime],
  ['date-time', isDateTime],
  ['email', isEmail],
  ['hostname', isHostName],
  ['ipv4', isAddress4],
  ['ipv6', isAddress6],
  ['uri', (text) => SCHEME.test(text) && hasOnlyUriSigns(text)],
  ['uri-reference', hasOnlyUriSigns],
  ['byte', (text) => BASE64.test(text)],
]);

/** Formats of numbers (OpenAPI 3.1 §4.4). */
export const NUMBER_FORMATS: ReadonlyMap<string, (value: number) => boolean> = new Map([
  ['int32', (value: number) => Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647],
  ['int64', (value: number) => Number.isInteger(value) && isInteger(value.toFixed(0))],
  ['float', Number.isFinite],
  ['double', Number.isFinite],
]);
