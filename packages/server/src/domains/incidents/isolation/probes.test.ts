import type { RecordedFinding } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { probesOf, requestOf, type Probe } from './probes.ts';

const recorded = (method: string, path: string, ...findings: Partial<RecordedFinding>[]) => ({
  application: 'shop',
  payload: { method, path, findings },
});
const sent = (given: Partial<Probe>) =>
  requestOf({ method: 'POST', path: '/pay', group: 'sqli', location: 'query', name: 'q', ...given });
const TAUTOLOGY = "x' OR '1'='1' -- ";

describe('what is sent again', () => {
  it('is each class once for each place, in the order of the requests, and not without end', () => {
    const probes = probesOf([
      recorded('HEAD', '/a', { group: 'sqli', location: 'query', name: 'q' }),
      recorded('GET', '/a', { group: 'sqli', location: 'query', name: 'q' }, { group: 'xss', location: 'query', name: 'q' }),
      recorded('PUT', '/b', { group: 'sqli', location: 'json', name: '/id' }),
    ]);
    expect(probes.map(({ method, path, group }) => `${method} ${path} ${group}`)).toEqual([
      'GET /a sqli',
      'GET /a xss',
      'PUT /b sqli',
    ]);
    const many = Array.from({ length: 50 }, (_none, at) =>
      recorded('GET', `/${at}`, { group: 'sqli', location: 'query', name: 'q' }),
    );
    expect(probesOf(many)).toHaveLength(10);
  });

  it('leaves out what was erased since', () => {
    expect(
      probesOf([
        { application: 'shop', payload: {} },
        { application: null, payload: { findings: 'gone' } },
      ]),
    ).toEqual([]);
  });

  it('stands where the attack stood', () => {
    expect(sent({ method: 'GET' })?.target).toBe(`/pay?${new URLSearchParams({ q: TAUTOLOGY }).toString()}`);
    expect(sent({ location: 'form', name: 'card' })).toMatchObject({
      target: '/pay',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ card: TAUTOLOGY }).toString(),
    });
    const json = sent({ location: 'json', name: '/items/0/a~1b' });
    expect(json?.headers).toEqual({ 'content-type': 'application/json' });
    expect(JSON.parse(json?.body ?? '')).toEqual({ items: { 0: { 'a/b': TAUTOLOGY } } });
    expect(sent({ location: 'multipart', name: 'note' })?.body).toContain(`name="note"\r\n\r\n${TAUTOLOGY}\r\n`);
    expect(sent({ location: 'header', name: 'X-Tenant' })?.headers).toEqual({ 'x-tenant': TAUTOLOGY });
    expect(sent({ location: 'cookie', name: 'theme' })?.headers).toEqual({ cookie: `theme=${encodeURIComponent(TAUTOLOGY)}` });
  });

  it.each(['content-length', 'transfer-encoding', 'host', 'connection', 'x-holdfast-retest', 'a b', 'a\r\nb: c', ''])(
    'sets no header %j that a visitor chose: it stands in the query then',
    (name) => {
      const probe = sent({ location: 'header', name });
      expect(probe?.headers).toEqual({});
      expect(probe?.target).toContain('/pay?probe=');
    },
  );

  it('writes no second part and no second header with what a visitor named', () => {
    const multipart = sent({ location: 'multipart', name: 'a"\r\n\r\n--x' });
    expect(multipart?.body?.match(/content-disposition/gu)).toHaveLength(1);
    expect(multipart?.body?.split('\r\n\r\n')).toHaveLength(2);
    expect(sent({ location: 'header', group: 'crlf', name: 'x-tenant' })?.headers).toEqual({});
    const proto = JSON.parse(sent({ location: 'json', name: '/__proto__/admin' })?.body ?? '{}') as object;
    expect(Object.keys(proto)).toEqual(['__proto__']);
  });
});
