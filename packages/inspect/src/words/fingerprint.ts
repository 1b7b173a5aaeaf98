import { BUCKETS, FINGERPRINT_BYTES } from './layout.ts';

/** For one octet: the low and the high nibbles (bits 0 to 15) that it may have. */
interface Nibbles {
  readonly low: number;
  readonly high: number;
}

/** Three octets of a word. */
interface Fingerprint {
  readonly word: string;
  /** Where in the word they begin. */
  readonly offset: number;
  readonly nibbles: readonly Nibbles[];
}

export interface Bucket {
  readonly nibbles: readonly Nibbles[];
  readonly members: readonly Fingerprint[];
}

/** In a word: any octet of ASCII. */
export const ANY_ASCII = '\u0100';
const ANY_ASCII_CODE = ANY_ASCII.charCodeAt(0);
const CASE_BIT = 0x20;
/** Letters of English, from the most frequent on. */
const LETTERS = 'etaoinshrdlcumwfgypbvkjxqz';
const LETTER_MOST = 0.1;
const LETTER_FALL = 0.87;
/** Pairs that are met more often than their letters say, and by how much; others are met less. */
const PAIRS = new Set(
  (
    'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld ur ' +
    'ri ro ic ne me ce li ll ch el co ma ta us la em pr ac di om wh ct tr ss ut ge il ee pe be sh no wi ot po rs io'
  ).split(' '),
);
const PAIR_MORE = 3;
const PAIR_LESS = 1 / 2;
/** Random octets are this frequent; nothing is taken for rarer. */
const RANDOM = 1 / 256;

export const isLetter = (octet: number): boolean => {
  const lower = octet | CASE_BIT;
  return lower >= 0x61 && lower <= 0x7a;
};

/** How often an octet is met, roughly, in text, logs, and binary files full of 0x00 and 0xff. */
function frequencyOf(octet: number): number {
  if (isLetter(octet)) {
    const share = LETTER_MOST * LETTER_FALL ** LETTERS.indexOf(String.fromCharCode(octet | CASE_BIT));
    // Capitals are rarer, and are more than random octets all the same.
    return (octet & CASE_BIT) === 0 ? Math.max(share / 8, RANDOM) : Math.max(share, RANDOM);
  }
  if (octet >= 0x30 && octet <= 0x39) return 0.02;
  if (octet === 0x20) return 0.15;
  if (octet === 0x00 || octet === 0xff) return 0.03;
  return ' \t\r\n.,:;-/="\'<>()'.includes(String.fromCharCode(octet)) ? 0.015 : RANDOM;
}

const FREQUENCIES: readonly number[] = Array.from({ length: 256 }, (_, octet) => frequencyOf(octet));

/** Exact for one octet, for the two cases of a letter, and for ASCII. */
function nibblesOf(octet: number): Nibbles {
  if (octet === ANY_ASCII_CODE) return { low: 0xff_ff, high: 0xff };
  const high = 1 << (octet >>> 4);
  return { low: 1 << (octet & 0xf), high: isLetter(octet) ? high | (1 << ((octet ^ CASE_BIT) >>> 4)) : high };
}

/** How often an octet is met whose nibbles are both allowed. */
function shareOf({ low, high }: Nibbles): number {
  let share = 0;
  for (let highs = high; highs !== 0; highs &= highs - 1) {
    const row = (31 - Math.clz32(highs & -highs)) << 4;
    for (let lows = low; lows !== 0; lows &= lows - 1) share += FREQUENCIES[row | (31 - Math.clz32(lows & -lows))] ?? 0;
  }
  return share;
}

/** How often a candidate is met that is then compared with `words` words. */
const costOf = (nibbles: readonly Nibbles[], words: number): number =>
  nibbles.reduce((share, octet) => share * shareOf(octet), words);

/** How much oftener or rarer the octets of a text are met in this order than in any other. */
function orderShare(text: string): number {
  let share = 1;
  for (let at = 0; at + 2 <= text.length; at += 1)
    share *= PAIRS.has(text.slice(at, at + 2).toLowerCase()) ? PAIR_MORE : PAIR_LESS;
  return share;
}

/** The rarest three octets in a row. */
function fingerprintOf(word: string): Fingerprint {
  const octets = Array.from(word, (char) => nibblesOf(char.charCodeAt(0)));
  let best = { offset: 0, cost: Number.POSITIVE_INFINITY };
  for (let offset = 0; offset + FINGERPRINT_BYTES <= octets.length; offset += 1) {
    const end = offset + FINGERPRINT_BYTES;
    const cost = costOf(octets.slice(offset, end), 1) * orderShare(word.slice(offset, end));
    if (cost < best.cost) best = { offset, cost };
  }
  return { word, offset: best.offset, nibbles: octets.slice(best.offset, best.offset + FINGERPRINT_BYTES) };
}

function joined(left: Bucket, right: Bucket): Bucket {
  const nibbles = left.nibbles.map(({ low, high }, index) => {
    const other = right.nibbles[index];
    return { low: low | (other?.low ?? 0), high: high | (other?.high ?? 0) };
  });
  return { nibbles, members: [...left.members, ...right.members] };
}

const bucketCost = ({ nibbles, members }: Bucket): number => costOf(nibbles, members.length);

/**
 * Words in at most eight buckets: the two that cost least more together than alone are joined until few enough are left, so that
 * fingerprints that are alike share one. A bucket lets through every mixture of its members' nibbles.
 */
export function inBuckets(words: readonly string[]): readonly Bucket[] {
  const buckets: (Bucket | null)[] = words.map((word) => {
    const fingerprint = fingerprintOf(word);
    return { nibbles: fingerprint.nibbles, members: [fingerprint] };
  });
  const pairs = buckets.flatMap((_, left) => buckets.slice(left + 1).map((__, index) => pairOf(buckets, left, left + 1 + index)));
  for (let left = buckets.length; left > BUCKETS; left -= 1) {
    let best: Pair | null = null;
    for (const pair of pairs) {
      if (buckets[pair.left] === null || buckets[pair.right] === null) continue;
      if (best === null || pair.more < best.more) best = pair;
    }
    if (best === null) throw new Error('assertion: more than one bucket is left');
    buckets[best.left] = null;
    buckets[best.right] = null;
    const index = buckets.push(best.together) - 1;
    for (let other = 0; other < index; other += 1) if (buckets[other] !== null) pairs.push(pairOf(buckets, other, index));
  }
  return buckets.filter((bucket) => bucket !== null);
}

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly together: Bucket;
  readonly more: number;
}

function pairOf(buckets: readonly (Bucket | null)[], left: number, right: number): Pair {
  const [one, two] = [buckets[left], buckets[right]];
  if (!one || !two) throw new Error('assertion: both buckets stand');
  const together = joined(one, two);
  return { left, right, together, more: bucketCost(together) - bucketCost(one) - bucketCost(two) };
}
