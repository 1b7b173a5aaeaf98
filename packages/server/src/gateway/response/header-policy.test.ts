import { applicationSchema } from '@holdfast/contract';
import type { ApplicationInput } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { cspHeaders, framingHeaders } from './csp/apply.ts';
import { compileCsp } from './csp/policy.ts';
import { headerPolicyFor, isPublicHostName, privateCaching } from './header-policy.ts';
import { takeUpstreamHeaders } from './upstream-headers.ts';
import type { HeaderPair } from './upstream-headers.ts';

const application = (more: Partial<ApplicationInput> = {}) =>
  applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:1', ...more });

const hardened = (upstream: readonly HeaderPair[], more: Partial<ApplicationInput> = {}, secure = true) =>
  headerPolicyFor(application(more)).harden(upstream, { secure, host: 'shop.hf.dev' });
const sent = (...given: Parameters<typeof hardened>) => new Map(hardened(...given).headers);

test('HSTS is for public names only', () => {
  for (const host of ['shop.hf.dev', 'a.b.co']) expect(isPublicHostName(host)).toBe(true);
  for (const host of [
    'localhost',
    'shop',
    'shop.test',
    'a.local',
    'x.internal',
    'x.home.arpa',
    '10.0.0.1',
    '[::1]',
    '2001:db8::1',
  ])
    expect(isPublicHostName(host)).toBe(false);
});

describe('HSTS', () => {
  const name = 'strict-transport-security';
  test.each([
    [
      'more of the upstream stays',
      'max-age=63072000; includeSubDomains; preload',
      'max-age=63072000; includeSubDomains; preload',
    ],
    ['less is raised', 'max-age=60', 'max-age=31536000'],
    ['switching off is not passed on', 'max-age=0', 'max-age=31536000'],
    ['nonsense is replaced', 'yes', 'max-age=31536000'],
  ])('%s', (_why, given, expected) => {
    expect(sent([[name, given]]).get(name)).toBe(expected);
  });

  test('none on a plain connection, and none at 0 seconds', () => {
    expect(sent([[name, 'max-age=60']], {}, false).has(name)).toBe(false);
    expect(sent([], { headers: { hstsSeconds: 0 } }).has(name)).toBe(false);
  });
});

test('caching of an answer that sets a cookie is private, and the rest of it is kept', () => {
  expect(privateCaching(undefined)).toBe('private');
  expect(privateCaching('public, max-age=60, s-maxage=90')).toBe('private, max-age=60');
  expect(privateCaching('no-store')).toBe('no-store');
  expect(privateCaching('Private, max-age=1')).toBe('Private, max-age=1');
  expect(
    sent([
      ['set-cookie', 'a=1'],
      ['cache-control', 'public'],
    ]).get('cache-control'),
  ).toBe('private');
  expect(sent([['cache-control', 'public']]).get('cache-control')).toBe('public');
});

test('a setting of `upstream` leaves the application its say, and says nothing in its place', () => {
  const headers = {
    crossOriginOpenerPolicy: 'upstream',
    crossOriginResourcePolicy: 'upstream',
    frameAncestors: 'upstream',
  } as const;
  const plain = sent([], { headers });
  expect(plain.has('cross-origin-opener-policy')).toBe(false);
  expect(plain.has('cross-origin-resource-policy')).toBe(false);
  expect(sent([['cross-origin-opener-policy', 'unsafe-none']], { headers }).get('cross-origin-opener-policy')).toBe(
    'unsafe-none',
  );
  expect(framingHeaders(hardened([['x-frame-options', 'ALLOWALL']]), 'upstream')).toEqual([['x-frame-options', 'ALLOWALL']]);
  expect(compileCsp(application({ headers, csp: { mode: 'enforce' } })).render('n')).not.toContain('frame-ancestors');
});

test('a resource that the application marks for others stays usable by them', () => {
  expect(sent([['cross-origin-resource-policy', 'cross-origin']]).get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(sent([['cross-origin-resource-policy', 'anything']]).get('cross-origin-resource-policy')).toBe('same-origin');
});

test('a Permissions-Policy that is no dictionary cannot void ours', () => {
  expect(sent([['permissions-policy', 'camera=(), ((']]).get('permissions-policy')).not.toContain('((');
});

test("framing: the upstream's DENY is never loosened, its ALLOWALL is", () => {
  expect(framingHeaders(hardened([['x-frame-options', 'deny']]), 'self')).toEqual([['x-frame-options', 'DENY']]);
  expect(framingHeaders(hardened([['content-security-policy', "frame-ancestors 'none'"]]), 'self')).toEqual([
    ['x-frame-options', 'DENY'],
  ]);
  expect(framingHeaders(hardened([['x-frame-options', 'ALLOWALL']]), 'self')).toEqual([['x-frame-options', 'SAMEORIGIN']]);
});

test('CSP off sends no policy but the one against framing', () => {
  const policy = compileCsp(application({ csp: { mode: 'off' } }));
  expect(cspHeaders({ policy, hardened: hardened([]), nonce: null })).toEqual([
    ['content-security-policy', "frame-ancestors 'self'"],
  ]);
});

test('without a nonce the hashes stand in the policy, without hashes nothing inline does', () => {
  const hash = `sha256-${'A'.repeat(43)}=`;
  expect(compileCsp(application({ csp: { inlineHashes: [hash] } })).render(null)).toContain(`script-src 'self' '${hash}';`);
  expect(compileCsp(application()).render(null)).toContain("script-src 'self'; style-src 'self'; ");
});

describe('upstream headers', () => {
  test('what belongs to the connection, and what Connection names, stays behind', () => {
    const taken = takeUpstreamHeaders([
      ['Connection', 'close, X-Hop'],
      ['X-Hop', '1'],
      ['Transfer-Encoding', 'chunked'],
      ['Keep-Alive', 'timeout=5'],
      ['X-Kept', 'ü'],
    ]);
    expect(taken).toEqual([['x-kept', 'ü']]);
  });

  test('too many or too large is not one header', () => {
    expect(takeUpstreamHeaders(Array.from({ length: 257 }, (_, index) => [`x-${index}`, '1'] as const))).toBeNull();
    expect(takeUpstreamHeaders([['x-a', 'x'.repeat(70_000)]])).toBeNull();
    expect(takeUpstreamHeaders([['x-a', 'x'.repeat(60_000)]])).toHaveLength(1);
  });
});
