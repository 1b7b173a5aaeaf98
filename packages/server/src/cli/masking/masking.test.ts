import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOf, MASKED_CHARS_MIN } from './forms.ts';
import { MASK, Masker } from './masker.ts';

function mask(values: readonly string[], text: string, cuts: readonly number[] = []): string {
  const masker = new Masker(values);
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((end, index) => masker.push(bytes.subarray(places[index], end)));
  return Buffer.concat([...parts, masker.end()]).toString();
}

const SECRET = 'pa55/w+rd &"x"';

describe('a value is masked', () => {
  test.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ password: SECRET }).slice(13, -2)],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL, lower case', encodeURIComponent(SECRET).replaceAll(/%../gu, (escape) => escape.toLowerCase())],
    ['in a form', new URLSearchParams({ v: SECRET }).toString().slice(2)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
  ])('%s', (_, text) => {
    expect(mask([SECRET], `before ${text} after`)).toBe(`before ${MASK} after`);
  });

  test.each(['a:', 'ab:', 'abc:', 'user:', ''])('in the middle of something in base64, behind %j', (before) => {
    const masked = mask([SECRET], Buffer.from(`${before}${SECRET}; and more`).toString('base64'));
    // What is left of it does not give back more than the byte at either end that it shares a character with.
    expect(Buffer.from(masked.replace(MASK, '')).toString()).not.toContain(Buffer.from(SECRET).toString('base64').slice(2, 8));
    expect(masked).toContain(MASK);
    for (const part of masked.split(MASK)) expect(Buffer.from(part, 'base64').toString()).not.toContain('w+rd');
  });

  test('line by line, as a log with a mark before each line writes it', () => {
    const key = '-----BEGIN KEY-----\nMIIBVgIBADANBg\nqhkiG9w0BAQEF\n-----END KEY-----';
    const said = mask([key], key.replaceAll(/^/gmu, '12:00 '));
    expect(said).toBe(['12:00 ***', '12:00 ***', '12:00 ***', '12:00 ***'].join('\n'));
  });

  test('the longer of two that begin alike, and every byte of two that overlap', () => {
    expect(mask(['secret', 'secretive'], 'a secretive secret')).toBe('a *** ***');
    expect(mask(['abcdef', 'defghi'], '<abcdefghi>')).toBe('<***>');
    expect(mask(['abcdef', 'abcdefghij', 'efgh!!'], '<abcdefgh!!>')).toBe('<***>');
  });

  test('the end of the output decides what has only begun', () => {
    expect(mask(['secret'], 'a secre')).toBe('a secre');
    expect(mask(['secret', 'secretive'], 'a secretiv')).toBe('a ***iv');
  });
});

describe('what is no value stays', () => {
  test('output without one, and short values', () => {
    expect(mask([SECRET], 'nothing here, not even pa55')).toBe('nothing here, not even pa55');
    expect(formsOf('true')).toEqual(expect.not.arrayContaining([Buffer.from('true')]));
    expect(mask(['8080'], 'listening on 8080')).toBe('listening on 8080');
    expect(MASKED_CHARS_MIN).toBe(6);
  });

  test('bytes that are no text', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
    const masker = new Masker(['secret']);
    expect(Buffer.concat([masker.push(bytes), masker.end()])).toEqual(bytes);
  });
});

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '/', '\n'), minLength: 6, maxLength: 12 });
const stream = fc.record({
  values: fc.array(letters, { minLength: 1, maxLength: 4 }),
  noise: fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '/', ' ', '\n'), maxLength: 8 }), { maxLength: 6 }),
  picks: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
  cuts: fc.array(fc.nat(), { maxLength: 20 }),
});
const textOf = ({ values, noise, picks }: { values: string[]; noise: string[]; picks: [number, number][] }): string =>
  picks
    .map(([which, form], index) => {
      const forms = formsOf(values[which % values.length] ?? '');
      return `${noise[index] ?? ''}${forms[form % forms.length]?.toString() ?? ''}`;
    })
    .join(noise.at(-1) ?? '');

describe('however the output is cut', () => {
  test('the result is the same', () => {
    fc.assert(
      fc.property(stream, (given) => {
        const text = textOf(given);
        expect(mask(given.values, text, given.cuts)).toBe(mask(given.values, text));
      }),
      { numRuns: 3000 },
    );
  });

  test('no form of a value is in it', () => {
    fc.assert(
      fc.property(stream, (given) => {
        const masked = mask(given.values, textOf(given), given.cuts);
        for (const form of given.values.flatMap(formsOf)) expect(masked.includes(form.toString())).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test('output without a value is what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(), { maxLength: 20 }), (text, cuts) => {
        fc.pre(!text.includes('ZZZZZZ'));
        expect(mask(['ZZZZZZ'], text.replaceAll('ZZZZZZ', ''), cuts)).toBe(text);
      }),
    );
  });

  test('one byte at a time', () => {
    const text = `x ${SECRET} y ${Buffer.from(SECRET).toString('base64')} z`;
    expect(
      mask(
        [SECRET],
        text,
        Array.from({ length: text.length }, (_, index) => index),
      ),
    ).toBe('x *** y *** z');
  });
});

test('new values are looked for from then on, the earlier ones where they are named again', () => {
  const masker = new Masker(['old-value']);
  const before = masker.push(Buffer.from('old-value new-val'));
  masker.learn(['old-value', 'new-value']);
  expect(Buffer.concat([before, masker.push(Buffer.from(' new-value old-value')), masker.end()]).toString()).toBe(
    '*** new-val *** ***',
  );
});
