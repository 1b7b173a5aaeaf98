import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTokenShaped, TOKEN_BYTES, TOKEN_LENGTH, writeToken } from './token-text.ts';

const random = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES });

describe('token text', () => {
  it('is always 52 characters and recognised', () => {
    fc.assert(
      fc.property(random, (bytes) => {
        const token = writeToken(bytes);
        expect(token).toHaveLength(TOKEN_LENGTH);
        expect(isTokenShaped(token)).toBe(true);
      }),
    );
  });

  it('carries every one of its random bits', () => {
    expect(writeToken(new Uint8Array(TOKEN_BYTES).fill(255))).not.toBe(writeToken(new Uint8Array(TOKEN_BYTES).fill(254)));
    const low = new Uint8Array(TOKEN_BYTES);
    low[31] = 1;
    expect(writeToken(low)).not.toBe(writeToken(new Uint8Array(TOKEN_BYTES)));
  });

  it('refuses a token with one changed character', () => {
    fc.assert(
      fc.property(random, fc.integer({ min: 3, max: TOKEN_LENGTH - 1 }), (bytes, place) => {
        const token = writeToken(bytes);
        const other = token.charAt(place) === 'a' ? 'b' : 'a';
        expect(isTokenShaped(token.slice(0, place) + other + token.slice(place + 1))).toBe(false);
      }),
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(isTokenShaped(text)).toBe(false);
      }),
    );
  });
});
