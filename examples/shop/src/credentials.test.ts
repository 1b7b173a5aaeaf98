import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeCredentials } from './credentials.ts';
import { startShop } from './server.ts';
import type { RunningShop } from './server.ts';

describe('credentials', () => {
  test('are taken out of the environment', () => {
    const env = { SHOP_DATABASE_PASSWORD: 'secret', SHOP_API_KEY: 'key', PATH: '/bin' };
    expect(takeCredentials(env)).toEqual({ databasePassword: 'secret', apiKey: 'key' });
    expect(env).toEqual({ PATH: '/bin' });
  });

  test('may be missing, but not stand there as references that nobody replaced', () => {
    expect(takeCredentials({ SHOP_API_KEY: '' })).toEqual({ databasePassword: null, apiKey: null });
    expect(() => takeCredentials({ SHOP_API_KEY: 'holdfast:demo-shop/production/API_KEY' })).toThrow(/holdfast run/u);
  });
});

describe('the page of the supplier', () => {
  let withKey: RunningShop;
  let without: RunningShop;
  beforeAll(async () => {
    withKey = await startShop({ port: 0, credentials: { databasePassword: 'secret', apiKey: 'the key' } });
    without = await startShop({ port: 0 });
  });
  afterAll(async () => {
    await withKey.close();
    await without.close();
  });
  const ask = (shop: RunningShop, key: string) => fetch(`${shop.url}/api/supplier`, { headers: { 'x-api-key': key } });

  test('is for the key alone', async () => {
    const answer = await ask(withKey, 'the key');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ account: 'ZZ00 0000 0000 0000 0000 00' }),
    ]);
    expect((await ask(withKey, 'another')).status).toBe(401);
    expect((await ask(withKey, '')).status).toBe(401);
  });

  test('is for nobody where there is no key, not even for the empty one', async () => {
    expect((await ask(without, '')).status).toBe(503);
  });
});
