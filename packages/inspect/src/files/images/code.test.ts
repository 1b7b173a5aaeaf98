import { expect, it } from 'vitest';
import { CHUNK_BYTES, inMemory, Reader } from '../bytes/reader.ts';
import { Work } from '../bytes/work.ts';
import { findCode } from './code.ts';

const PIECES = [
  '<?php ',
  '<?=eval($x)',
  '<?\u00a0echo ',
  '<?\vsystem(',
  '<? $a["b"];;;;;;;;;;;;',
  '<?@`ls -la`;',
  '<?`id`;',
  '<?=`id`?>',
  '<?= $_GET[`x`] ;;;;;;;;',
  '<%@ page',
  '<%@\u00a0import ',
  '<%eval x',
  '<% request',
  '<%=\tserver.',
  '<%\n$a("b") and more to come',
  '<jsp:use',
  '<script>',
  '<html >>>>',
  '<svg abcd',
  '<iframe>',
  '<BODY>',
  '<object>',
  '<embed>',
  '<!DOCTYPE  html',
  '__HALT_COMPILER',
];
const NEAR = [
  '<?php',
  '<?phq ',
  '<?',
  '<%',
  '<%@ pagf',
  '<%eva\u0080',
  '<jsp:',
  '<scrip',
  '<html',
  '<svg',
  '<!doctype h',
  '__halt_compiler',
  '__HALT_COMPILE',
];

const codeIn = (octets: Uint8Array): string | null => findCode(new Reader(inMemory(octets), new Work(1e9)), [], []);
/** Bright noise, in which nothing is ASCII. */
const NOISE = Buffer.from(Array.from({ length: 3 * CHUNK_BYTES }, (_, at) => 0x80 | (Math.imul(at, 0x9e3779b1) >>> 25)));
const put = (bytes: number, piece: string, at: number): Buffer => {
  const octets = Buffer.from(NOISE.subarray(0, bytes));
  octets.write(piece, at, 'latin1');
  return octets;
};

it('finds code in large pictures as it does in small ones, which are read without looking for words, also where chunks end', () => {
  const small = CHUNK_BYTES;
  const large = 2 * CHUNK_BYTES + 500;
  for (const piece of [...PIECES, ...NEAR]) {
    const expected = codeIn(put(small, piece, 1000));
    expect(expected !== null, piece).toBe(PIECES.includes(piece));
    expect(codeIn(put(large, piece, 1000)), piece).toBe(expected);
    expect(codeIn(put(large, piece, large - piece.length)), piece).toBe(codeIn(put(small, piece, small - piece.length)));
    for (let at = CHUNK_BYTES - 100 - piece.length; at < CHUNK_BYTES + 4; at += 5)
      expect(codeIn(put(large, piece, at)), `${piece} ${at}`).toBe(expected);
  }
});
