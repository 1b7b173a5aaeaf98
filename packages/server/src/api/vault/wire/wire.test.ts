import { describe, expect, it } from 'vitest';
import { mergePatch } from '../engines/merge-patch.ts';
import { durationSchema, parseDurationMs } from './duration.ts';
import { readBody, readTarget } from './read-request.ts';

const at = (path: string, init: RequestInit = {}): Request => new Request(`https://a.test${path}`, init);
const post = (body: string): Request => at('/v1/x', { method: 'POST', body });
const INVALID = expect.objectContaining({ code: 'input-invalid' });

describe('a target', () => {
  it('says what is to be done, whichever verb the client uses', () => {
    const operations = ['GET', 'HEAD', 'LIST', 'POST', 'PUT', 'PATCH', 'DELETE'].map(
      (method) => readTarget(at('/v1/secret/metadata/a/', { method })).operation,
    );
    expect(operations).toEqual(['read', 'read', 'list', 'write', 'write', 'patch', 'delete']);
    expect(readTarget(at('/v1/secret/metadata?list=true'))).toMatchObject({ operation: 'list', path: 'secret/metadata' });
    expect(readTarget(at('/v1/a/b%20c')).segments).toEqual(['a', 'b c']);
    expect(() => readTarget(at('/v1/a', { method: 'OPTIONS' }))).toThrow(expect.objectContaining({ code: 'method-refused' }));
  });

  it.each(['/v1/a%2Fb', '/v1/a%5Cb', '/v1/a%00', '/v1/%zz', '/v1/a//b', `/v1/${'a/'.repeat(20)}b`])('%s is refused', (path) => {
    expect(() => readTarget(at(path))).toThrow(INVALID);
  });
});

describe('a body', () => {
  it('is an object, or nothing', async () => {
    expect(await readBody(post('{"a":1}'))).toEqual({ a: 1 });
    expect((await readBody(post(''))) satisfies object).toEqual({});
    expect(await readBody(post('{"text":"[[[[\\"{{"}'))).toEqual({ text: '[[[["{{' });
  });

  it.each(['[1]', '"a"', 'null', '{', '{"__proto__":{"a":1}}', '['.repeat(70), `{"a":${'['.repeat(70)}${']'.repeat(70)}}`])(
    '%s is refused',
    async (text) => expect(readBody(post(text))).rejects.toMatchObject({ code: 'input-invalid' }),
  );

  it('has an end', async () => {
    const large = JSON.stringify({ a: 'x'.repeat(1_100_000) });
    await expect(readBody(post(large))).rejects.toMatchObject({ code: 'body-too-large' });
  });
});

describe('a duration', () => {
  it.each([
    ['60', 60_000],
    [90, 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, expected) => expect(parseDurationMs(text)).toBe(expected));
  it.each(['', 'soon', '-1', '1h-', '1y', '1e9', '9'.repeat(11), '1h'.repeat(40)])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeNull(),
  );

  it('of nothing says nothing, and a wrong one is told', () => {
    for (const nothing of [undefined, null, '', 0, '0s']) expect(durationSchema.parse(nothing)).toBeNull();
    expect(durationSchema.safeParse('soon').success).toBe(false);
  });
});

describe('a merge patch (RFC 7396)', () => {
  it('takes away with null, merges objects, and replaces everything else', () => {
    const target = { a: 'b', c: { d: 'e', f: 'g' }, list: [1, 2] };
    expect(mergePatch(target, { a: 'z', c: { f: null }, list: [3] })).toEqual({ a: 'z', c: { d: 'e' }, list: [3] });
    expect(mergePatch({}, { a: { b: { c: null, d: 1 } } })).toEqual({ a: { b: { d: 1 } } });
    expect(mergePatch('text', { a: 1 })).toEqual({ a: 1 });
  });
});
