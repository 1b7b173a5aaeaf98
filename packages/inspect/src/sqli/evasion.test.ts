import { describe, expect, it } from 'vitest';
import { inspectRequest } from '../inspect.ts';

/** Attacks in the plainest spelling, one a shape; their disguises are made below. */
const ATTACKS = [
  "1' OR 7=7 -- x",
  "kim' AND 'b'='b",
  '9) OR (4=4',
  '5 OR 2>1 AND 3=3',
  "tea') OR ('a' LIKE 'a",
  '8 AND 5 BETWEEN 1 AND 9',
  "4' AND ASCII(SUBSTRING((SELECT pin FROM cards LIMIT 1),1,1))>64 -- x",
  '3 UNION ALL SELECT NULL,login,pin FROM members',
  "x' UNION SELECT 1,2,3 -- x",
  '0 UNION SELECT table_name FROM information_schema.tables',
  "2'; DROP TABLE visitors -- x",
  "2; UPDATE members SET role='admin' WHERE id=4",
  "6'; INSERT INTO members VALUES (1,'a','b') -- x",
  "7'; WAITFOR DELAY '0:0:5' -- x",
  "5' AND SLEEP(5) -- x",
  '5 AND 1=(SELECT 1 FROM PG_SLEEP(5))',
  "'||(SELECT PG_SLEEP(4))||'",
  '1 AND EXTRACTVALUE(1,CONCAT(0x7e,VERSION()))',
  "1' AND UPDATEXML(1,CONCAT(0x7e,(SELECT USER())),1) AND 'a'='a",
  '1 AND (SELECT COUNT(*) FROM members)>0',
  '(SELECT CASE WHEN (1=1) THEN 5 ELSE 1/0 END)',
  '1 AND 2=CAST((SELECT VERSION()) AS INT)',
  "1' ORDER BY 9 -- x",
  "1' HAVING 6=6 -- x",
  "1' INTO OUTFILE '/var/www/s.php' -- x",
  "1; EXEC master..xp_cmdshell 'whoami'",
  'SELECT pin FROM cards WHERE id=3',
  '1 RLIKE (SELECT SLEEP(5))',
  "1' OR EXISTS(SELECT 1 FROM members) -- x",
  "1' AND DBMS_PIPE.RECEIVE_MESSAGE('a',5)=1 -- x",
];

/** What honest people send: names, prose about SQL, filters, code. */
const HONEST = [
  "Siobhan O'Malley",
  "D'Arcy or O'Neil",
  'The union selected a new committee from its members',
  'Please select from the menu and order by noon',
  'How do I select rows where the total is higher than the average?',
  "It's 5 or 6 euros, isn't it?",
  'size>10 and price<20',
  "Name eq 'Milk' and Price gt 5",
  'status:open AND (tag:a OR tag:b)',
  'project = HOLD AND status != Done ORDER BY created',
  '"exact phrase" OR other',
  'Insert the coin, update the score, drop the table tennis bat',
  "rock 'n' roll or jazz",
  '3 or 4 people and a dog',
  'Use COUNT and SUM together, then group the results',
  'e-mail me at kim@example.com or call (020) 7946 0000',
  "the children's books, the dogs' food and the cat's toys",
  'SELECT is a keyword; UNION is another',
  'between 5 and 10 minutes, or so',
  'x = y or y = z',
  'waiting for a delay of 5 minutes',
  'having fun with case studies when it rains',
  '{"name":"O\'Brien","note":"a or b"}',
  'if (a == b || c == d) { return e; }',
];

interface Rewrite {
  name: string;
  apply: (text: string, random: () => number) => string;
}

/** `mulberry32`: a small generator with a seed, so that a failure can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  // An index below the length of a list that is never empty.
  return list[Math.floor(random() * list.length)]!;
}

function hex(character: string, digits: number): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(digits, '0');
}

/** Replaces the blanks outside quoted texts and before no closing comment. */
function replaceBlanks(text: string, blank: () => string): string {
  const end = text.endsWith(' -- x') ? text.length - 5 : text.length;
  return text.slice(0, end).replaceAll(' ', blank) + text.slice(end);
}

