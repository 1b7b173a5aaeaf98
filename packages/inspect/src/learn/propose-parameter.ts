import type { FieldContext } from '../types.ts';
import { LEARN_LIMITS } from './limits.ts';
import { GROUP, KIND, PUNCTUATION } from './measure.ts';
import { classCharacter } from './pattern.ts';
import { isSecretName, type Profile } from './profile.ts';

/** The part of JSON Schema (2020-12) that a learned value needs. */
export interface ValueSchema {
  type: 'string' | 'integer' | 'number' | 'boolean';
  format?: 'uuid' | 'date' | 'date-time' | 'email' | 'uri';
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** It holds at least one letter or digit. */
  'x-holdfast-word'?: true;
  'x-holdfast-context'?: FieldContext;
}

/** Observations before anything is said of a value, and before its characters are. */
const TYPE_VALUES_MIN = 20;
const CLASS_VALUES_MIN = 50;
/** A closed set of words has been met this often, and each of them. */
const ENUM_VALUES_MIN = 100;
const WORD_VALUES_MIN = 200;
const ENUM_WORDS_MAX = 8;
/** One word only may be the choice of one visitor: it is closed only when met so often. */
const SINGLE_WORD_VALUES_MIN = 1_000;
const OUTLINE_COUNT_MIN = 3;
/** Share of values in which something new is still to be expected (Good and Turing), from which it is not ruled out. */
const NOVELTY_MAX = 0.001;
/** More different punctuation than this is text or a password: anything may come next. */
const LINE_PUNCTUATION_MAX = 6;
const TEXT_ROOM = 64;
const SECRET_LENGTH_MIN = 512;

/**
 * One of two profiles of a parameter: that of the route when it says enough by itself, else that of its name in all routes,
 * which holds the first and so lets in no less.
 */
export function tellingProfile(own: Profile, everywhere: Profile | undefined): Profile {
  return own.values >= ENUM_VALUES_MIN || everywhere === undefined ? own : everywhere;
}

/** What is said of a value: as much as was seen often enough, with room for what was not seen yet. */
export function proposeValue(profile: Profile, name: string): ValueSchema {
  const schema = valueSchema(profile, name);
  const context = contextOf(profile, schema, name);
  if (!isSecretName(name) && needsWord(profile, schema, context)) schema['x-holdfast-word'] = true;
  if (context !== null) schema['x-holdfast-context'] = context;
  return schema;
}

/** Names, places and passwords hold a letter or a digit; what people write freely may be a row of marks or a face. */
function needsWord(
  { groups, values }: Profile,
  { type, format, enum: choices }: ValueSchema,
  context: FieldContext | null,
): boolean {
  const isPlain = type === 'string' && format === undefined && choices === undefined;
  const isFree = context === 'free-text' || context === 'html' || context === 'search';
  return isPlain && !isFree && values >= WORD_VALUES_MIN && ((groups.once | groups.often) & GROUP.bare) === 0;
}

function valueSchema(profile: Profile, name: string): ValueSchema {
  const { values, empties, lengthMax } = profile;
  if (values < TYPE_VALUES_MIN) return { type: 'string' };
  // Good ones are unlike all others: nothing but a length is said of them, with much room.
  if (isSecretName(name)) return { type: 'string', maxLength: Math.max(SECRET_LENGTH_MIN, lengthMax * 2) };
  const schema = typedSchema(profile) ?? closedSchema(profile) ?? outlinedSchema(profile) ?? classSchema(profile);
  if (schema.enum !== undefined) return schema;
  // A field that is never empty in that many requests is refused empty.
  return empties === 0 && values >= CLASS_VALUES_MIN ? { ...schema, minLength: 1 } : schema;
}

function typedSchema({ kinds, range, lengthMax }: Profile): ValueSchema | null {
  if ((kinds & KIND.uuid) !== 0) return { type: 'string', format: 'uuid' };
  if ((kinds & KIND.date) !== 0) return { type: 'string', format: 'date' };
  if ((kinds & KIND.dateTime) !== 0) return { type: 'string', format: 'date-time' };
  if ((kinds & KIND.boolean) !== 0) return { type: 'boolean' };
  if ((kinds & (KIND.integer | KIND.number)) !== 0 && range !== null) {
    return { type: (kinds & KIND.integer) === 0 ? 'number' : 'integer', ...roomyRange(range) };
  }
  if ((kinds & KIND.email) !== 0) return { type: 'string', format: 'email', maxLength: 254 };
  if ((kinds & KIND.url) !== 0) return { type: 'string', format: 'uri', maxLength: Math.max(2_048, lengthMax * 2) };
  return null;
}

