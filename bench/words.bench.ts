import { createWordFinder } from '@holdfast/inspect';
import { median, report } from './report.ts';

/**
 * Looking for the words of malware rules in a large upload, in the pieces that a socket gives: CPU for random octets (packed files), for
 * lines of a log, for shared memory, and for a text that is nearly a word everywhere. The peer is one regular expression of the
 * same words over the same octets.
 */
const ROUNDS = 5;
const BYTES = 100_000_000;
const PIECE_BYTES = 65_536;
const BUDGET_RANDOM_GB_PER_SECOND = 2.5;
/** On random octets V8 leaps, since few of them are in any word; in a text it cannot. */
const BUDGET_TIMES_REGEXP = { random: 2, lines: 4 };
const BUDGET_NEAR_NS_PER_OCTET = 10;

/** None that chance puts into 100 MB of random octets: `<?=` stands in every 17 MB of them. */
const WORDS = (
  'EICAR-STANDARD-ANTIVIRUS $_GET $_POST $_REQUEST $_COOKIE $_SERVER $_FILES gzinflate gzuncompress gzdecode str_rot13 ' +
  'base64_decode strrev hex2bin convert_uudecode preg_replace IT_BrowseForFile TargetMode powershell mshta rundll32 msexcel system32'
).split(' ');

/** The same numbers on every machine (xorshift, Marsaglia 2003). */
let state = 0x9e3779b9;
function next(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}
const oneOf = (items: readonly string[]): string => items[next() % items.length] ?? '';

function logLines(): Buffer {
  // Two of them begin as words do that are looked for.
  const prose =
    'the request was sent to target system and stored for order customer session message error power review of server'.split(' ');
  const lines = Array.from({ length: 20_000 }, (_, index) => {
    const words = Array.from({ length: 3 + (next() % 12) }, () => oneOf(prose)).join(' ');
    const time = new Date(1_700_000_000_000 + index * 37).toISOString();
    const address = `10.${next() % 256}.${next() % 256}.${next() % 256}`;
    const request = `${oneOf(['GET', 'POST', 'PUT'])} /api/${oneOf(['orders', 'posts', 'files'])}/${next() % 100_000}?page=${next() % 20}`;
    return `${time} ${oneOf(['INFO', 'WARN', 'DEBUG'])} ${address} "${request}" ${oneOf(['200', '304', '404'])} id=${next().toString(16)} ${words}\n`;
  });
  const lot = Buffer.from(lines.join(''), 'latin1');
  return Buffer.alloc(BYTES, lot);
}

function randomOctets(): Uint8Array {
  const numbers = new Uint32Array(BYTES / 4);
  for (let index = 0; index < numbers.length; index += 1) numbers[index] = next();
  return new Uint8Array(numbers.buffer);
}

function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const finder = createWordFinder(WORDS);
let found = 0;

function searchMs(bytes: Uint8Array): number {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const search = finder.search();
    const began = cpuNowMs();
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) if (search.take(bytes.subarray(at, at + PIECE_BYTES))) found += 1;
    // The first round is the compiler's.
    if (round > 0) times.push(cpuNowMs() - began);
  }
  return median(times);
}

const pattern = new RegExp(WORDS.map((word) => word.replaceAll(/[$.?*+]/gu, String.raw`\$&`)).join('|'), 'i');

/** In one text, as favours it; once, for it takes long: its compilation is nothing beside that. */
function patternMs(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const began = cpuNowMs();
  if (pattern.test(text)) found += 1;
  return cpuNowMs() - began;
}

const perSecond = (ms: number): number => Math.round(BYTES / ms / 10_000) / 100;

const random = randomOctets();
const lines = logLines();
const shared = new Uint8Array(new SharedArrayBuffer(BYTES));
shared.set(random);
const near = Buffer.alloc(BYTES, '$_GE');

const [randomMs, linesMs, sharedMs, nearMs] = [random, lines, shared, near].map((bytes) => searchMs(bytes));
const [randomPatternMs, linesPatternMs] = [random, lines].map((bytes) => patternMs(bytes));
const timesRandom = (randomPatternMs ?? 0) / (randomMs ?? 1);
const timesLines = (linesPatternMs ?? 0) / (linesMs ?? 1);
const nearNs = ((nearMs ?? 0) * 1e6) / BYTES;

report({
  name: 'words',
  budget:
    `${BUDGET_RANDOM_GB_PER_SECOND} GB/s of random octets, ${BUDGET_TIMES_REGEXP.random} times as fast as a regular expression there ` +
    `and ${BUDGET_TIMES_REGEXP.lines} times in lines of a log, ` +
    `${BUDGET_NEAR_NS_PER_OCTET} ns an octet where everything is nearly a word`,
  ok:
    perSecond(randomMs ?? Number.POSITIVE_INFINITY) >= BUDGET_RANDOM_GB_PER_SECOND &&
    timesRandom >= BUDGET_TIMES_REGEXP.random &&
    timesLines >= BUDGET_TIMES_REGEXP.lines &&
    nearNs <= BUDGET_NEAR_NS_PER_OCTET &&
    found === 0,
  results: {
    words: WORDS.length,
    randomGbPerSecond: perSecond(randomMs ?? 0),
    linesGbPerSecond: perSecond(linesMs ?? 0),
    sharedGbPerSecond: perSecond(sharedMs ?? 0),
    randomPatternGbPerSecond: perSecond(randomPatternMs ?? 0),
    linesPatternGbPerSecond: perSecond(linesPatternMs ?? 0),
    timesPatternRandom: Math.round(timesRandom * 10) / 10,
    timesPatternLines: Math.round(timesLines * 10) / 10,
    nearNsPerOctet: Math.round(nearNs * 100) / 100,
    found,
  },
});
