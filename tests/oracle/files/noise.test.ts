import { FILE_POLICY, judgeFile } from '@holdfast/inspect';
import { beforeAll, describe, expect, it } from 'vitest';
import { openRules } from '../../../packages/server/src/platform/yara/open-rules.ts';
import type { RuleSet } from '../../../packages/server/src/platform/yara/rule-set.ts';
import { pdf, pdfStream } from '../../support/file-samples/documents.ts';
import { gif, jpeg } from '../../support/file-samples/images.ts';
import { darkPixels, noise, noisyBmp, noisyFiles, noisyJpeg, noisyPng, noisyTiff } from '../../support/file-samples/noisy.ts';

/** What is packed holds every short sequence sooner or later, and dark pixels are characters: neither is code. */
let set: RuleSet;
beforeAll(async () => {
  await using rules = await openRules({ folder: null });
  const { set: found } = rules.current();
  if (found === null) throw new TypeError('the binary of YARA-X does not load here');
  set = found;
});

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const judged = (bytes: Buffer, name: string, type: string): readonly string[] =>
  judgeFile(
    { size: bytes.length, read: (at, length) => bytes.subarray(at, at + length) },
    { name, type },
    FILE_POLICY,
  ).findings.map(({ code, place, detail }) => `${code} ${place} ${detail}`);
const codesOf = (bytes: Buffer, name: string): readonly string[] =>
  judged(bytes, name, 'application/octet-stream').map((finding) => finding.split(' ')[0] ?? '');
const rulesOf = (bytes: Buffer): readonly string[] => set.scanBytesHere(bytes).map(({ rule }) => rule);
const within = (text: string, seed: number): Buffer =>
  Buffer.concat([noise(1000, seed), ascii(`\u0081${text}`), noise(1000, seed + 1)]);
/** No octet of ones in it, so that it stands in the file as it is given. */
const plain = (octets: Buffer): Buffer => octets.map((octet) => (octet === 0xff ? 0xfe : octet)) as Buffer;

describe('files of noise', () => {
  it.each([
    [60_000, 24],
    [1_000_000, 4],
  ])('of %d octets have no finding and match no rule', (bytes, seeds) => {
    for (let seed = 1; seed <= seeds; seed++)
      for (const file of noisyFiles(bytes, seed * 10)) {
        expect(judged(file.bytes, file.name, file.type), `${file.id} ${seed}`).toEqual([]);
        expect(rulesOf(file.bytes), `${file.id} ${seed}`).toEqual([]);
      }
  });
});

/** Each was taken for code, or is as long as what was. */
const CHANCE: readonly string[] = [
  '<?=$\u0080',
  '<?=a\u0001',
  '<?=`\u0000',
  '<?= @\u0002',
  '<?=Qr+/:;AA=>?\u0003',
  '<? ;:,<=>?@AAPQR\u0004',
  '<%@\u0005',
  '<% =<;:9876543210\u0006',
  '<%:;<=>?@ABCDEFGH\u0007',
  '<svg>\u0001',
  '<svg \u0001',
  '<body x\u0001',
];