/** One digit more than was seen. What never was negative stays so: a quantity of minus one is a classic (CWE-20). */
function roomyRange([min, max]: readonly [number, number]): { minimum: number; maximum: number } {
  const room = (value: number): number => 10 ** (Math.ceil(Math.log10(Math.max(10, Math.abs(value) + 1))) + 1);
  return { minimum: min < 0 ? -room(min) : 0, maximum: max < 0 ? 0 : room(max) };
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

/** Words of choice, such as the buttons of a form. Numbers are never one: the next product has the next number. */
function closedSchema({ words, values, kinds, empties }: Profile): ValueSchema | null {
  if (words === null || values < ENUM_VALUES_MIN || (kinds & KIND.number) !== 0) return null;
  const known = [...words].filter(([, count]) => count >= LEARN_LIMITS.valueCountMin);
  const others = values - sum(known.map(([, count]) => count));
  const isTooFew = known.length === 0 || (known.length === 1 && values < SINGLE_WORD_VALUES_MIN);
  if (isTooFew || known.length > ENUM_WORDS_MAX || others > values * NOVELTY_MAX) return null;
  const choices = known.map(([word]) => word).toSorted();
  return { type: 'string', enum: empties > 0 ? ['', ...choices] : choices };
}

/** Digits in a fixed form: postcodes, cards, plates, phones. People write the letters in either case. */
function outlinedSchema({ outlines, values }: Profile): ValueSchema | null {
  if (outlines === null || values < CLASS_VALUES_MIN || outlines.size === 0) return null;
  const forms = [...outlines];
  if (sum(forms.map(([, count]) => count)) < values || forms.some(([, count]) => count < OUTLINE_COUNT_MIN)) return null;
  if (forms.some(([form]) => !form.includes('D'))) return null;
  const alternatives = forms.map(([form]) => `^${outlinePattern(form)}$`).toSorted();
  return { type: 'string', pattern: alternatives.join('|') };
}

function outlinePattern(outline: string): string {
  let pattern = '';
  for (let i = 0; i < outline.length;) {
    const kind = outline.charAt(i++);
    if (kind !== 'D' && kind !== 'L') {
      pattern += `[${classCharacter(kind)}]`;
      continue;
    }
    const [length = '1'] = /^\d{1,4}/u.exec(outline.slice(i, i + 4)) ?? [];
    i += length.length;
    pattern += `[${kind === 'D' ? '0-9' : 'A-Za-z'}]{${length}}`;
  }
  return pattern;
}

const bit = (character: string): number => (1 << PUNCTUATION.indexOf(character)) >>> 0;
const TOKEN_PUNCTUATION = (bit('-') | bit('_') | bit('.')) >>> 0;
/** What stands in the names of people and places: O'Neil, Anne-Marie, St. Ives, Palma (Illes). */
const NAME_PUNCTUATION = (bit("'") | bit('-') | bit('.') | bit(',') | bit('(') | bit(')')) >>> 0;
/** What stands in a line that people write by hand, such as an address. Marks of programs are not among it. */
const LINE_PUNCTUATION = Array.from(`'-.,()/&#:;"!?+*%@`).reduce((mask, character) => (mask | bit(character)) >>> 0, 0);
const LINE_LENGTH_MAX = 80;
const FOREIGN = GROUP.letter | GROUP.mark;

/** Characters a value is made of, widened to the next class that people would name. */
function classSchema(profile: Profile): ValueSchema {
  const { groups, punctuation, values, lengthMax } = profile;
  const maxLength = lengthMax * 2 + TEXT_ROOM;
  const seenGroups = groups.once | groups.often;
  const seenMarks = (punctuation.once | punctuation.often) >>> 0;
  const isLine = (seenGroups & (GROUP.symbol | GROUP.line | GROUP.control)) === 0;
  const isSettled = bitCount(punctuation.once) <= values * NOVELTY_MAX && bitCount(seenMarks) <= LINE_PUNCTUATION_MAX;
  const isWide = values >= WORD_VALUES_MIN && lengthMax <= LINE_LENGTH_MAX && (seenMarks & ~LINE_PUNCTUATION) === 0;
  if (values < CLASS_VALUES_MIN || !isLine || !(isSettled || isWide)) return { type: 'string', maxLength };
  const isToken = (seenGroups & (GROUP.space | FOREIGN)) === 0 && (seenMarks & ~TOKEN_PUNCTUATION) === 0;
  // A word of twenty letters says little about digits; a login or a code may hold both.
  if (isToken) return { type: 'string', pattern: `^[A-Za-z0-9\\-\\._]{0,${maxLength}}$` };
  const digits = (seenGroups & GROUP.digit) === 0 ? '' : '0-9';
  const marks = (seenMarks | (isSettled ? NAME_PUNCTUATION : LINE_PUNCTUATION)) >>> 0;
  const listed = PUNCTUATION.split('')
    .filter((character) => (marks & bit(character)) !== 0)
    .map(classCharacter);
  return { type: 'string', pattern: `^[\\p{L}\\p{M}${digits} ’${listed.join('')}]{0,${maxLength}}$` };
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

/** Names under which search boxes are sent all over the web. */
const SEARCH_NAMES: ReadonlySet<string> = new Set(['q', 'query', 'search', 's', 'term', 'keyword', 'keywords']);
const HTML_PUNCTUATION = (bit('<') | bit('>') | bit('/')) >>> 0;
const FREE_TEXT_LENGTH_MIN = 80;

/** What the field is for; inspection moves its thresholds by it. */
function contextOf(profile: Profile, schema: ValueSchema, name: string): FieldContext | null {
  if (profile.values < TYPE_VALUES_MIN || schema.format === 'email') return null;
  if (schema.format === 'uri') return 'url';
  if (schema.type !== 'string' || schema.format !== undefined || schema.enum !== undefined) return 'identifier';
  return textContext(profile, schema, name);
}

function textContext(
  { punctuation, values, lengthMax, groups }: Profile,
  schema: ValueSchema,
  name: string,
): FieldContext | null {
  if (schema.pattern !== undefined && !schema.pattern.includes(' ')) return 'identifier';
  const isTold = values >= CLASS_VALUES_MIN;
  if (isTold && (punctuation.often & HTML_PUNCTUATION) >>> 0 === HTML_PUNCTUATION) return 'html';
  if (SEARCH_NAMES.has(name.toLowerCase())) return 'search';
  const isText = schema.pattern === undefined && lengthMax >= FREE_TEXT_LENGTH_MIN && (groups.often & GROUP.space) !== 0;
  return isTold && isText ? 'free-text' : null;
}
