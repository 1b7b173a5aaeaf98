import { CLIMBED_NAMES, initialOf, SENSITIVE_NAMES, SEQUENCES } from './files.ts';

/** Runs of characters that can only be names; everything else between them counts as a separator, however it is encoded. */
const NAME_RUN = /[\w.-]+/g;
const NAMES_MAX = 512;
/** Longer ones are no name of a file anyone knows. */
const NAME_LENGTH_MAX = 64;
/** Encodings of a slash that no decoder here undoes, because only one lax decoder somewhere does. */
const ENCODED_SEPARATOR = /0x2[ef]|0x5c|%(?:25)?(?:2f|5c|c0%af|c1%9c|[0-9a-z]{2})/gi;
const SEPARATOR_LENGTH_MAX = 16;
/** What `/proc` holds about a process, by number (proc(5)). */
const PROCESS_FILES = new Set('environ cmdline maps fd root cwd exe status stat mem net task auxv mounts cgroup'.split(' '));

/** A sensitive file found in a value. */
export interface SensitiveFile {
  name: string;
  start: number;
  end: number;
  /** True for words that mean a file only where a path leads out of its folder. */
  isWeak: boolean;
}

interface Name {
  text: string;
  start: number;
}

/** Lower case, with every encoded separator as slashes; offsets stay those of the text. */
export function foldSeparators(text: string): string {
  return lowerCase(text).replaceAll(ENCODED_SEPARATOR, (match) => '/'.repeat(match.length));
}

/** A few capitals grow when they are lowered (Unicode SpecialCasing): such a text keeps its case, and its offsets. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** First sensitive file named in the value, reading any noise between the names as a separator. */
export function findSensitiveFile(text: string): SensitiveFile | undefined {
  const folded = foldSeparators(text);
  const names: Name[] = [];
  for (const match of folded.matchAll(NAME_RUN)) {
    if (names.length >= NAMES_MAX) break;
    // Dots alone are a way, not a name: `/etc/./passwd` is `/etc/passwd`.
    if (!/^\.+$/.test(match[0])) names.push({ text: match[0], start: match.index });
  }
  let weak: SensitiveFile | undefined;
  for (const [index, name] of names.entries()) {
    const trimmed = name.text.replace(/^\.{2,}/, '');
    if (SENSITIVE_NAMES.has(trimmed)) return found(trimmed, [name, name]);
    for (const sequence of sequencesFrom(trimmed, names[index + 1])) {
      const last = names[index + sequence.length - 1];
      if (last !== undefined && matches(names, { index, sequence }, folded)) return found(sequence.join('/'), [name, last]);
    }
    if (CLIMBED_NAMES.has(trimmed)) weak = { ...found(trimmed, [name, name]), isWeak: true };
  }
  return weak;
}

function found(name: string, [first, last]: readonly [Name, Name]): SensitiveFile {
  return { name, start: first.start, end: last.start + last.text.length, isWeak: false };
}

const NONE: readonly (readonly string[])[] = [];

function sequencesFrom(name: string, next: Name | undefined): readonly (readonly string[])[] {
  if (next === undefined || name.length > NAME_LENGTH_MAX) return NONE;
  return SEQUENCES.get(name.replaceAll('.', ''))?.get(initialOf(next.text)) ?? NONE;
}

function matches(names: readonly Name[], candidate: { index: number; sequence: readonly string[] }, text: string): boolean {
  for (let offset = 1; offset < candidate.sequence.length; offset++) {
    const name = names[candidate.index + offset];
    const previous = names[candidate.index + offset - 1];
    if (name === undefined || previous === undefined || !isNamed(name.text, candidate.sequence[offset] ?? '')) return false;
    if (!isSeparator(text.slice(previous.start + previous.text.length, name.start))) return false;
  }
  return true;
}

/** The name itself, or a copy of it with another ending; a hidden name only with its dot. */
function isNamed(text: string, wanted: string): boolean {
  if (text.length > NAME_LENGTH_MAX) return false;
  const bare = text.replace(/\.+$/, '').replace(wanted.startsWith('.') ? /^\.+(?=\.)/ : /^\.+/, '');
  return bare === wanted || bare === `${wanted}-` || bare.startsWith(`${wanted}.`);
}

/** A blank or a comma joins words of a sentence; anything else without letters may be a disguised slash. */
function isSeparator(between: string): boolean {
  return between.length > 0 && between.length <= SEPARATOR_LENGTH_MAX && !/^[\s,;:!'"()]+$/.test(between);
}

/** `/proc/17/environ`, and hidden files in a home, whatever they are called. */
export function findPersonalFile(text: string): readonly [start: number, end: number] | undefined {
  const path = text.replaceAll('\\', '/');
  const process = /\/proc\/{1,4}\d{1,7}\/{1,4}([a-z]{2,10})/.exec(path);
  if (process !== null && PROCESS_FILES.has(process[1] ?? '')) return [process.index, process.index + process[0].length];
  const home = /^(?:[a-z]:)?\/(?:home\/[\w.-]{1,64}|users\/[\w.-]{1,64}|root)\/\.[a-z][\w-]/i.exec(path);
  return home === null ? undefined : [0, home[0].length];
}
