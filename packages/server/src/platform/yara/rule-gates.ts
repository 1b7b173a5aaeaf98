import { SMALL_FILES } from './rule-file.ts';
import type { RuleFault, RuleSource } from './rule-file.ts';
import { readRuleTexts } from './rule-text.ts';
import type { MetaEntry, RuleText } from './rule-text.ts';

/** What a large file cannot do without if a rule is to match it, so that one with none of it is not scanned at all. */
export interface RuleGates {
  /**
   * Words of which one must stand in a large file that begins like this before a rule can match it; letters of ASCII count in
   * either case, and each char is an octet. Null = the rules have to see it whole; empty = no rule is about such a file.
   * The same array for the same set of rules.
   */
  wordsFor(head: Uint8Array): readonly string[] | null;
  /** What is said wrongly in `begins` or `needs`. What is wrong in another way is for the compiler to tell. */
  readonly faults: readonly RuleFault[];
}

/** `head`: the first octets of the file, this many. */
export const HEAD_BYTES = 16;
/** Those of the finder that looks for them (`packages/inspect/src/words`). */
const WORD_BYTES_MIN = 3;
const WORD_BYTES_MAX = 64;
const WORDS_MAX = 64;
const BEGINS_MAX = 64;
/** Between alternatives. A space at an end of a word is written `\x20`. */
const OR = / +\| +/u;
const BEGINNING = /^(?:[0-9a-fA-F?]{2})+$/u;
const PRINTABLE = /^[\x20-\x7e]*$/u;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0nrt"\\]))/gu;
const ESCAPED = new Map([
  ['0', '\0'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
]);

/** Each nibble as `0` to `f`, or `?`. */
type Beginning = string;

interface Gate {
  /** Null = of files that begin in any way. */
  readonly begins: readonly Beginning[] | null;
  /** Null = not told by words. */
  readonly needs: readonly string[] | null;
}

interface ReadSource {
  readonly gates: readonly Gate[];
  readonly faults: readonly RuleFault[];
}

/** @example readGates(sources).wordsFor(file.subarray(0, HEAD_BYTES)); */
export function readGates(sources: readonly RuleSource[]): RuleGates {
  const read = sources.map((source) => ({ isSmall: source.name.endsWith(SMALL_FILES), said: readSource(source) }));
  // What is not understood, or is refused, is asked about everything.
  const gates = read.flatMap(({ isSmall, said }) =>
    isSmall ? [] : said === null || said.faults.length > 0 ? [{ begins: null, needs: null }] : said.gates,
  );
  const known = new Map<string, readonly string[] | null>();
  return {
    faults: read.flatMap(({ said }) => said?.faults ?? []),
    wordsFor: (head) => {
      const nibbles = Buffer.from(head.subarray(0, HEAD_BYTES)).toString('hex');
      const about = gates.map((gate, at) => (mayBegin(gate, nibbles) ? at : -1)).filter((at) => at >= 0);
      const key = about.join(' ');
      const words = known.get(key);
      if (words !== undefined) return words;
      const found = wordsOf(about.flatMap((at) => gates[at] ?? []));
      known.set(key, found);
      return found;
    },
  };
}

function wordsOf(gates: readonly Gate[]): readonly string[] | null {
  if (gates.some(({ needs }) => needs === null)) return null;
  const words = [...new Set(gates.flatMap(({ needs }) => needs ?? []))];
  return words.length > WORDS_MAX ? null : words;
}

/** A file that is shorter than a beginning may be asked about: the rule says no by itself. */
const mayBegin = ({ begins }: Gate, head: string): boolean =>
  begins === null ||
  begins.some((begin) => Array.from(begin).every((nibble, at) => nibble === '?' || at >= head.length || nibble === head[at]));

function readSource({ name, text }: RuleSource): ReadSource | null {
  const rules = readRuleTexts(text);
  if (rules === null) return null;
  const faults: RuleFault[] = [];
  const gates = rules.map((rule) => {
    const tell = (line: number, detail: string): null => {
      faults.push({ file: name, line, column: null, detail: `rule ${rule.name}: ${detail}` });
      return null;
    };
    return { begins: valuesOf(rule, 'begins', toBegins, tell), needs: valuesOf(rule, 'needs', toWords, tell) };
  });
  return { gates, faults };
}

type Tell = (line: number, detail: string) => null;

// oxlint-disable-next-line max-params -- one private caller
function valuesOf(
  { meta }: RuleText,
  key: string,
  read: (values: readonly string[]) => readonly string[] | string,
  tell: Tell,
): readonly string[] | null {
  const [entry, other] = meta.filter((each) => each.key === key);
  if (entry === undefined) return null;
  if (other !== undefined) return tell(other.line, `${key} stands twice`);
  const found = entry.text === null ? `${key} is not a text` : read(alternativesOf(entry));
  return typeof found === 'string' ? tell(entry.line, found) : found;
}

const alternativesOf = ({ text }: MetaEntry): readonly string[] => (text ?? '').trim().split(OR);

function toBegins(values: readonly string[]): readonly Beginning[] | string {
  if (values.length > BEGINS_MAX) return `begins has more than ${BEGINS_MAX} alternatives`;
  const bad = values.find((value) => !BEGINNING.test(value) || value.length > HEAD_BYTES * 2);
  if (bad !== undefined) return `"${bad.slice(0, 40)}" in begins is not 1 to ${HEAD_BYTES} octets in hex digits (? = any)`;
  return values.map((value) => value.toLowerCase());
}

function toWords(values: readonly string[]): readonly string[] | string {
  if (values.length > WORDS_MAX) return `needs has more than ${WORDS_MAX} words`;
  // In a file such a letter may be one octet or two, and nobody could say which is meant.
  if (values.some((value) => !PRINTABLE.test(value)))
    return String.raw`needs holds a letter outside of ASCII: write its octets as \xHH`;
  const words = values.map(decode);
  const bad = words.findIndex((word) => word.length < WORD_BYTES_MIN || word.length > WORD_BYTES_MAX);
  if (bad !== -1) return `"${(values[bad] ?? '').slice(0, 40)}" in needs is not of ${WORD_BYTES_MIN} to ${WORD_BYTES_MAX} octets`;
  return words;
}

const decode = (value: string): string =>
  value.replaceAll(ESCAPE, (_, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? (ESCAPED.get(letter ?? '') ?? '') : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
