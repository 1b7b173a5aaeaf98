import { latin1, type Reader } from '../bytes/reader.ts';

/** A name and what decides about it: with every octet written as `#xx` (ISO 32000-1 §7.3.5), and some of what follows. */
const REACH = 512;
const NAME_OCTETS_MAX = 192;
const SHORT_OCTETS = 20;
const NAME = /^[^\s\0()<>[\]{}/%]{1,192}/;
const VALUE = /^[\s\0]{0,16}(?:<<|\[|\d{1,10}[\s\0]{1,4}\d{1,5}[\s\0]{1,4}R)/;
/** A dictionary that goes on with a name, a comment or its end, or one that is referred to. */
const DICTIONARY = /^[\s\0]{0,16}(?:<<(?:[\s\0]{0,15}(?:[/%>]|$)|[\s\0]{16})|\d{1,10}[\s\0]{1,4}\d{1,5}[\s\0]{1,4}R)/;

/** Names that say enough wherever they stand: too long for pixels to hold them by chance. */
const ANYWHERE: ReadonlySet<string> = new Set([
  'JavaScript',
  'Launch',
  'RichMedia',
  'SubmitForm',
  'ImportData',
  'EmbeddedFile',
  'Encrypt',
]);
/** Short ones, where a value of the right kind follows; of the shortest only the one kind that it can be. */
const WITH_VALUE: ReadonlyMap<string, RegExp> = new Map([
  ['AA', DICTIONARY],
  ['EF', DICTIONARY],
  ['XFA', VALUE],
  ['GoToE', VALUE],
  ['RichMediaContent', VALUE],
]);

export interface PdfSigns {
  readonly names: Set<string>;
  /** What follows `/OpenAction`, cut. */
  openActions: string[];
}

const OPEN_ACTIONS_MAX = 8;

/** Collects the names of a PDF that matter, in [0, size) of octets that are in the clear. Strings and streams are not left out: whoever hides there finds no reader, and whoever seems to hide is seen. */
export function collectSigns(reader: Reader, signs: PdfSigns): void {
  reader.each(0, reader.size, (chunk, at) => {
    for (let i = chunk.indexOf(0x2f); i >= 0; i = chunk.indexOf(0x2f, i + 1)) {
      const first = chunk[i + 1] ?? reader.u8(at + i + 1);
      // Letters with which the names above begin, or an escape.
      if (!FIRST.has(first)) continue;
      judgeName(reader, { raw: rawName(reader, { chunk, inside: i + 1, at: at + i + 1 }), at: at + i + 1 }, signs);
    }
  });
}

const FIRST: ReadonlySet<number> = new Set(Array.from('#JLRSIEAXGO', (letter) => letter.charCodeAt(0)));

/** Most names are short: more is read only of those that are not, and at the end of a chunk. */
function rawName(reader: Reader, { chunk, inside, at }: { chunk: Uint8Array; inside: number; at: number }): string {
  const short = NAME.exec(latin1(chunk.subarray(inside, inside + SHORT_OCTETS)))?.[0] ?? '';
  const goesOn = short.length === SHORT_OCTETS || inside + short.length >= chunk.length;
  return goesOn ? (NAME.exec(reader.latin1(at, NAME_OCTETS_MAX))?.[0] ?? '') : short;
}

function judgeName(reader: Reader, { raw, at }: { raw: string; at: number }, { names, openActions }: PdfSigns): void {
  const name = plainName(raw);
  if (names.has(name)) return;
  if (ANYWHERE.has(name)) names.add(name);
  else if (WITH_VALUE.get(name)?.test(reader.latin1(at + raw.length, 64)) === true) names.add(name);
  else if (name === 'OpenAction' && openActions.length < OPEN_ACTIONS_MAX)
    openActions.push(reader.latin1(at + raw.length, REACH));
}

/** A name without its escapes. */
export function plainName(raw: string): string {
  return raw.includes('#')
    ? raw.replaceAll(/#([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    : raw;
}

/** Names of a dictionary, in order. */
export function namesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\/([^\s\0()<>[\]{}/%]{1,192})/g)].map(([, raw = '']) => plainName(raw)));
}
