import { LEARN_LIMITS } from './limits.ts';
import { GROUP, KIND, KINDS_ALL, measure } from './measure.ts';

/** Characters met in more than one value, and those met in one value only: how often something new is still to be expected. */
export interface Seen {
  once: number;
  often: number;
}

/** What is known of one parameter of one route. Counts and forms, no values but those that many requests shared. */
export interface Profile {
  /** Requests that had it, and those that had it more than once. */
  requests: number;
  repeated: number;
  /** Values that were not empty, and those that were. */
  values: number;
  empties: number;
  /** Kinds that every value was of. */
  kinds: number;
  groups: Seen;
  punctuation: Seen;
  lengthMin: number;
  lengthMax: number;
  /** Range of the values that are numbers; null when there were none. */
  range: readonly [min: number, max: number] | null;
  /** Outline -> count; null = too many different ones. */
  outlines: Map<string, number> | null;
  /** Value -> count; null = too many different ones, or one that is no word. */
  words: Map<string, number> | null;
  /** Words that this process has told already: they are shared, and each further one counts. */
  told: ReadonlySet<string>;
  /** The process has told of this parameter before. */
  isTold: boolean;
  /** Its name was met once only, in all of the application. */
  isNovel: boolean;
}

/** Fields that hold what only one person knows. Their values are not looked at but for length and groups of characters. */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  return SECRET_NAMES.some((part) => lower.includes(part)) || lower === 'pass' || lower === 'pin' || lower === 'otp';
}
const SECRET_NAMES = ['passw', 'pwd', 'passphrase', 'passcode', 'secret', 'kennwort', 'contrasena', 'motdepasse'] as const;

const NOTHING_TOLD: ReadonlySet<string> = new Set();

/** A parameter that nothing is known of; of a secret one neither values nor outlines will be kept. */
export function newProfile(name = ''): Profile {
  const isSecret = isSecretName(name);
  return {
    requests: 0,
    repeated: 0,
    values: 0,
    empties: 0,
    kinds: KINDS_ALL,
    groups: { once: 0, often: 0 },
    punctuation: { once: 0, often: 0 },
    lengthMin: Number.MAX_SAFE_INTEGER,
    lengthMax: 0,
    range: null,
    outlines: isSecret ? null : new Map(),
    words: isSecret ? null : new Map(),
    told: NOTHING_TOLD,
    isTold: false,
    isNovel: false,
  };
}

/** JSON `null` says what an empty form field says. */
const isEmptyValue = (value: string): boolean => value === '' || value === 'null';

export function observeValue(profile: Profile, value: string): void {
  if (isEmptyValue(value)) {
    profile.empties++;
    return;
  }
  const { kinds, groups, punctuation, length, outline } = measure(value);
  profile.values++;
  profile.kinds &= kinds;
  note(profile.groups, groups);
  note(profile.punctuation, punctuation);
  profile.lengthMin = Math.min(profile.lengthMin, length);
  profile.lengthMax = Math.max(profile.lengthMax, length);
  if ((kinds & KIND.number) !== 0) profile.range = widen(profile.range, Number(value));
  profile.outlines = outline === null ? null : count(profile.outlines, { key: outline, by: 1, max: LEARN_LIMITS.outlinesMax });
  const word = isWord(value, groups, punctuation) ? value : null;
  profile.words = word === null ? null : count(profile.words, { key: word, by: 1, max: LEARN_LIMITS.valuesMax });
}

function note(seen: Seen, mask: number): void {
  seen.often = (seen.often | (seen.once & mask)) >>> 0;
  seen.once = ((seen.once | mask) & ~seen.often) >>> 0;
}

function widen(range: Profile['range'], value: number): readonly [number, number] {
  return range === null ? [value, value] : [Math.min(range[0], value), Math.max(range[1], value)];
}

interface Counting {
  key: string;
  by: number;
  max: number;
}

function count(counts: Map<string, number> | null, { key, by, max }: Counting): Map<string, number> | null {
  if (counts === null) return null;
  const known = counts.get(key);
  if (known === undefined && counts.size >= max) return null;
  counts.set(key, (known ?? 0) + by);
  return counts;
}

/** Bits of `-`, `.` and `_`. */
const WORD_PUNCTUATION = ((1 << 12) | (1 << 13) | (1 << 26)) >>> 0;
const WORD_GROUPS = GROUP.lower | GROUP.upper | GROUP.digit | GROUP.letter | GROUP.mark;

/** Only what looks like the name of a choice is remembered as itself. */
function isWord(value: string, groups: number, punctuation: number): boolean {
  return value.length <= LEARN_LIMITS.valueCharsMax && (groups & ~WORD_GROUPS) === 0 && (punctuation & ~WORD_PUNCTUATION) === 0;
}

/** The words that may leave this process: those that enough requests shared. */
export function sharedWords({ words, told }: Profile): [string, number][] | null {
  if (words === null) return null;
  return [...words].filter(([word, count]) => count >= LEARN_LIMITS.valueCountMin || told.has(word));
}

/** What is left of a profile when it has been told: nothing but the words that may not be told yet. */
export function afterTelling(profile: Profile): Profile {
  const { words, outlines, told } = profile;
  const shared = new Set(sharedWords(profile)?.map(([word]) => word));
  return {
    ...newProfile(),
    outlines: outlines === null ? null : new Map(),
    words: words === null ? null : new Map([...words].filter(([word]) => !shared.has(word))),
    told: shared.size === 0 ? told : new Set([...told, ...shared]),
    isTold: true,
  };
}

/** Adds `from` to `into`. The order in which parts are added changes nothing but what is dropped at a limit. */
export function mergeProfiles(into: Profile, from: Profile): void {
  into.requests += from.requests;
  into.repeated += from.repeated;
  into.values += from.values;
  into.empties += from.empties;
  into.kinds &= from.kinds;
  mergeSeen(into.groups, from.groups);
  mergeSeen(into.punctuation, from.punctuation);
  into.lengthMin = Math.min(into.lengthMin, from.lengthMin);
  into.lengthMax = Math.max(into.lengthMax, from.lengthMax);
  for (const edge of from.range ?? []) into.range = widen(into.range, edge);
  into.outlines = mergeCounts(into.outlines, from.outlines, LEARN_LIMITS.outlinesMax);
  into.words = mergeCounts(into.words, from.words, LEARN_LIMITS.valuesMax);
}

function mergeSeen(into: Seen, from: Seen): void {
  note(into, from.once);
  into.often = (into.often | from.often) >>> 0;
  into.once = (into.once & ~into.often) >>> 0;
}

function mergeCounts(
  into: Map<string, number> | null,
  from: Map<string, number> | null,
  max: number,
): Map<string, number> | null {
  let merged = from === null ? null : into;
  for (const [key, by] of from ?? []) merged = count(merged, { key, by, max });
  return merged;
}
