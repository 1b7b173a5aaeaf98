import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inlineHash, inlineHashesOf } from './inline-hash.ts';
import { applyEdits, NonceRewriter } from './nonce-rewriter.ts';
import type { NonceJudge } from './nonce-rewriter.ts';

const GOOD = 'start("shop");';
const listed = new Set([inlineHash(GOOD), inlineHash('body{margin:0}'), inlineHash(bytes('grüße("ü")'))]);

function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const strict: NonceJudge = {
  nonce: 'N',
  inline: ({ hash }) => listed.has(hash),
  external: () => false,
};
const trusting: NonceJudge = { nonce: 'N', inline: () => true, external: ({ afterBase }) => !afterBase };

function rewrite(html: string, judge: NonceJudge = strict, chunkSize = Number.MAX_SAFE_INTEGER): string {
  const rewriter = new NonceRewriter(judge);
  const source = Buffer.from(html, 'utf8');
  const out: Buffer[] = [];
  for (let at = 0; at < source.length; at += chunkSize) out.push(rewriter.write(source.subarray(at, at + chunkSize)));
  out.push(rewriter.end());
  return Buffer.concat(out).toString('utf8');
}

const N = ' nonce="N"';
const rewritten: readonly (readonly [why: string, page: string, expected: string])[] = [
  ['a listed script gets the nonce', `<script>${GOOD}</script>`, `<script${N}>${GOOD}</script>`],
  ['so does a listed style', '<style>body{margin:0}</style>', `<style${N}>body{margin:0}</style>`],
  [
    'attributes stay as they stand',
    `<SCRIPT\n defer data-x='>'>${GOOD}</SCRIPT >`,
    `<SCRIPT${N}\n defer data-x='>'>${GOOD}</SCRIPT >`,
  ],
  ['text beyond ASCII is hashed as its bytes', '<script>grüße("ü")</script>', `<script${N}>grüße("ü")</script>`],
  ["the upstream's nonce gives way", `<script nonce=abc async>${GOOD}</script>`, `<script${N}  async>${GOOD}</script>`],
  ['type module is script', `<script type="module">${GOOD}</script>`, `<script${N} type="module">${GOOD}</script>`],
  ['after a comment', `<!-- <script> --><script>${GOOD}</script>`, `<!-- <script> --><script${N}>${GOOD}</script>`],
  [
    'after a template',
    `<template><template></template></template><script>${GOOD}</script>`,
    `<template><template></template></template><script${N}>${GOOD}</script>`,
  ],
  ['inside a template', `<template><script>${GOOD}</script></template>`, `<template><script${N}>${GOOD}</script></template>`],
  ['after svg', `<svg><path d="M0"/></svg><script>${GOOD}</script>`, `<svg><path d="M0"/></svg><script${N}>${GOOD}</script>`],
  [
    'two of them',
    `<script>${GOOD}</script>x<script>${GOOD}</script>`,
    `<script${N}>${GOOD}</script>x<script${N}>${GOOD}</script>`,
  ],
];

const untouched: readonly (readonly [why: string, page: string])[] = [
  ['an unknown script', '<script>alert(1)</script>'],
  ['a listed script with something added', `<script>${GOOD};alert(1)</script>`],
  ['a script that ends inside a string', '<script>start("shop</script>");</script>'],
  ['a script never closed', `<script>${GOOD}`],
  ['script text in a comment', `<!--<script>${GOOD}</script>-->`],
  ['script text in a textarea', `<textarea><script>${GOOD}</script></textarea>`],
  ['script text in a title', `<title><script>${GOOD}</script></title>`],
  ['script text in noscript, which is text while scripts run', `<noscript><script>${GOOD}</script></noscript>`],
  ['script text in an attribute', `<p title="<script>${GOOD}</script>">`],
  ['script text inside a style', `<style><script>${GOOD}</script></style>`],
  ['script text in CDATA of svg', `<svg><desc><![CDATA[<script>${GOOD}</script>]]></desc></svg>`],
  ['script in svg, whose text follows other rules', `<svg><script>${GOOD}</script></svg>`],
  ['script with entities in svg', `<svg><script>${GOOD.replace('s', '&#115;')}</script></svg>`],
  ['script double-escaped by a comment', `<script><!--<script>${GOOD}</script>--></script>`],
  ['a data block', '<script type="application/json">{"a":1}</script>'],
  ['external script, wherever it comes from', `<script src="/a.js"></script><script src=//evil.test/x></script>`],
  ['an injected tag that swallows the next one', `<script src=//evil.test/x a="<script>${GOOD}</script>`],
  ['plaintext', `<plaintext><script>${GOOD}</script>`],
];

