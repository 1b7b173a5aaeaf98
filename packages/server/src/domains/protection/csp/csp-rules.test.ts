import { applicationSchema, cspSettingsSchema, type CspReportRow } from '@holdfast/contract';
import * as fc from 'fast-check';
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
const OTHER = `sha256-${'B'.repeat(43)}=`;
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

  it('lists the hashes of inline code beside those that are listed already, and nothing that is not a hash', () => {
    const listed = { ...shop, csp: { ...shop.csp, inlineHashes: [OTHER] } };
    const { csp } = suggestCsp(listed, [], [inline(HASH), inline(`${HASH}' 'unsafe-inline`)]);
    expect(csp).toMatchObject({ inlineHashes: [OTHER, HASH], policy: null });
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
    const { csp, refused } = suggestCsp(shop, [report(directive, blocked, count)], []);
    expect(csp.policy).toBeNull();
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
        expect(csp.policy ?? '').not.toMatch(/unsafe|\*|[\r\n]/u);
        if (csp.policy !== null) expect(csp.policy.split(';')).toHaveLength(13);
      }),
      { numRuns: 30 },
    );
  });
});