describe('short sequences in pixels', () => {
  it.each(CHANCE)('are nothing: %j', (text) => {
    const picture = noisyJpeg(within(text, 5), plain(noise(500, 6)));
    expect(picture.includes(ascii(text))).toBe(true);
    expect(codesOf(picture, 'a.jpeg')).toEqual([]);
    expect(rulesOf(picture)).toEqual([]);
  });

  it.each(CHANCE)('of a small picture within the metadata are nothing: %j', (text) => {
    const picture = noisyJpeg(noise(500, 7), plain(within(text, 8)));
    expect(codesOf(picture, 'a.jpeg')).toEqual([]);
    expect(rulesOf(picture)).toEqual([]);
  });

  it('of greys with a tint are nothing, in palettes and pixels', () => {
    for (let tint = 0; tint < 343; tint++) {
      const shades = Array.from({ length: 200 }, (_, at) => [
        at,
        at + (tint % 7),
        at + (Math.trunc(tint / 7) % 7) - 3 + Math.trunc(tint / 49),
      ]);
      const colours = Buffer.from(shades.flat().map((shade) => shade & 255));
      expect(codesOf(noisyPng(noise(100, 9), colours, noise(100, 10)), 'a.png'), String(tint)).toEqual([]);
      expect(rulesOf(noisyPng(noise(100, 9), colours, noise(100, 10))), String(tint)).toEqual([]);
    }
    expect(
      codesOf(noisyBmp(Buffer.concat([ascii('<?=@ABC`;<$EFAGH?>(I<%=>:;AABBCC$("abc'), darkPixels(8192, 1)])), 'a.bmp'),
    ).toEqual([]);
  });

  it.each([
    '<?=`$_GET[0]`?>',
    '<?=`id`?>',
    '<?=$f("x", $y, "z")?>',
    '<? $f($x[0], "words");',
    "<?=system('id')?>",
    '<?= include "/tmp/x"?>',
    '<?php\necho 1;',
    '<%eval request("x")%>',
    '<%eval(Request(0))%>',
    '<%@ Page Language="C#" %>',
    '<% for (int i = 0; i < n; i++) { %>',
    '<svg onload=alert(1)>',
    '<html><body>words',
    '<script>alert(1)',
  ])('that go on are code: %j', (text) => {
    expect(codesOf(noisyJpeg(within(text, 11), plain(noise(500, 12))), 'a.jpeg')).toEqual(['code-in-image']);
    expect(codesOf(noisyJpeg(noise(500, 13), plain(within(text, 14))), 'a.jpeg')).toEqual(['code-in-image']);
  });

  it.each(['<?=$_GET[0]($_POST[1]);?>', '<?php system($_GET[0]);', "<?=system('id')?>", '<%eval request("x")%>', '<?=`id`?>'])(
    'that run something are code where colours stand as they are: %j',
    (text) => {
      const dark = Buffer.concat([darkPixels(4096, 1), ascii(text), darkPixels(8192, 2)]);
      expect(codesOf(noisyBmp(dark), 'a.bmp')).toEqual(['code-in-image']);
      expect(codesOf(noisyTiff(dark), 'a.tiff')).toEqual(['code-in-image']);
      expect(codesOf(noisyPng(noise(100, 3), dark.subarray(4000, 4150), noise(100, 4)), 'a.png')).toEqual(['code-in-image']);
    },
  );

  it.each(['<?=$x?>', '<?=', '<% x %>', '<svg '])('are code in a text of people: %j', (text) => {
    expect(codesOf(jpeg([`A day \u00e0 la mer ${text}`]), 'a.jpeg')).toEqual(['code-in-image']);
    expect(codesOf(gif([text]), 'a.gif')).toEqual(['code-in-image']);
    // With something else around it, as other programs leave it.
    expect(codesOf(jpeg([`\u0002\u0001${'words '.repeat(30)}${text}\u0001`]), 'a.jpeg')).toEqual(['code-in-image']);
  });
});

describe('short names in a PDF', () => {
  const withPixels = (text: string): Buffer =>
    pdf({ objects: [pdfStream('/Type /XObject /Subtype /Image /Filter /DCTDecode', within(text, 15))] });

  it.each(['/AA[', '/EF [', '/AA<<\u0080', '/EF<<\n\u0001', '/AA 1 x'])('are nothing among pixels: %j', (text) => {
    expect(codesOf(withPixels(text), 'a.pdf')).toEqual([]);
  });

  it.each([
    ['/AA<</O 5 0 R>>', 'active-pdf'],
    ['/AA <<\n/O 5 0 R>>', 'active-pdf'],
    ['/AA<<%\n/O 5 0 R>>', 'active-pdf'],
    [`/AA<<${' '.repeat(30)}/O 5 0 R>>`, 'active-pdf'],
    ['/A#41 5 0 R', 'active-pdf'],
    ['/EF<</F 5 0 R>>', 'embedded-object'],
    ['/XFA [(template) 5 0 R]', 'active-pdf'],
  ])('are found with what belongs to them: %j', (text, code) => {
    expect(codesOf(pdf({ catalogue: text }), 'a.pdf')).toEqual([code]);
    expect(codesOf(withPixels(text), 'a.pdf')).toEqual([code]);
  });
});

describe('commands in cells', () => {
  const before = '=cm';
  it('end in letters, not in noise', () => {
    expect(rulesOf(ascii(`\u0080${before}d|\u0001\u0002'\u0003!`))).toEqual([]);
    expect(rulesOf(ascii(`\u0080${before}d|' /C calc'!A0`))).toEqual(['office_reaches_out_to_run']);
  });
});
