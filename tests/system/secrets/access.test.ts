import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

const VALUE = 'value-that-nobody-may-see-5c1e';
const PASSWORD = 'vier blaue Fahrräder im Regen';
const READ = ['secret:read', 'secret:reveal'];
const DISK_MIB = 160;

interface Event {
  readonly type: string;
  readonly severity: string;
  readonly actor: { readonly kind: string; readonly ref: string };
  readonly payload: Readonly<Record<string, unknown>>;
}

const path = (name: string, environment = 'production'): string =>
  `/api/v1/secrets/secret/${environment}/${encodeURIComponent(name)}`;

async function eventsOf(server: HoldfastProcess, type: string): Promise<readonly Event[]> {
  const { data } = await server.cli<{ events: Event[] }>('audit', 'tail', '-n', '500', '--type', type);
  return data.events;
}

async function tokenOf(server: HoldfastProcess, account: string, permissions: readonly string[]): Promise<string> {
  const words = ['token', 'create', '--name', account, '--account', account, '--permission', ...permissions];
  return (await server.cli<{ token: string }>(...words)).data.token;
}

/** Through the socket, as the operator of the host writes them. */
async function write(server: HoldfastProcess, name: string, environment = 'production'): Promise<void> {
  const { code } = await server.cli('secret', 'set', `secret/${environment}/${name}`, '--generate', '32');
  expect(code).toBe(0);
}