/** Rewrites of the SQL itself: another spelling of the same statement. */
const SPELLINGS: readonly Rewrite[] = [
  {
    name: 'case',
    apply: (text, random) => text.replaceAll(/[a-z]/gi, (c) => (random() < 0.5 ? c.toLowerCase() : c.toUpperCase())),
  },
  { name: 'comment for blank', apply: (text) => replaceBlanks(text, () => '/**/') },
  { name: 'filled comment', apply: (text) => replaceBlanks(text, () => '/*a b*/') },
  {
    name: 'other blanks',
    apply: (text, random) => replaceBlanks(text, () => pick(['\t', '\n', '\u000b', '\u000c', '\r', '\u00a0', '  '], random)),
  },
  { name: 'line comment', apply: (text) => replaceBlanks(text, () => '--\tq\n') },
  {
    name: 'versioned words',
    apply: (text) => text.replaceAll(/\b(?:UNION|SELECT|AND|OR|ORDER BY|HAVING)\b/g, (word) => `/*!50000${word}*/`),
  },
  {
    name: 'comment in words',
    apply: (text) => text.replaceAll(/\b(UN|SEL|INS|UPD|SL|DR)(ION|ECT|ERT|ATE|EEP|OP)\b/g, '$1/**/$2'),
  },
  { name: 'like for equals', apply: (text) => text.replaceAll(/(\d)=(\d)/g, '$1 LIKE $2') },
  { name: 'signs for words', apply: (text) => text.replaceAll(' AND ', ' && ').replaceAll(' OR ', ' || ') },
  { name: 'blank before parenthesis', apply: (text) => text.replaceAll(/(SLEEP|CONCAT|COUNT|ASCII)\(/g, '$1/**/(') },
  { name: 'hash for dashes', apply: (text) => text.replace(/ -- x$/, '#') },
];

/** Rewrites of the text: encodings that a proxy, a framework or the database undoes. */
const ENCODINGS: readonly Rewrite[] = [
  {
    name: 'percent',
    apply: (text) =>
      text.replaceAll(/[^a-z0-9]/gi, (c) => encodeURIComponent(c).replace(/^['()*!~._-]$/, (s) => `%${hex(s, 2)}`)),
  },
  { name: 'plus for blank', apply: (text) => (text.includes('+') ? text : text.replaceAll(' ', '+')) },
  { name: 'percent twice', apply: (text) => text.replaceAll(/[ '"()=<>;|&]/g, (c) => `%25${hex(c, 2)}`) },
  { name: 'percent u', apply: (text) => text.replaceAll(/[ '"()=<>]/g, (c) => `%u${hex(c, 4)}`) },
  { name: 'entities', apply: (text) => text.replaceAll(/['"<>=()]/g, (c) => `&#x${hex(c, 2)};`) },
  { name: 'decimal entities', apply: (text) => text.replaceAll(/['"=(]/g, (c) => `&#${c.codePointAt(0)};`) },
  { name: 'escapes', apply: (text) => text.replaceAll(/['"=(<>]/g, (c) => `\\u${hex(c, 4)}`) },
  {
    name: 'full width',
    apply: (text) => text.replaceAll(/['"=()<>]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0)),
  },
];

function isAttack(value: string): boolean {
  return inspectRequest({ method: 'GET', path: '/', fields: [{ location: 'query', name: 'q', value }] }, { groups: ['sqli'] })
    .isAttack;
}

const ROUNDS = 40;

/** Every text under random combinations of rewrites: up to two spellings, then at most one encoding. */
function disguises(text: string, seed: number): { steps: string; value: string }[] {
  const random = createRandom(seed);
  return Array.from({ length: ROUNDS }, () => {
    // The same spelling twice would break its own comments.
    const chosen = [...new Set([pick(SPELLINGS, random), pick(SPELLINGS, random)])].slice(0, 1 + Math.floor(random() * 2));
    if (random() < 0.5) chosen.push(pick(ENCODINGS, random));
    const value = chosen.reduce((current, rewrite) => rewrite.apply(current, random), text);
    return { steps: chosen.map(({ name }) => name).join(', '), value };
  });
}

describe('disguised SQL', () => {
  it.each(ATTACKS.map((text, seed) => ({ text, seed })))('is stopped in every disguise: $text', ({ text, seed }) => {
    expect(isAttack(text)).toBe(true);
    const missed = disguises(text, seed).filter(({ value }) => !isAttack(value));
    expect(missed).toEqual([]);
  });

  it.each(HONEST.map((text, seed) => ({ text, seed })))(
    'is not seen in honest texts that were rewritten alike: $text',
    ({ text, seed }) => {
      expect(isAttack(text)).toBe(false);
      const blocked = disguises(text, seed).filter(({ value }) => isAttack(value));
      expect(blocked).toEqual([]);
    },
  );
});
