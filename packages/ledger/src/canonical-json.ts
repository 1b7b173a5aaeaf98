import { entryBytesMax } from './hash.ts';
import { LedgerError } from './errors.ts';

/** What a ledger event may be made of: RFC 8785 without fractions, so no two writers can disagree on a number's spelling. */
export type CanonicalJson =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalJson[]
  | { readonly [key: string]: CanonicalJson };

const depthMax = 32;

interface Survey {
  /** A lower bound of the output size: stops a huge value long before it is written. */
  bytesAtLeast: number;
  bytesMax: number;
  isSorted: boolean;
  /** JavaScript moves keys like "10" to the front of an object, whatever the order of insertion. */
  hasDigitKeys: boolean;
}

/**
 * Writes a value as RFC 8785 canonical JSON (sorted keys, no whitespace) in UTF-8.
 * Refuses everything the event format excludes: fractions, NaN, integers beyond 2^53 - 1, lone surrogates, `__proto__`,
 * `undefined`, class instances, depth over 32, more than `bytesMax` (32 KiB) bytes.
 *
 * @example
 * const entry = writeCanonical({ type: 'session.opened', seq: 7 }); // {"seq":7,"type":"session.opened"}
 */
export function writeCanonical(value: unknown, bytesMax: number = entryBytesMax): Uint8Array {
  const survey: Survey = { bytesAtLeast: 0, bytesMax, isSorted: true, hasDigitKeys: false };
  surveyValue(value, 0, survey);
  const bytes = Buffer.from(writeSurveyed(value, survey), 'utf8');
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}

/**
 * Reads canonical JSON strictly: the bytes must be exactly what `writeCanonical` would produce, which rules out duplicate keys,
 * whitespace, unsorted keys, alternative escapes and alternative number spellings in one comparison.
 *
 * @example
 * const event = parseCanonical(Buffer.from('{"a":1}'));
 */
export function parseCanonical(bytes: Uint8Array, bytesMax: number = entryBytesMax): CanonicalJson {
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  let value: CanonicalJson;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // The writer below refuses whatever JSON.parse returns beyond this type.
    value = JSON.parse(text) as CanonicalJson;
  } catch {
    throw new LedgerError('json-not-canonical', 'not UTF-8 JSON');
  }
  if (Buffer.compare(writeCanonical(value, bytesMax), bytes) !== 0) {
    throw new LedgerError('json-not-canonical', 'not in RFC 8785 canonical form');
  }
  return value;
}

/**
 * RFC 8785 §3.2.2.2 defines string output as ECMAScript's own, so once every key is in order the native writer produces the
 * canonical bytes, several times faster than joining strings here.
 */
function writeSurveyed(value: unknown, survey: Survey): string {
  if (survey.isSorted) return JSON.stringify(value);
  return survey.hasDigitKeys ? joinSorted(value) : JSON.stringify(sortedCopy(value));
}

function surveyValue(value: unknown, depth: number, survey: Survey): void {
  switch (typeof value) {
    case 'string':
      surveyString(value, survey);
      break;
    case 'number':
      if (!Number.isSafeInteger(value)) throw unsupported('a number that is not an integer within 2^53');
      spend(1, survey);
      break;
    case 'boolean':
      spend(4, survey);
      break;
    case 'object':
      spend(2, survey);
      if (value !== null) surveyContainer(value, depth + 1, survey);
      break;
    case 'bigint':
    case 'symbol':
    case 'undefined':
    case 'function':
      throw unsupported(`a value of type ${typeof value}`);
  }
}

function surveyString(value: string, survey: Survey): void {
  spend(value.length + 2, survey);
  // RFC 8785 §3.2.2.2: a lone surrogate has no UTF-8 form and must be an error.
  if (!value.isWellFormed()) throw unsupported('a string with a lone surrogate');
}

function spend(bytes: number, survey: Survey): void {
  survey.bytesAtLeast += bytes;
  if (survey.bytesAtLeast > survey.bytesMax) throw tooLarge(survey.bytesMax);
}

function surveyContainer(value: object, depth: number, survey: Survey): void {
  if (depth > depthMax) throw new LedgerError('json-too-deep', `nested deeper than ${depthMax}`);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) surveyValue(item, depth, survey);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsupported('a class instance');
  let previous = '';
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw unsupported('the key __proto__');
    // RFC 8785 §3.2.3 orders by UTF-16 code units, which is what `<` on strings compares.
    if (key < previous) survey.isSorted = false;
    previous = key;
    if (key >= '0' && key < ':') survey.hasDigitKeys = true;
    surveyString(key, survey);
    // The key comes from Object.keys of this very object and __proto__ is refused above.
    surveyValue((value as Record<string, unknown>)[key], depth, survey);
  }
}

// Both writers below see only values that passed the survey: plain, own, bounded in depth, without __proto__.

function sortedCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedCopy);
  const record = value as Record<string, unknown>; // plain object, see above
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record).sort()) copy[key] = sortedCopy(record[key]);
  return copy;
}

function joinSorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(joinSorted).join(',')}]`;
  const record = value as Record<string, unknown>; // plain object, see above
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${joinSorted(record[key])}`);
  return `{${members.join(',')}}`;
}

function unsupported(what: string): LedgerError {
  return new LedgerError('json-unsupported', `the event format does not allow ${what}`);
}

function tooLarge(bytesMax: number): LedgerError {
  return new LedgerError('json-too-large', `more than ${bytesMax} bytes`);
}