describe('who reads a secret of production', () => {
  const stack = new AsyncDisposableStack();
  let application: TestApplication;
  let server: HoldfastProcess;
  let program: AdminClient;
  let ada: AdminBrowser;

  beforeAll(async () => {
    application = stack.use(await startTestApplication());
    server = stack.use(await HoldfastProcess.start({ args: ['--to', application.url] }));
    for (const name of ['ci', 'writer']) await server.cli('service', 'create', name, '--purpose', 'builds');
    program = stack.use(connectAdmin(server, await tokenOf(server, 'ci', READ)));
    const set = await connectAdmin(server, await tokenOf(server, 'writer', ['secret:write'])).call(
      'POST',
      `${path('API_KEY')}/versions`,
      {
        data: { value: VALUE },
      },
    );
    // Nobody said that this account may.
    expect(set.status).toBe(403);
    for (let at = 0; at < 11; at += 1) await write(server, `S${at}`, 'staging');
    await write(server, 'API_KEY');
    ada = new AdminBrowser(server.admin, server.ca());
    const { data } = await server.cli<{ link: string }>('admin', 'setup-link');
    await ada.enrol(data.link, { name: 'ada', password: PASSWORD });
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  const reveal = async (name: string, purpose: unknown, environment?: string) =>
    program.call('POST', `${path(name, environment)}/reveal`, { purpose });

  test('is no program that nobody let in, whatever its token carries; each refusal leaves one record', async () => {
    expect(await reveal('API_KEY', 'deploy')).toMatchObject({ status: 403, body: { code: 'access-denied' } });
    expect(await program.call('DELETE', path('API_KEY'))).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
    const refused = await eventsOf(server, 'secret.refused');
    expect(
      refused.map(({ payload }) => [payload['secret'], payload['permission'], payload['cause']].join(' ')).toSorted(),
    ).toEqual([
      'secret/production/API_KEY secret:reveal policy',
      'secret/production/API_KEY secret:write policy',
      'secret/production/API_KEY secret:write scope',
    ]);
  });

  test('is a program that was let in, for what it was let in for, and it says what for', async () => {
    await server.cli('secret', 'grant', 'secret/production/API_*', '--to', 'ci', '--purpose', 'deploy', '--expires', '30d');
    expect(await reveal('API_KEY', 'look')).toMatchObject({ status: 403 });
    expect(await reveal('API_KEY', undefined)).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
    const given = await reveal('API_KEY', 'deploy');
    expect(given).toMatchObject({ status: 200, body: { name: 'API_KEY', version: 1 } });
    const [read] = await eventsOf(server, 'secret.read');
    expect(read).toMatchObject({ actor: { kind: 'token' }, payload: { purpose: 'deploy', via: 'api', version: 1 } });
    const { data } = await server.cli<{ accounts: { name: string; purposes: string[] }[] }>(
      'secret',
      'who-can',
      'secret/production/API_KEY',
    );
    expect(data.accounts).toMatchObject([{ name: 'ci', purposes: ['deploy'] }]);
  });

  test('is an owner who has just confirmed who they are, and is told so before', async () => {
    const body = { purpose: 'look into an outage' };
    const call = async (environment: string, name: string) =>
      ada.api('POST', path(name, environment).replace('/api/v1', '') + '/reveal', { body });
    expect((await call('staging', 'S0')).status).toBe(200);
    const asked = await call('production', 'API_KEY');
    expect([asked.status, asked.data['code'], asked.data['acr']]).toEqual([401, 'step-up-required', 'aal2']);
    expect(asked.data['maxAgeSeconds']).toBeGreaterThan(0);
    await ada.confirm();
    const given = await call('production', 'API_KEY');
    expect(given.status).toBe(200);
    expect(given.headers['cache-control']).toBe('no-store');
    const reads = await eventsOf(server, 'secret.read');
    expect(reads[0]).toMatchObject({ actor: { kind: 'operator' }, payload: { secret: 'secret/production/API_KEY' } });
  });

  test('who reads eleven different ones in a minute is told of once, and a decoy at once', async () => {
    await server.cli('secret', 'grant', 'secret/staging/*', '--to', 'ci');
    await server.cli('secret', 'settings', 'secret/staging/S3', '--canary', 'on');
    for (let round = 0; round < 2; round += 1)
      for (let at = 0; at < 11; at += 1) expect((await reveal(`S${at}`, 'test', 'staging')).status).toBe(200);
    const bursts = await eventsOf(server, 'secret.read-burst');
    expect(bursts.map(({ severity, payload }) => [severity, payload['secrets']])).toEqual([['high', 11]]);
    const canaries = await eventsOf(server, 'secret.canary-read');
    expect(canaries.map(({ severity }) => severity)).toEqual(['critical', 'critical']);
    const { status, body } = await ada.send('GET', '/metrics');
    expect(status).toBe(200);
    expect(body).toContain('holdfast_secret_reads_total{via="api"}');
    expect(body).toContain('holdfast_secret_alarms_total{kind="burst"} 1');
    expect(body).not.toContain('API_KEY');
  });
});

const disk = mountSmallDisk(DISK_MIB);
if (disk === null) process.emitWarning('this host may not mount a small tmpfs: reads beside a full disk are not tested');

describe.skipIf(disk === null)('a ledger that takes no record', () => {
  const stack = new AsyncDisposableStack();
  let server: HoldfastProcess;
  let program: AdminClient;

  beforeAll(async () => {
    stack.defer(() => disk?.[Symbol.dispose]());
    const application = stack.use(await startTestApplication());
    server = stack.use(
      await HoldfastProcess.start({
        args: ['--to', application.url],
        dataDir: `${disk?.path ?? ''}/data`,
        env: { HOLDFAST_AUDIT__BALLAST_BYTES: '1048576' },
      }),
    );
    await server.cli('service', 'create', 'ci', '--purpose', 'builds');
    program = stack.use(connectAdmin(server, await tokenOf(server, 'ci', READ)));
    await write(server, 'API_KEY');
    await server.cli('secret', 'grant', 'secret/production/API_KEY', '--to', 'ci');
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  const reveal = async () => program.call('POST', `${path('API_KEY')}/reveal`, { purpose: 'deploy' });

  test('refuses reads with 503 and gives nothing; with room again it gives', async () => {
    const { body } = await reveal();
    const value = (body as { data: { value: string } }).data.value;
    expect(value).toHaveLength(32);
    const refused: unknown[] = [];
    await expect
      .poll(
        async () => {
          disk?.fill();
          const answer = await reveal();
          if (answer.status !== 200) refused.push(answer);
          return answer.status;
        },
        { timeout: 60_000, interval: 100 },
      )
      .toBe(503);
    for (const answer of refused) {
      const { status, body: told } = answer as { status: number; body: { code: string } };
      expect(status).toBe(503);
      expect(['audit-unavailable', 'database-unavailable']).toContain(told.code);
    }
    expect(JSON.stringify(refused)).not.toContain(value);
    disk?.free();
    await expect.poll(async () => (await reveal()).status, { timeout: 60_000, interval: 250 }).toBe(200);
  });
});
