import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openKeyring } from '../../../platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { OVERLAP_MS, SIGNING_MS, SOON_MS } from './key-rules.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';

const MINUTE = 60_000;
let platform: TestPlatform;
let keys: SigningKeys;
beforeAll(async () => {
  platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { mode: 0o700 });
});
afterAll(() => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  const { db, bus, clock, dataDir } = platform;
  await db.query('delete from identity_signing_key');
  platform.recorded.length = 0;
  keys = createSigningKeys({ db, bus, clock, keyring: await openKeyring({ dataDir }) });
});
const published = async (): Promise<number> => (await keys.current()).length;

test('the first key signs at once, and is made once', async () => {
  expect(await published()).toBe(0);
  expect(await Promise.all([keys.rotateIfDue(), keys.rotateIfDue()])).toEqual([true, false]);
  const [key] = await keys.current();
  expect(key?.notBefore).toBeLessThanOrEqual(platform.clock.now());
  expect(key?.publicJwk).not.toHaveProperty('d');
  expect(platform.recorded.map(({ type }) => type)).toEqual(['identity.key-added']);
});

test('what the private half signs the public half verifies', async () => {
  await keys.rotateIfDue();
  const [key] = await keys.current();
  if (key === undefined) throw new Error('assertion: there is a key');
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(await importJWK(key.privateJwk, 'ES256'));
  await expect(jwtVerify(token, await importJWK(key.publicJwk, 'ES256'))).resolves.toBeDefined();
});

test('the next is published an hour before it signs, and the old one for an hour after', async () => {
  await keys.rotateIfDue();
  const [first] = await keys.current();
  platform.advance(SIGNING_MS - OVERLAP_MS - MINUTE);
  expect(await keys.rotateIfDue()).toBe(false);
  platform.advance(2 * MINUTE);
  expect(await keys.rotateIfDue()).toBe(true);
  expect(await keys.rotateIfDue()).toBe(false);
  const both = await keys.current();
  expect(both.map(({ kid }) => kid)[0]).toBe(first?.kid);
  expect((both[1]?.notBefore ?? 0) - platform.clock.now()).toBeGreaterThan(OVERLAP_MS - 2 * MINUTE);
  platform.advance(2 * OVERLAP_MS - MINUTE);
  expect(await published()).toBe(2);
  platform.advance(2 * MINUTE);
  expect(await published()).toBe(1);
  expect(await keys.rotateIfDue()).toBe(true);
  expect(await keys.rotateIfDue()).toBe(false);
});

test('after months without power the old key signs until the new one is known', async () => {
  await keys.rotateIfDue();
  platform.advance(3 * SIGNING_MS);
  expect(await published()).toBe(1);
  expect(await keys.rotateIfDue()).toBe(true);
  const [old, next] = await keys.current();
  expect(next?.notBefore).toBeGreaterThan(platform.clock.now() + OVERLAP_MS - MINUTE);
  expect(old?.notBefore).toBeLessThan(platform.clock.now());
});

test('a key made by hand overlaps too', async () => {
  await keys.rotateIfDue();
  await keys.rotate();
  const [, next] = await keys.current();
  expect(next?.notBefore).toBeGreaterThan(platform.clock.now() + OVERLAP_MS - MINUTE);
});

test('after a suspicion the next signs within seconds, one that waited gives way, and the old one is published for an hour more', async () => {
  await keys.rotateIfDue();
  await keys.rotate();
  const [first, waiting] = await keys.current();
  await keys.rotate({ soon: true, actor: { kind: 'operator', ref: 'test' } });
  const [old, next, ...more] = await keys.current();
  expect(more).toEqual([]);
  expect(old?.kid).toBe(first?.kid);
  expect(next?.kid).not.toBe(waiting?.kid);
  expect(await keys.newestFrom()).toBe(next?.notBefore);
  expect((next?.notBefore ?? Infinity) - platform.clock.now()).toBeLessThanOrEqual(SOON_MS);
  expect(platform.recorded.at(-1)).toMatchObject({ type: 'identity.key-added', actor: { kind: 'operator' } });
  platform.advance(OVERLAP_MS - MINUTE);
  expect(await published()).toBe(2);
  platform.advance(2 * MINUTE);
  expect((await keys.current()).map(({ kid }) => kid)).toEqual([next?.kid]);
});

test('where somebody else looks after the time, only the first is made by itself, and what retired still goes', async () => {
  const { db, bus, clock, dataDir } = platform;
  keys = createSigningKeys({ db, bus, clock, keyring: await openKeyring({ dataDir }), firstOnly: true });
  expect(await keys.newestFrom()).toBeNull();
  expect(await keys.rotateIfDue()).toBe(true);
  platform.advance(3 * SIGNING_MS);
  expect(await keys.rotateIfDue()).toBe(false);
  await keys.rotate();
  platform.advance(2 * OVERLAP_MS + MINUTE);
  expect(await keys.rotateIfDue()).toBe(true);
  expect(await published()).toBe(1);
});

test('more than a few are not made', async () => {
  await keys.rotateIfDue();
  for (let made = 1; made < 6; made += 1) await keys.rotate();
  await expect(keys.rotate()).rejects.toMatchObject({ code: 'conflict' });
  expect(await published()).toBe(6);
});

test('a copy of the table holds no private key', async () => {
  await keys.rotateIfDue();
  const [key] = await keys.current();
  const dump = JSON.stringify(await platform.db.query('select * from identity_signing_key'));
  expect(dump).not.toContain(key?.privateJwk.d);
});
