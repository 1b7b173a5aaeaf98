import { expect, it } from 'vitest';
import { inBuckets } from './fingerprint.ts';
import { BUCKETS, FINGERPRINT_BYTES, WORDS_MAX } from './layout.ts';

const wordsOf = (words: readonly string[]): string[][] =>
  inBuckets(words).map(({ members }) => members.map(({ word }) => word).toSorted());

it('takes the rarest three octets of a word', () => {
  const fingerprints = ['the $_GET', 'base64_decode', 'netease.jpg'].map((word) => {
    const [member] = inBuckets([word])[0]?.members ?? [];
    return word.slice(member?.offset, (member?.offset ?? 0) + FINGERPRINT_BYTES);
  });
  expect(fingerprints).toEqual(['$_G', '64_', 'jpg']);
});

it('puts every word in one bucket, that lets its fingerprint through in both cases', () => {
  const words = Array.from(
    { length: WORDS_MAX },
    (_, index) => `${(index * 7919).toString(36)}-${index}-${(index * 31).toString(26)}`,
  );
  const buckets = inBuckets(words);
  expect(buckets.length).toBeLessThanOrEqual(BUCKETS);
  expect(buckets.flatMap(({ members }) => members.map(({ word }) => word)).toSorted()).toEqual(words.toSorted());
  for (const { nibbles, members } of buckets) {
    for (const { word, offset } of members) {
      for (const text of [word.toLowerCase(), word.toUpperCase()]) {
        for (const [index, { low, high }] of nibbles.entries()) {
          const octet = text.charCodeAt(offset + index);
          expect((low >>> (octet & 0xf)) & (high >>> (octet >>> 4)) & 1, `${text} at ${index}`).toBe(1);
        }
      }
    }
  }
});

it('puts fingerprints that are alike together', () => {
  const others = ['~01~', '!23!', '#45#', '%67%', '^89^', '&ab&', '*cd*'];
  expect(wordsOf(['$_GET', ...others, '$_POST', '$_FILES'])).toContainEqual(['$_FILES', '$_GET', '$_POST']);
});
