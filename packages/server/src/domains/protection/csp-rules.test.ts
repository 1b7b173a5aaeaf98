import { applicationSchema, cspSettingsSchema, type CspReportRow } from '@holdfast/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggestCsp } from './csp-rules.ts';

const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' });
const report = (directive: string, blocked: string, count = 10): CspReportRow => ({
  directive,
  blocked,
  count,
  firstSeen: 1,
  lastSeen: 2,
});
const inline = (hash: string, count = 10) => ({ kind: 'script' as const, hash, path: '/', count, firstSeen: 1, lastSeen: 2 });
const HASH = `sha256-${'A'.repeat(43)}=`;

describe('suggestCsp', () => {
  it('lets in an https origin that was often seen, under the coarser directive, once', () => {
    const { csp, accepted } = suggestCsp(
      shop,
      [report('script-src-elem', 'https://cdn.test'), report('script-src', 'https://cdn.test'), report('img-src', 'blob')],
      [],
    );
    expect(csp.policy).toContain("script-src 'self' 'nonce-{nonce}' https://cdn.test;");
    expect(csp.policy).toContain("img-src 'self' data: blob:;");
    expect(accepted).toHaveLength(2);
  });

  it('writes the hashes of inline code that was often seen', () => {
    expect(suggestCsp(shop, [], [inline(HASH)]).csp.policy).toContain(`'${HASH}'`);
    expect(suggestCsp(shop, [], [inline(HASH, 1)]).csp.policy).not.toContain(HASH);
    expect(suggestCsp(shop, [], [inline(`${HASH}' 'unsafe-inline`)]).csp.policy).not.toContain('unsafe-inline');
  });

  it.each([
    ['script-src', 'inline', 10],
    ['script-src', 'eval', 10],
    ['script-src', 'wasm-eval', 10],
    ['script-src', 'data', 10],
    ['script-src', 'http://cdn.test', 10],
    ['script-src', 'chrome-extension', 10],
    ['script-src', "https://x'; script-src *", 10],
    ['script-src', 'https://*', 10],
    ['script-src', 'https://once.test', 1],
    ['object-src', 'https://cdn.test', 10],
    ['base-uri', 'https://evil.test', 10],
  ])('does not let %s %s in, and says why', (directive, blocked, count) => {
    const plain = suggestCsp(shop, [], []);
    const { csp, refused } = suggestCsp(shop, [report(directive, blocked, count)], []);
    expect(csp.policy).toBe(plain.csp.policy);
    expect(refused).toHaveLength(1);
  });

  it('never grows past what the settings take, and never gains an unsafe keyword, whatever was reported', () => {
    const anyReport = fc.record({
      directive: fc.constantFrom('script-src', 'style-src-attr', 'img-src', 'connect-src', 'other'),
      blocked: fc.oneof(
        fc.webUrl(),
        fc.string({ maxLength: 256 }),
        fc.domain().map((name) => `https://${name}`),
      ),
      count: fc.integer({ min: 1, max: 100 }),
      firstSeen: fc.constant(1),
      lastSeen: fc.constant(2),
    });
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 300 }), (reports) => {
        const { csp } = suggestCsp(shop, reports, []);
        expect(cspSettingsSchema.safeParse(csp).success).toBe(true);
        expect(csp.policy).not.toMatch(/unsafe|\*|[\r\n]/u);
        expect(csp.policy?.split(';')).toHaveLength(13);
      }),
      { numRuns: 30 },
    );
  });
});
