import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createIdentity, type Identity } from './index.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const DAY_MS = 86_400_000;
let platform: TestPlatform;
let identity: Identity;

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from identity_token; delete from identity_service_account');
  platform.recorded.length = 0;
  identity = createIdentity(platform);
});
const create = async (days = 30) => identity.createToken({ name: 'ci', permissions: ['ban:read', 'ban:read'], days }, operator);

describe('tokens', () => {
  it('work from the moment of making and stand nowhere in the database or the record', async () => {
    const { token, view } = await create();
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'valid', token: { id: view.id, permissions: ['ban:read'] } });
    const stored = JSON.stringify(await platform.db.query('select * from identity_token'));
    expect(stored).not.toContain(token.slice(3));
    expect(JSON.stringify(platform.recorded)).not.toContain(token.slice(3));
    expect(platform.recorded).toMatchObject([
      { type: 'service-account.created', payload: { name: 'ci' } },
      { type: 'token.created', actor: operator, payload: { token: view.id, account: view.account.id } },
    ]);
  });

  it('end by revocation at once, although they were just used', async () => {
    const { token, view } = await create();
    await identity.verifyToken(token);
    expect((await identity.revokeToken(view.id, operator)).revokedAt).not.toBeNull();
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'refused', cause: 'revoked' });
    await expect(identity.revokeToken(view.id, operator)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('end by time', async () => {
    const { token } = await create(1);
    expect((await identity.verifyToken(token)).kind).toBe('valid');
    platform.advance(DAY_MS);
    expect(await identity.verifyToken(token)).toMatchObject({ kind: 'refused', cause: 'expired' });
  });

  it('are listed in pages without their secret', async () => {
    for (let count = 0; count < 3; count += 1) await create();
    const first = await identity.listTokens({ limit: 2 });
    expect(first.items).toHaveLength(2);
    const second = await identity.listTokens({ limit: 2, cursor: String(first.next) });
    expect(second.items).toHaveLength(1);
    expect(second.next).toBeNull();
    expect(Object.keys(first.items[0] ?? {})).not.toContain('hash');
  });

  it('wrong tokens are recorded up to five a second; a good token still works beyond that', async () => {
    const { token } = await create();
    platform.recorded.length = 0;
    const noted = [];
    for (let count = 0; count < 50; count += 1)
      noted.push(await identity.noteRefusal({ route: '/api/v1/bans', cause: 'unknown' }));
    expect(noted.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(noted).toContain(false);
    expect(platform.recorded.filter(({ type }) => type === 'token.refused')).toHaveLength(noted.filter(Boolean).length);
    expect((await identity.verifyToken(token)).kind).toBe('valid');
  });
});
