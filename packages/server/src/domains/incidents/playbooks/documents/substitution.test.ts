import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substitute, SUBSTITUTED_CHARS_MAX, variablesIn, type Place } from './substitution.ts';
import type { Values } from './values.ts';

const of = (value: string | null, type = 'string'): Values => new Map([['__x__', { type, value }]]);
const made = (text: string, values: Values, place: Place): string => {
  const result = substitute(text, values, place);
  return result.kind === 'text' ? result.text : `FAULT ${result.detail}`;
};

describe('values in texts', () => {
  it('stand where they are named, each time', () => {
    expect(made('/a/$$__x__:value$$/$$__x__:value$$', of('b'), 'path')).toBe('/a/b/b');
    expect(variablesIn('$$__x__:value$$ $$__y__:value$$ $$__x__:value$$ __z__:value')).toEqual(['__x__', '__y__']);
  });

  it('are looked at once: what looks like a variable in a value is text', () => {
    expect(made('$$__x__:value$$', of('$$__x__:value$$'), 'text')).toBe('$$__x__:value$$');
  });

  it.each([
    ['a/../../admin', '/a%2F..%2F..%2Fadmin'],
    ['?x=1#y', '/%3Fx%3D1%23y'],
    ['..', 'FAULT __x__ has no value that can stand in an address'],
    ['.', 'FAULT __x__ has no value that can stand in an address'],
    ['', 'FAULT __x__ has no value that can stand in an address'],
    ['\uD800', 'FAULT __x__ is no text that can stand in an address'],
  ])('of an address do not leave their segment: %j', (value, expected) => {
    expect(made('/$$__x__:value$$', of(value), 'path')).toBe(expected);
  });

  it.each(['a\r\nx-other: 1', 'a\nb', 'a\u0000', '\u00E9'])('of a header begin no other one: %j', (value) => {
    expect(made('$$__x__:value$$', of(value), 'header')).toBe('FAULT __x__ cannot stand in a header');
    expect(made('$$__x__:value$$', of('Bearer abc'), 'header')).toBe('Bearer abc');
  });

  it('outside of quotes in JSON are numbers, truth values and dictionaries, by their type', () => {
    expect(made('{"n":$$__x__:value$$}', of('12', 'integer'), 'json')).toBe('{"n":12}');
    expect(made('{"n":$$__x__:value$$}', of('true', 'bool'), 'json')).toBe('{"n":true}');
    expect(made('{"n":$$__x__:value$$}', of('{"a":[1]}', 'dictionary'), 'json')).toBe('{"n":{"a":[1]}}');
    expect(made('{"n":$$__x__:value$$}', of(null), 'json')).toBe('{"n":null}');
    expect(made('{"n":$$__x__:value$$}', of('1,"admin":true'), 'json')).toMatch(/^FAULT/u);
    expect(made('{"n":$$__x__:value$$}', of('1,"admin":true', 'integer'), 'json')).toMatch(/^FAULT/u);
  });

  it('stay one string of a JSON text, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        const text = made('{"a\\"":"<$$__x__:value$$>","b":1}', of(value), 'json');
        expect(JSON.parse(text)).toEqual({ 'a"': `<${value}>`, b: 1 });
      }),
    );
  });

  it('stay one segment of an address, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (value) => {
        const result = substitute('/a/$$__x__:value$$/b', of(value), 'path');
        if (result.kind === 'fault') return;
        const { pathname, search, hash } = new URL(result.text, 'https://holdfast.local');
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', value, 'b']);
        expect(search + hash).toBe('');
      }),
    );
  });

  it('are refused when they are not declared, and when they make a text too long', () => {
    expect(made('$$__y__:value$$', of('x'), 'text')).toBe('FAULT __y__ is not declared');
    const many = '$$__x__:value$$'.repeat(SUBSTITUTED_CHARS_MAX / 4000 + 1);
    expect(made(many, of('x'.repeat(4000)), 'text')).toMatch(/^FAULT longer than/u);
  });

  it('of what people read steer no terminal', () => {
    expect(made('$$__x__:value$$', of('a\u001B[31mb\u202Ec'), 'text')).toBe('a [31mb c');
  });
});
