import { describe, expect, it } from 'vitest';
import { judgeFileText } from '../../code/file-text.ts';
import { seeded, type Random } from '../../seeded-random.ts';
import { CHUNK_BYTES, inMemory } from '../bytes/reader.ts';
import { judgeFile } from '../judge.ts';
import { FILE_LIMITS } from '../policy.ts';

/** What every piece was asked before words were looked for first: the same must come out. */
const SERVER_CODE = /<\?php\b|<\?=|<%[@=!\s]|<jsp:[a-z]|<script\s[^>]{0,64}\brunat\s{0,4}=/i;
const FORMULA =
  /(?:^|[\n\r,;\t]"?)[=+@-]\s{0,4}(?:[\w+(-]{0,64}(?:cmd|msexcel|powershell|mshta|rundll32|dde)\b[^\n]{0,32}?\||[\w+(-]{0,64}(?:webservice|importxml|importdata|importhtml|importfeed|importrange)\s{0,4}\()/i;
const WINDOW = 2048;
/** What stands up to here says what kind of file it is, too. */
const HEAD = 8192;

function plainly(octets: Buffer, id: string, encoding: string): readonly string[] {
  const found = new Set<string>();
  const decoder = new TextDecoder(encoding);
  let carried = '';
  let isBroken = false;
  for (let at = 0; at < octets.length; at += CHUNK_BYTES) {
    const chunk = octets.subarray(at, at + CHUNK_BYTES);
    isBroken ||= encoding === 'latin1' && chunk.includes(0);
    const seen = carried + decoder.decode(chunk, { stream: encoding !== 'latin1' && at + CHUNK_BYTES < octets.length });
    const code = SERVER_CODE.exec(seen);
    if (code !== null && judgeFileText(seen.slice(Math.max(0, code.index - WINDOW), code.index + WINDOW)) !== undefined)
      found.add('program');
    if (id === 'csv' && FORMULA.test(seen)) found.add('macro');
    carried = seen.slice(-WINDOW);
  }
  return isBroken ? ['structure-broken', ...found] : [...found];
}

const judged = (octets: Buffer, id: string): readonly string[] =>
  judgeFile(
    inMemory(octets),
    { name: `a.${id}`, type: null },
    { limits: FILE_LIMITS, types: null, memberTypes: null },
  ).findings.map(({ code }) => code);

const SHELL = ' eval($_POST["x"]);';
const CODE = [
  '<?php',
  '<?PHP ',
  '<?=',
  '<%@',
  '<%=',
  '<%!',
  '<jsp:e',
  '<script runat=',
  `<script ${'a'.repeat(40)} runat  = "server">`,
  ...Array.from('\t\n\v\f\r \u00a0', (blank) => `<%${blank}`),
  '<?p',
  '<?phpx',
  '<%',
  '<%x',
  '<jsp',
  '<script run',
  'runat',
  '<?',
  '=<%\u0085',
];
const CELLS = [
  '\n=cmd|',
  ',@cmd |x',
  '\t-1+CMD|',
  ';"+dde a|',
  '\n=MSEXCEL|',
  '\r=powershell -x|',
  ',=mshta|',
  '\n=rundll32 x|',
  '\n=hidden|',
  '\n=webservice(',
  ',=1+IMPORTXML (',
  '\n=importdata(',
  '\n@importhtml(',
  '\n+importfeed(',
  ';-importrange  (',
  '\n=cmd',
  '=cmd|',
  '\n=added|',
  '|',
  '\n=cmd\n|',
  '\n=webservice',
  'cmd',
  'dde',
  `\n=cmd${'x'.repeat(40)}|`,
  `\n=cmd ${'x'.repeat(33)}|`,
];
const MARKS = [SHELL, SHELL, SHELL, '\n', ' ', ''];

/** Pieces near the ends of chunks and anywhere, whole and overwritten by the next. */
function sample(random: Random, width: number): Buffer {
  const size = (1 + random(3)) * CHUNK_BYTES + [0, 0, 1, 700, 2047, 2048, 2049, 30_000][random(8)]!;
  const length = Math.floor(size / width);
  const text = Buffer.alloc(length, 'some honest words, 17,-3.50;\n');
  const parts = [CODE, CELLS, [...CODE, ...CELLS]][random(3)]!;
  for (let count = random(5); count > 0; count -= 1) {
    const edge = Math.floor(((1 + random(3)) * CHUNK_BYTES) / width) + [0, -WINDOW, WINDOW][random(3)]!;
    const at = random(3) === 0 ? HEAD + random(length - HEAD) : Math.min(edge - 60 + random(80), length - 1);
    text.write(`${parts[random(parts.length)]}${MARKS[random(MARKS.length)]}`, at, 'latin1');
  }
  if (width === 1 && random(10) === 0) text[HEAD + random(length - HEAD)] = 0;
  if (width === 1 && random(3) === 0) text.write('\u00ef\u00bb\u00bf', 'latin1');
  if (width === 1) return text;
  const wide = Buffer.from(`\ufeff${text.toString('latin1')}`, 'utf16le');
  return random(2) === 0 ? wide : wide.swap16();
}

describe('code in texts', () => {
  it.each([
    ['one octet a character', 1, 2000],
    ['two', 2, 300],
  ])('is found by words first as it is by reading everything: %s', (_, width, rounds) => {
    const random = seeded(width);
    const counts = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const octets = sample(random, width);
      const id = random(2) === 0 ? 'csv' : 'txt';
      const encoding = width === 1 ? 'latin1' : octets[0] === 0xff ? 'utf-16le' : 'utf-16be';
      const expected = plainly(octets, id, encoding);
      for (const code of expected) counts.set(code, (counts.get(code) ?? 0) + 1);
      if (expected.length === 0) counts.set('nothing', (counts.get('nothing') ?? 0) + 1);
      expect(judged(octets, id), `round ${round}`).toEqual(expected);
    }
    // None of the answers is a rare one.
    for (const code of ['program', 'macro', 'nothing']) expect(counts.get(code), code).toBeGreaterThan(rounds / 40);
  });

  it('is found wherever it stands around the end of a chunk', () => {
    const row = 'some honest words, 17\n';
    for (const [piece, id, code] of [
      [`<?php ${SHELL}`, 'txt', 'program'],
      [`\n=cmd${' '.repeat(32)}|`, 'csv', 'macro'],
      [',=IMPORTXML    (', 'csv', 'macro'],
    ] as const)
      for (let at = CHUNK_BYTES - piece.length - 3; at <= CHUNK_BYTES + 3; at += 1) {
        const octets = Buffer.alloc(2 * CHUNK_BYTES, row);
        expect(judged(octets, id)).toEqual([]);
        octets.write(piece, at, 'latin1');
        expect(judged(octets, id), `${code} at ${at}`).toEqual([code]);
      }
  });
});