describe('nonce rewriter', () => {
  test.each(rewritten)('%s', (_why, page, expected) => {
    expect(rewrite(page)).toBe(expected);
    const rewriter = new NonceRewriter(strict);
    rewriter.write(Buffer.from(page));
    rewriter.end();
    expect(applyEdits(Buffer.from(page), rewriter.edits ?? [], 'N').toString('utf8')).toBe(expected);
  });

  test.each(untouched)('leaves alone: %s', (_why, page) => {
    expect(rewrite(page)).toBe(page);
  });

  test.each(rewritten)('does not depend on where chunks split: %s', (_why, page, expected) => {
    for (const size of [1, 2, 3, 5, 7]) expect(rewrite(page, strict, size)).toBe(expected);
    const source = Buffer.from(page, 'utf8');
    for (let at = 1; at < source.length; at += 1) {
      const rewriter = new NonceRewriter(strict);
      const out = [rewriter.write(source.subarray(0, at)), rewriter.write(source.subarray(at)), rewriter.end()];
      expect(Buffer.concat(out).toString('utf8')).toBe(expected);
    }
  });

  test('hashes after newlines are normalised, as browsers do', () => {
    expect(inlineHash('a\r\nb\rc')).toBe(inlineHash('a\nb\nc'));
    expect(rewrite('<style>\r\n</style>', { ...trusting, inline: ({ hash }) => hash === inlineHash('\n') })).toContain(N);
  });

  test('external script and script preloads go to the judge, with a warning after <base>', () => {
    const page =
      '<link rel=modulepreload href=/m.js><link rel=stylesheet href=/s.css><base href=//evil.test><script src=a.js></script>';
    expect(rewrite(page, trusting)).toBe(page.replace('<link rel=modulepreload', `<link${N} rel=modulepreload`));
  });

  test('gives up blessing, never bytes, when a page holds back too much or nests too deep', () => {
    const long = `<script>${'x'.repeat(1_400_000)}</script><script>${GOOD}</script>`;
    expect(rewrite(long, trusting, 65_536) === long).toBe(true);
    const deep = `${'<svg>'.repeat(5000)}<p></p>${'<svg>'.repeat(5000)}<script>${GOOD}</script>`;
    expect(rewrite(deep, trusting, 4096) === deep).toBe(true);
  });

  test('changes nothing but nonces, whatever the page', () => {
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '<style>',
      '</style>',
      '<svg>',
      '</svg>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<p a="',
      '"',
      '>',
      '<',
      '\r\n',
      '\r',
      '\0',
      '\ufeff',
      'ü',
      '<pre>\n',
      '<textarea>',
      '&amp;',
      '<table>',
      '<template>',
      GOOD,
      '<link rel=preload as=script href=x>',
      '</',
      '<!',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (parts, size) => {
        const page = Buffer.from(parts.join(''), 'utf8').toString('utf8');
        expect(rewrite(page, trusting, size).replaceAll(N, '')).toBe(page);
        expect(rewrite(page, strict, size)).toBe(rewrite(page, strict));
        const rewriter = new NonceRewriter(trusting);
        const once = Buffer.concat([rewriter.write(Buffer.from(page)), rewriter.end()]);
        expect(applyEdits(Buffer.from(page), rewriter.edits ?? [], 'N')).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('inlineHashesOf', () => {
  test('lists each inline script and style of a page once, in the form CSP takes', () => {
    const page = `<style>a</style><script>b()</script><script>b()</script><script src=x></script><textarea><script>c</script></textarea>`;
    expect(inlineHashesOf(page)).toEqual([inlineHash('a'), inlineHash('b()')]);
    // From the CSP3 specification, §6.7.3.3: the hash of `alert('Hello, world.');`.
    expect(inlineHashesOf("<script>alert('Hello, world.');</script>")).toEqual([
      'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=',
    ]);
  });
});
