import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createOidcClient, type OidcClient, type Pending } from './client.ts';
import { providerSchema, type ProviderSettings } from './settings.ts';
import { TestProvider } from './test-provider.ts';

const REDIRECT = 'https://shop.example/.holdfast/provider/back/corp';
let provider: TestProvider;
let client: OidcClient;
let lines: string[];
const note = (fields: unknown, words: string): void => void lines.push(`${words} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };

const settingsOf = (more: Partial<ProviderSettings> = {}): ProviderSettings =>
  providerSchema.parse({
    id: 'corp',
    name: 'Corp',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: 'env:UNUSED',
    aal2: { acr: ['urn:two'], amr: ['mfa'] },
    groupsClaim: 'groups',
    ...more,
  });
const open = (more: Partial<ProviderSettings> = {}): OidcClient =>
  createOidcClient({ settings: settingsOf(more), secret: provider.secret, clock: systemClock, log });

beforeEach(async () => {
  provider = await TestProvider.start();
  lines = [];
  client = open();
});
afterEach(async () => provider[Symbol.asyncDispose]());

async function begin(isFresh = false): Promise<{ url: string; pending: Pending }> {
  const began = await client.begin({ redirectUri: REDIRECT, isFresh, wantsAal2: true });
  if (began.kind !== 'began') throw new Error(`assertion: begun, not ${began.cause}`);
  return began;
}
async function roundTrip(change: Partial<Pending> = {}, edit = (query: string): string => query) {
  const { url, pending } = await begin(change.isFresh);
  return client.finish(edit(provider.approve(url)), { ...pending, ...change });
}

describe('an honest answer', () => {
  test('says who it is, and how sure', async () => {
    provider.said.claims = {
      acr: 'urn:two',
      name: 'Ann',
      groups: ['staff', 7, ''],
      email: 'ann@example.org',
      email_verified: true,
    };
    const finished = await roundTrip();
    expect(finished).toEqual({
      kind: 'claims',
      claims: {
        issuer: provider.issuer,
        subject: 'account-1',
        isAal2: true,
        email: 'ann@example.org',
        display: 'Ann',
        groups: ['staff'],
      },
    });
  });

  test('is asked for with PKCE, state and nonce, each of its own', async () => {
    const [one, two] = [await begin(), await begin(true)];
    const { searchParams } = new URL(one.url);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('acr_values')).toBe('urn:two');
    expect(searchParams.get('prompt')).toBeNull();
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(searchParams.get(name)?.length).toBeGreaterThan(30);
      expect(new URL(two.url).searchParams.get(name)).not.toBe(searchParams.get(name));
    }
    expect(new URL(two.url).searchParams.get('prompt')).toBe('login');
    expect(one.url).not.toContain(one.pending.verifier);
  });

  test('about an address counts only with the word that it was verified, from the same source', async () => {
    for (const [claims, info, email] of [
      [{ email: 'a@example.org' }, {}, null],
      [{ email: 'a@example.org', email_verified: 'true' }, {}, null],
      [{ email: 'a@example.org' }, { email: 'a@example.org', email_verified: true }, null],
      [{}, { email: 'b@example.org', email_verified: true }, 'b@example.org'],
      [{ email_verified: true }, { email: 'b@example.org' }, null],
    ] as const) {
      Object.assign(provider.said, { claims, info });
      const finished = await roundTrip();
      expect(finished.kind === 'claims' ? finished.claims.email : finished, JSON.stringify([claims, info])).toBe(email);
    }
  });

  test('is aal1 unless the token itself proves more: the user info cannot', async () => {
    provider.said.claims = { acr: 'urn:one', amr: ['pwd'] };
    provider.said.info = { acr: 'urn:two', amr: ['mfa'] };
    const finished = await roundTrip();
    expect(finished.kind === 'claims' && finished.claims.isAal2).toBe(false);
    provider.said.claims = { amr: ['pwd', 'mfa'] };
    const sure = await roundTrip();
    expect(sure.kind === 'claims' && sure.claims.isAal2).toBe(true);
  });
});

describe('an answer that does not fit is refused', () => {
  test.each([
    ['the token of another client', { aud: 'other' }],
    ['a token for two clients, given to the other', { aud: ['holdfast', 'other'], azp: 'other' }],
    ['the token of another issuer', { iss: 'https://evil.example' }],
    ['a token for another question', { nonce: 'other' }],
    ['a token for no question', { nonce: null }],
    ['an old token', { exp: 1, iat: 0 }],
    ['a token about nobody', { sub: null }],
    ['a token about nobody in particular', { sub: '' }],
    ['a subject longer than any', { sub: 'x'.repeat(256) }],
  ])('%s', async (_what, claims) => {
    provider.said.claims = claims;
    const finished = await roundTrip();
    expect(finished).toMatchObject({ kind: 'fault', cause: 'untrusted' });
  });

  test('a token that somebody else signed', async () => {
    provider.said.isForged = true;
    expect(await roundTrip()).toMatchObject({ kind: 'fault', cause: 'untrusted' });
  });

  test('user info about somebody else', async () => {
    provider.said.info = { sub: 'account-2' };
    expect(await roundTrip()).toMatchObject({ kind: 'fault', cause: 'untrusted' });
  });

  test('another state, no state, two states, another nonce, another verifier', async () => {
    expect(await roundTrip({}, (query) => query.replace(/state=[^&]*/u, 'state=other'))).toMatchObject({ kind: 'fault' });
    expect(await roundTrip({}, (query) => query.replace(/&?state=[^&]*/u, ''))).toMatchObject({ kind: 'fault' });
    expect(await roundTrip({}, (query) => `${query}&state=other`)).toMatchObject({ kind: 'fault' });
    expect(await roundTrip({ nonce: 'other' })).toMatchObject({ kind: 'fault', cause: 'untrusted' });
    expect(await roundTrip({ verifier: 'v'.repeat(43) })).toMatchObject({ kind: 'fault', cause: 'untrusted' });
    expect(await roundTrip()).toMatchObject({ kind: 'claims' });
  });

  test('a code that was used before', async () => {
    const { url, pending } = await begin();
    const query = provider.approve(url);
    expect(await client.finish(query, pending)).toMatchObject({ kind: 'claims' });
    expect(await client.finish(query, pending)).toMatchObject({ kind: 'fault', cause: 'untrusted' });
  });

  test('the answer of another issuer by its own word (RFC 9207)', async () => {
    expect(await roundTrip({}, (query) => `${query}&iss=https%3A%2F%2Fevil.example`)).toMatchObject({ cause: 'untrusted' });
    const own = encodeURIComponent(provider.issuer);
    expect(await roundTrip({}, (query) => `${query}&iss=${own}`)).toMatchObject({ kind: 'claims' });
  });

  test('a confirmation from long ago', async () => {
    provider.said.claims = { auth_time: Math.floor(Date.now() / 1000) - 3600 };
    expect(await roundTrip({ isFresh: true })).toMatchObject({ kind: 'fault', cause: 'untrusted' });
    expect(await roundTrip()).toMatchObject({ kind: 'claims' });
  });

  test('the word of the provider that the person said no', async () => {
    const { url, pending } = await begin();
    const state = new URL(url).searchParams.get('state') ?? '';
    const finished = await client.finish(`error=access_denied&error_description=canary&state=${state}`, pending);
    expect(finished).toMatchObject({ kind: 'fault', cause: 'denied' });
    expect(lines.join()).not.toContain('canary');
  });
});

describe('a provider that is away', () => {
  test('is said to be away, asked once by all who wait, and left alone for a while', async () => {
    provider.said.issuer = 'https://somebody-else.example';
    const all = await Promise.all(
      Array.from({ length: 5 }, async () => client.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false })),
    );
    expect(all.every(({ kind }) => kind === 'fault')).toBe(true);
    expect(provider.requests).toEqual(['/.well-known/openid-configuration']);
    await client.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false });
    expect(provider.requests).toHaveLength(1);
  });

  test('gives up on silence, on refusals to connect, and on answers that are too long', async () => {
    provider.said.padding = 500_000;
    expect(await client.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false })).toMatchObject({ kind: 'fault' });
    provider.said.padding = 0;
    provider.said.isSilent = true;
    const silent = open();
    expect(await silent.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false })).toMatchObject({ cause: 'away' });
    const closed = open({ issuer: 'http://127.0.0.1:1' });
    expect(await closed.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false })).toMatchObject({ cause: 'away' });
  });

  test('does so also with a code in hand', async () => {
    const { url, pending } = await begin();
    const query = provider.approve(url);
    provider.said.status = 503;
    expect(await client.finish(query, pending)).toMatchObject({ kind: 'fault', cause: 'away' });
  });

  test('does not make everybody wait: beyond a number nobody else does', async () => {
    provider.said.isSilent = true;
    const waiting = Array.from({ length: 33 }, async () =>
      client.begin({ redirectUri: REDIRECT, isFresh: false, wantsAal2: false }),
    );
    const first = await Promise.race(waiting.map(async (one, place) => one.then(() => place)));
    expect(first).toBe(32);
    await Promise.all(waiting);
  });
});

describe('settings', () => {
  test('name an issuer over HTTPS, or on this machine', () => {
    const base = { id: 'corp', name: 'Corp', clientId: 'x' };
    for (const issuer of ['http://id.example', 'ftp://id.example', 'https://id.example?x=1', 'https://a:b@id.example', 'id']) {
      expect(providerSchema.safeParse({ ...base, issuer }).success, issuer).toBe(false);
    }
    for (const issuer of ['https://id.example/realms/one', 'http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:1']) {
      expect(providerSchema.safeParse({ ...base, issuer }).success, issuer).toBe(true);
    }
  });

  test('bring strangers along only with a word about which', () => {
    const base = { id: 'corp', name: 'Corp', clientId: 'x', issuer: 'https://id.example', create: true };
    expect(providerSchema.safeParse(base).success).toBe(false);
    expect(providerSchema.safeParse({ ...base, emailDomains: ['example.org'] }).success).toBe(true);
    expect(providerSchema.safeParse({ ...base, emailDomains: ['*'] }).success).toBe(true);
    expect(providerSchema.safeParse({ ...base, emailDomains: ['*.org'] }).success).toBe(false);
    expect(providerSchema.safeParse({ ...base, emailDomains: ['example.org'], scopes: ['profile'] }).success).toBe(false);
  });
});
