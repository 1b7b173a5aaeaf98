import { expect, it } from 'vitest';
import { BUCKET, BUCKETS, FINGERPRINT_BYTES, LANES, PAGES, PLACE, RECORD, ROUND_BYTES } from './layout.ts';
import { WINDOW_BYTES, WORD_BYTES_MAX, WORDS_MAX } from './layout.ts';

it('has room for the most and longest words, and nothing stands in anything else', () => {
  expect(RECORD.pairBytes).toBe(2 * LANES);
  expect(RECORD.bytes).toBe(RECORD.vectors + (WORD_BYTES_MAX / LANES) * RECORD.pairBytes);
  expect(PLACE.nibbles + 2 * FINGERPRINT_BYTES * LANES).toBeLessThanOrEqual(PLACE.buckets);
  expect(PLACE.buckets + BUCKETS * BUCKET.bytes).toBeLessThanOrEqual(PLACE.candidates);
  expect(PLACE.candidates + ROUND_BYTES).toBeLessThanOrEqual(PLACE.words);
  expect(PLACE.words + WORDS_MAX * RECORD.bytes).toBeLessThanOrEqual(PLACE.fresh - WORD_BYTES_MAX - LANES);
  expect(PLACE.fresh + WINDOW_BYTES + ROUND_BYTES).toBeLessThanOrEqual(PAGES * 65_536);
});
