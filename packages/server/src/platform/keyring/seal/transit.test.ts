import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../refusal.ts';
import { newRootKey } from '../root-key.ts';
import { keyringSettingsSchema } from '../settings.ts';
import { sealWithTransit, transitProvider, type TransitParts } from './transit.ts';

const TOKEN = 'hvs.a-token-of-the-test';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly token: unknown;
  readonly body: Record<string, string>;
}

/** Records what it is asked and answers like the transit engine of Vault: `vault:v1:` and the plain text turned around. */
const asked: Asked[] = [];
let fault: 'none' | 'status' | 'long' | 'odd' = 'none';
let status = 200;
let server: Server;
let parts: TransitParts;
beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
      asked.push({ method: incoming.method, url: incoming.url, token: incoming.headers['x-vault-token'], body });
      if (fault === 'status') return void outgoing.writeHead(status).end('{"errors":["no"]}');
      if (fault === 'long') return void outgoing.end('x'.repeat(100_000));
      if (fault === 'odd') return void outgoing.end('{"data":{"plaintext":"AAAA","ciphertext":""}}');
      const turned = (text = ''): string => Array.from(text).toReversed().join('');
      const data =
        body['plaintext'] === undefined
          ? { plaintext: turned(body['ciphertext']?.slice('vault:v1:'.length)) }
          : { ciphertext: `vault:v1:${turned(body['plaintext'])}` };
      return void outgoing.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
});
afterAll(() => void server.close());
beforeEach(() => {
  asked.length = 0;
  fault = 'none';
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('assertion: a TCP server has a port');
  const transit = { url: `http://127.0.0.1:${at.port}/`, key: 'holdfast', token: 'env:TRANSIT_TOKEN' };
  parts = { settings: keyringSettingsSchema.parse({ transit }).transit, environment: { TRANSIT_TOKEN: TOKEN } };
});

const codeOf = (work: Promise<unknown>): Promise<{ code: string; text: string }> =>
  work.then(
    () => ({ code: 'nothing was refused', text: '' }),
    (error: unknown) => ({ code: isRefusal(error) ? error.code : 'a defect', text: String(error) }),
  );

describe('a root key that a transit key elsewhere wraps', () => {
  test('goes out once to be wrapped and comes back when it is unwrapped', async () => {
    const root = newRootKey();
    const document = await sealWithTransit(root, parts);
    expect(JSON.stringify(document)).not.toContain(root.bytes.toString('base64'));
    expect((await transitProvider(document, parts).fetch())?.bytes).toEqual(root.bytes);
    expect(asked.map(({ method, url, token }) => [method, url, token])).toEqual([
      ['POST', '/v1/transit/encrypt/holdfast', TOKEN],
      ['POST', '/v1/transit/decrypt/holdfast', TOKEN],
    ]);
    expect(asked[1]?.body).toEqual({ ciphertext: document.wrapped });
  });

  test('of another installation is told by its name', async () => {
    const document = { ...(await sealWithTransit(newRootKey(), parts)), root: newRootKey().id };
    expect(await codeOf(transitProvider(document, parts).fetch())).toMatchObject({
      code: 'key-wrong',
      text: expect.stringContaining(document.root) as string,
    });
  });

  test.each([
    [503, 'keyring-sealed'],
    [429, 'keyring-sealed'],
    [500, 'keyring-sealed'],
    [403, 'key-wrong'],
    [400, 'key-wrong'],
    [302, 'key-wrong'],
  ])('an answer of %i is %s, and never names the token', async (given, code) => {
    const document = await sealWithTransit(newRootKey(), parts);
    [fault, status] = ['status', given];
    const refused = await codeOf(transitProvider(document, parts).fetch());
    expect(refused.code).toBe(code);
    expect(refused.text).not.toContain(TOKEN);
  });

  test('what is no answer of a transit engine is refused', async () => {
    const document = await sealWithTransit(newRootKey(), parts);
    fault = 'odd';
    expect((await codeOf(transitProvider(document, parts).fetch())).code).toBe('key-wrong');
    expect((await codeOf(sealWithTransit(newRootKey(), parts))).code).toBe('key-wrong');
    fault = 'long';
    expect((await codeOf(transitProvider(document, parts).fetch())).code).toBe('keyring-sealed');
  });

  test('a server that is away may come back; one that is not configured does not', async () => {
    const document = await sealWithTransit(newRootKey(), parts);
    const away = { ...parts, settings: { ...parts.settings, url: 'http://127.0.0.1:1' } };
    expect((await codeOf(transitProvider(document, away).fetch())).code).toBe('keyring-sealed');
    const none = { ...parts, settings: { ...parts.settings, url: null } };
    expect((await codeOf(transitProvider(document, none).fetch())).code).toBe('config-invalid');
  });

  test('plain HTTP goes to this machine only, and all three settings belong together', () => {
    const read = (transit: object): boolean => keyringSettingsSchema.safeParse({ transit }).success;
    const whole = { key: 'k', token: 'env:T' };
    expect(read({ url: 'http://vault.example.org', ...whole })).toBe(false);
    expect(read({ url: 'https://vault.example.org', ...whole })).toBe(true);
    expect(read({ url: 'https://vault.example.org' })).toBe(false);
  });
});
