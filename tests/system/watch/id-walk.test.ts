import type { AlertDetail, AlertView, Page } from '@holdfast/contract';
import { ACCOUNTS, startShop } from '@holdfast/example-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { startFormRelay, type FormRelay } from '../../support/form-relay.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const POLL = { timeout: 60_000, interval: 500 };
const ROUTE = 'GET /api/receipts/{}';
const WALK = 60;

describe('receipts of others, one id after the other', () => {
  let shop: Awaited<ReturnType<typeof startShop>>;
  let relay: FormRelay;
  let server: HoldfastProcess;
  let admin: AdminClient;
  beforeAll(async () => {
    shop = await startShop({ port: 0 });
    relay = await startFormRelay(shop.url);
    server = await HoldfastProcess.start({ args: ['--to', relay.url, '--listen', 'http://127.0.0.1:0'] });
    admin = await createAdminClient(server, ['alert:read']);
  }, 120_000);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    await shop.close();
  });

  const signIn = async ({ name, password }: { name: string; password: string }): Promise<string> => {
    const body = new URLSearchParams({ name, password });
    const answer = await fetch(`${server.plain}/login`, { method: 'POST', redirect: 'manual', body });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('sid='));
    expect(cookie).toBeDefined();
    return cookie?.split(';', 1)[0] ?? '';
  };
  const receipt = async (id: number, cookie: string): Promise<number> => {
    const answer = await fetch(`${server.plain}/api/receipts/${id}`, { headers: { cookie } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const alerts = async (): Promise<readonly AlertView[]> => {
    const { status, body } = await admin.call('GET', '/api/v1/alerts?detector=B5');
    expect(status, JSON.stringify(body)).toBe(200);
    // The contract of the API.
    return (body as Page<AlertView>).items;
  };

  test('the walk is told of once, with route, ids and how many were missing; who reads their own is not', async () => {
    const [walker, reader] = [await signIn(ACCOUNTS.neighbour), await signIn(ACCOUNTS.customer)];
    for (let round = 0; round < 10; round += 1) expect(await receipt(1, reader)).toBe(200);
    const statuses: number[] = [];
    for (let id = 1; id <= WALK; id += 1) statuses.push(await receipt(id, walker));
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThan(50);

    await expect.poll(async () => (await alerts()).length, POLL).toBe(1);
    const [{ id } = { id: '' }] = await alerts();
    const told = (await admin.call('GET', `/api/v1/alerts/${id}`)).body as AlertDetail;
    expect(told.reason).toContain(`50 ids of ${ROUTE}`);
    expect(told.reason).toMatch(/asked for by 1 session, \d+ requests refused or missing.*: 1, 2, 3, 4, 5, …, 50$/u);
    expect(told.entities).toContainEqual({ kind: 'route', value: ROUTE });
    expect(told.entity.kind).toBe('session');
    // Each request by its id, with its hash.
    expect(told.evidence.length).toBeGreaterThanOrEqual(50);
    expect(told.evidence.every(({ requestId, hash }) => requestId !== null && hash !== null)).toBe(true);
  });
});
