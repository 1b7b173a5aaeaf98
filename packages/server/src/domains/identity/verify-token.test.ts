import { randomBytes } from 'node:crypto';
import type { TokenView } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import type { TokenAccount } from './accounts/account.ts';
import type { StoredToken } from './store.ts';
import { hashToken, TOKEN_BYTES, writeToken } from './token-text.ts';
import { createTokenVerifier } from './verify-token.ts';

const HOUR_MS = 3_600_000;
const ACCOUNT = { id: '01ARZ3NDEKTSV4RRFFQ69G5FAX', name: 'ci', status: 'active', applications: [] } as const;

function setUp(parts: Partial<TokenView> = {}, account: Partial<TokenAccount> = {}) {
  const text = writeToken(randomBytes(TOKEN_BYTES));
  const view: TokenView = {
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    name: 'ci',
    account: { id: ACCOUNT.id, name: ACCOUNT.name },
    permissions: ['ban:read'],
    cidrs: [],
    createdAt: 0,
    createdBy: 'operator:host:0',
    expiresAt: 10 * HOUR_MS,
    revokedAt: null,
    lastUsedAt: null,
    ...parts,
  };
  const hash = hashToken(text).toString('hex');
  const rows = new Map<string, StoredToken>([[hash, { view, hash, account: { ...ACCOUNT, ...account } }]]);
  const touches: number[] = [];
  const state = { now: 1000, lookUps: 0 };
  const verifier = createTokenVerifier({
    find: async (wanted) => {
      state.lookUps += 1;
      return rows.get(wanted) ?? null;
    },
    touch: (_id, hourMs) => touches.push(hourMs),
    now: () => state.now,
  });
  return { text, rows, touches, state, verifier };
}

describe('verify', () => {
  it('accepts a known token and asks the database once in ten seconds', async () => {
    const { text, state, verifier } = setUp();
    expect(await verifier.verify(text)).toMatchObject({ kind: 'valid', token: { name: 'ci' } });
    expect((await verifier.verify(text)).kind).toBe('valid');
    expect(state.lookUps).toBe(1);
    state.now += 10_001;
    await verifier.verify(text);
    expect(state.lookUps).toBe(2);
  });

  it('refuses another well-formed token, and noise without a look-up', async () => {
    const { state, verifier } = setUp();
    expect(await verifier.verify(writeToken(randomBytes(TOKEN_BYTES)))).toEqual({ kind: 'refused', cause: 'unknown' });
    expect(state.lookUps).toBe(1);
    expect(await verifier.verify('hf_nonsense')).toEqual({ kind: 'refused', cause: 'unknown' });
    expect(state.lookUps).toBe(1);
  });

  it('refuses an expired one even while it stands in the cache', async () => {
    const { text, state, verifier } = setUp({ expiresAt: 2000 });
    expect((await verifier.verify(text)).kind).toBe('valid');
    state.now = 2000;
    expect(await verifier.verify(text)).toMatchObject({ kind: 'refused', cause: 'expired', token: { name: 'ci' } });
  });

  it('refuses a revoked one as soon as the cache is emptied', async () => {
    const { text, rows, verifier } = setUp();
    await verifier.verify(text);
    for (const [key, stored] of rows) rows.set(key, { ...stored, view: { ...stored.view, revokedAt: 1 } });
    verifier.forget();
    expect(await verifier.verify(text)).toMatchObject({ kind: 'refused', cause: 'revoked' });
  });

  it('refuses whatever belongs to a disabled or deleted account', async () => {
    for (const [status, cause] of [
      ['disabled', 'disabled'],
      ['deleted', 'revoked'],
    ] as const) {
      const { text, verifier } = setUp({}, { status });
      expect(await verifier.verify(text)).toMatchObject({ kind: 'refused', cause });
    }
  });

  it('refuses a call from elsewhere, and one of which nobody can say where it is from', async () => {
    const { text, verifier } = setUp({ cidrs: ['192.0.2.0/24'] });
    expect((await verifier.verify(text, '192.0.2.7')).kind).toBe('valid');
    expect(await verifier.verify(text, '203.0.113.7')).toMatchObject({ kind: 'refused', cause: 'address' });
    expect(await verifier.verify(text)).toMatchObject({ kind: 'refused', cause: 'address' });
  });

  it('keeps no look-up that began before something was revoked', async () => {
    const { text, rows, state, verifier } = setUp();
    const early = verifier.verify(text);
    for (const [key, stored] of rows) rows.set(key, { ...stored, view: { ...stored.view, revokedAt: 1 } });
    verifier.forget();
    await early;
    expect(await verifier.verify(text)).toMatchObject({ kind: 'refused', cause: 'revoked' });
    expect(state.lookUps).toBe(2);
  });

  it('notes a use once an hour, rounded down to the hour', async () => {
    const { text, touches, state, verifier } = setUp();
    await verifier.verify(text);
    await verifier.verify(text);
    state.now = HOUR_MS + 5;
    await verifier.verify(text);
    expect(touches).toEqual([0, HOUR_MS]);
  });
});
