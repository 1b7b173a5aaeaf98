import { expect, it } from 'vitest';
import { quoteName, quoteText } from './quote.ts';
import { scramVerifier } from './scram.ts';

/** Salt, password and keys of RFC 7677 §3: what the example exchange is checked with. */
it('a verifier is what RFC 7677 computes, in the form that PostgreSQL stores', () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

it('each is salted anew, and a password that would have to be prepared is an assertion', () => {
  expect(scramVerifier('x')).not.toBe(scramVerifier('x'));
  expect(() => scramVerifier('ä')).toThrow(/assertion/u);
});

it.each([
  ['shop_a', '"shop_a"'],
  ['a"b', '"a""b"'],
  ['a"; drop table x; --', '"a""; drop table x; --"'],
])('%s as a name is %s', (name, quoted) => expect(quoteName(name)).toBe(quoted));

it.each([
  ["it's", "'it''s'"],
  ['a\\b', "E'a\\\\b'"],
])('%s as a text is %s', (text, quoted) => expect(quoteText(text)).toBe(quoted));

it('a name that the server would cut, or that holds a zero, is an assertion', () => {
  for (const name of ['', 'x'.repeat(64), 'a\0b']) expect(() => quoteName(name)).toThrow(/assertion/u);
});
