import { gatewayLimitsSchema } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeHead } from './front-gate.ts';
import type { RawHead } from './front-gate.ts';

const limits = gatewayLimitsSchema.parse({});
const h1 = (change: Partial<RawHead> = {}): RawHead => ({
  protocol: 'http/1.1',
  method: 'GET',
  target: '/',
  rawHeaders: ['Host', 'hf.test'],
  ...change,
});
const h2 = (...rawHeaders: string[]): RawHead => ({
  protocol: 'h2',
  method: 'GET',
  target: '/',
  rawHeaders: [':method', 'GET', ':scheme', 'https', ':authority', 'hf.test', ':path', '/', ...rawHeaders],
});
const rule = (raw: RawHead): string => {
  const verdict = judgeHead(raw, limits);
  return verdict.kind === 'ok' ? 'ok' : verdict.rule;
};

describe('front gate', () => {
  it('reads host, path and query apart', () => {
    const verdict = judgeHead(h1({ target: '/a/./b/../c?x=1', rawHeaders: ['HOST', 'HF.test:8080'] }), limits);
    expect(verdict).toMatchObject({
      kind: 'ok',
      head: { host: 'hf.test', authority: 'HF.test:8080', path: '/a/c', query: 'x=1' },
    });
  });

  it.each([
    ['method', h1({ method: 'TRACE' })],
    ['target-long', h1({ target: `/${'a'.repeat(8192)}` })],
    ['target-form', h1({ target: '/a#b' })],
    ['target-form', h1({ target: '*' })],
    ['host', h1({ rawHeaders: [] })],
    ['duplicate-host', h1({ rawHeaders: ['Host', 'hf.test', 'host', 'hf.test'] })],
    ['host', h1({ target: 'http://evil.test/' })],
    ['header-underscore', h1({ rawHeaders: ['Host', 'hf.test', 'A_B', 'c'] })],
    ['header-value', h1({ rawHeaders: ['Host', 'hf.test', 'A', 'b\nc'] })],
    ['expect', h1({ rawHeaders: ['Host', 'hf.test', 'Expect', 'x'] })],
    ['duplicate-cookie', h1({ rawHeaders: ['Host', 'hf.test', 'Cookie', 'a=1', 'Cookie', 'b=2'] })],
    ['path-double-encoding', h1({ target: '/%25%36%31dmin' })],
    ['path-parameter-segment', h1({ target: '/;/admin' })],
    ['host', h2('host', 'evil.test')],
    ['h2-te', h2('te', 'gzip')],
    ['h2-connection-field', h2('connection', 'close')],
    ['h2-connection-field', h2('transfer-encoding', 'chunked')],
    ['h2-pseudo', h2(':status', '200')],
    ['h2-pseudo', h2(':path', '/other')],
  ])('refuses by rule %s', (expected, raw) => {
    expect(rule(raw)).toBe(expected);
  });

  it('passes their innocent twins', () => {
    expect(rule(h1({ target: 'http://hf.test/x' }))).toBe('ok');
    expect(rule(h1({ rawHeaders: ['Host', '[2001:db8::1]:443'] }))).toBe('ok');
    expect(rule(h1({ rawHeaders: ['Host', 'hf.test', 'Expect', '100-continue'] }))).toBe('ok');
    expect(rule(h1({ target: '/100%25/sure' }))).toBe('ok');
    expect(rule(h2('te', 'trailers', 'host', 'hf.test'))).toBe('ok');
  });

  it('joins the cookie crumbs of HTTP/2 (RFC 9113 §8.2.3)', () => {
    const verdict = judgeHead(h2('cookie', 'a=1', 'cookie', 'b=2'), limits);
    expect(verdict.kind === 'ok' && verdict.head.headers.find(([name]) => name === 'cookie')?.[1]).toBe('a=1; b=2');
  });

  it('never throws, and what it passes has no control byte and one spelling', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('/.%;?#\\@:aA0 25efEF\r\n\0\x80é,')) });
    fc.assert(
      fc.property(text, text, text, (target, host, value) => {
        const verdict = judgeHead(h1({ target, rawHeaders: ['Host', host, 'X', value] }), limits);
        if (verdict.kind === 'refused') return;
        const { path } = verdict.head;
        expect(path).toMatch(/^\/[\x21-\x7e]*$/u);
        expect(path).not.toMatch(/\/\.{1,2}(?:\/|$)|\/\/|\\/u);
        expect(judgeHead(h1({ target: path }), limits)).toMatchObject({ kind: 'ok', head: { path } });
      }),
      { numRuns: 2000 },
    );
  });
});
