import { describe, expect, test } from 'vitest';
import type { RequestHead } from '../exchange.ts';
import { readAsked } from './asked-request.ts';

const FORWARDED: Readonly<Record<string, string>> = {
  'x-forwarded-method': 'POST',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'Shop.example',
  'x-forwarded-uri': '/a/b?c=d',
  'x-forwarded-for': '198.51.100.7',
};
const ORIGINAL: Readonly<Record<string, string>> = {
  'x-original-url': 'https://shop.example:443/a/b?c=d',
  'x-original-method': 'POST',
  'x-forwarded-for': '198.51.100.7',
};

function question(headers: Readonly<Record<string, string>>, more: RequestHead['headers'] = []): RequestHead {
  const own: RequestHead['headers'] = [['host', 'holdfast:8000'], ...Object.entries(headers), ...more];
  return { method: 'GET', target: '/q', path: '/q', query: '', host: 'holdfast', authority: 'holdfast:8000', headers: own };
}
const reasonOf = (asked: ReturnType<typeof readAsked>): string => (asked.kind === 'unreadable' ? asked.reason : asked.kind);

describe('what a proxy says of the request', () => {
  test.each([
    ['caddy', FORWARDED],
    ['traefik', FORWARDED],
    ['nginx', ORIGINAL],
  ] as const)('%s', (family, headers) => {
    const cookie = [['cookie', 'a=1']] as const;
    const asked = readAsked(question({ ...headers, 'content-length': '0', 'x-real-ip': '192.0.2.1' }, cookie), family, 0);
    expect(asked).toMatchObject({
      kind: 'ok',
      secure: true,
      clientAddress: '198.51.100.7',
      head: {
        method: 'POST',
        path: '/a/b',
        query: 'c=d',
        target: '/a/b?c=d',
        host: 'shop.example',
        headers: [['cookie', 'a=1']],
      },
    });
  });

  test('a port that is not the usual one stays, in the same spelling as in Host', () => {
    const asked = readAsked(question({ ...FORWARDED, 'x-forwarded-host': 'shop.example:8443' }), 'caddy', 0);
    expect(asked).toMatchObject({ head: { host: 'shop.example', authority: 'shop.example:8443' } });
    const usual = readAsked(question({ ...FORWARDED, 'x-forwarded-host': 'shop.example:443' }), 'caddy', 0);
    expect(usual).toMatchObject({ head: { authority: 'shop.example' } });
  });

  test('the address is counted from the right: what stands further left anyone can write', () => {
    const list = { ...FORWARDED, 'x-forwarded-for': '192.0.2.1, 198.51.100.7' };
    expect(readAsked(question(list), 'traefik', 0)).toMatchObject({ clientAddress: '198.51.100.7' });
    expect(readAsked(question(list), 'traefik', 2)).toMatchObject({ clientAddress: '192.0.2.1' });
  });

  test('the scheme of a WebSocket is that of its handshake', () => {
    expect(readAsked(question({ ...FORWARDED, 'x-forwarded-proto': 'wss' }), 'traefik', 0)).toMatchObject({ secure: true });
  });
});

describe('headers of another family say nothing', () => {
  test('nginx does not read X-Forwarded-Uri, -Method, -Host or -Proto', () => {
    expect(readAsked(question({ ...FORWARDED, ...ORIGINAL, 'x-forwarded-uri': '/open' }), 'nginx', 0)).toMatchObject({
      head: { path: '/a/b', method: 'POST' },
    });
    expect(reasonOf(readAsked(question(FORWARDED), 'nginx', 0))).toBe('forward-auth-headers');
  });
  test('Caddy and Traefik do not read X-Original-URL', () => {
    const both = question({ ...FORWARDED, ...ORIGINAL, 'x-original-url': 'https://open.example/open' });
    expect(readAsked(both, 'caddy', 0)).toMatchObject({ head: { path: '/a/b', host: 'shop.example' } });
    expect(reasonOf(readAsked(question(ORIGINAL), 'traefik', 0))).toBe('forward-auth-headers');
  });
});

describe('what can be read in two ways is not read', () => {
  test.each(Object.keys(FORWARDED).filter((name) => name !== 'x-forwarded-for'))('%s missing or twice', (name) => {
    const { [name]: value = '', ...rest } = FORWARDED;
    expect(reasonOf(readAsked(question(rest), 'caddy', 0))).toBe('forward-auth-headers');
    expect(reasonOf(readAsked(question(FORWARDED, [[name, value]]), 'caddy', 0))).toBe('forward-auth-headers');
  });

  test.each([
    ['x-forwarded-uri', 'https://open.example/open', 'headers'],
    ['x-forwarded-uri', '//open.example/open', 'path-rewritten'],
    ['x-forwarded-uri', '/open/../a', 'path-rewritten'],
    ['x-forwarded-uri', '/open/%2e%2e/a', 'path-encoded-dot'],
    ['x-forwarded-uri', '/open;/../a', 'path-parameter-dot-segment'],
    ['x-forwarded-uri', '/open%2f..%2fa', 'path-encoded-slash'],
    ['x-forwarded-uri', '/a#b', 'headers'],
    ['x-forwarded-uri', '/a b', 'headers'],
    ['x-forwarded-uri', '/a%0d%0aset-cookie:b', 'path-control'],
    ['x-forwarded-uri', '*', 'headers'],
    ['x-forwarded-uri', '', 'headers'],
    ['x-forwarded-method', 'GET, POST', 'method'],
    ['x-forwarded-method', 'get', 'method'],
    ['x-forwarded-method', 'CONNECT', 'method'],
    ['x-forwarded-proto', 'https,http', 'scheme'],
    ['x-forwarded-proto', 'file', 'scheme'],
    ['x-forwarded-host', 'shop.example, open.example', 'host'],
    ['x-forwarded-host', 'shop.example@open.example', 'host'],
    ['x-forwarded-host', 'shop.example/open', 'host'],
    ['x-forwarded-for', 'unknown', 'address'],
    ['x-forwarded-for', '', 'address'],
  ])('%s: %s', (name, value, reason) => {
    expect(reasonOf(readAsked(question({ ...FORWARDED, [name]: value }), 'traefik', 0))).toBe(`forward-auth-${reason}`);
  });

  test.each(['/a/b', 'shop.example/a', 'ftp://shop.example/a', 'https://', 'https://u@shop.example/a', 'https:///a'])(
    'X-Original-URL: %s',
    (url) => {
      expect(reasonOf(readAsked(question({ ...ORIGINAL, 'x-original-url': url }), 'nginx', 0))).toMatch(/^forward-auth-/u);
    },
  );
});
