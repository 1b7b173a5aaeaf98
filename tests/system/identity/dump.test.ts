import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lettersIn } from '../../support/files.ts';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { connectAdmin } from '../../support/admin-client.ts';
import { seek, seekInFolder, type Canary } from '../../support/canaries.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

if (postgresMissing !== null) console.warn(postgresMissing);

const FIRST = 'vier blaue Fahrräder im Regen';
const SECOND = 'sieben grüne Boote vor Anker';
const MISTYPED = 'vier blaue Fahrräder im Regem';
const APP = '/.holdfast';

/** Text values of every column of every row, those inside JSON too. */
async function valuesOf(cluster: PostgresCluster, pattern: string): Promise<Set<string>> {
  const names = await cluster.query(
    `select tablename from pg_tables where schemaname = 'public' and tablename like '${pattern}'`,
  );
  const found = new Set<string>();
  const take = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) take(part);
  };
  for (const name of names.split('\n').filter((text) => text !== ''))
    take(JSON.parse(await cluster.query(`select coalesce(json_agg(t), '[]') from ${name} t`)));
  return found;
}

/** What a header can carry; anything else cannot even be sent. */
const isSendable = (value: string): boolean => /^[\x21-\x7e]{8,4000}$/u.test(value) && !/[;,"\\]/u.test(value);

describe.skipIf(postgresMissing !== null)('whoever steals the database', () => {
  const letters = mkdtempSync(join(tmpdir(), 'hf-letters-'));
  const secrets: Canary[] = [];
  /** Six digits stand in many numbers: these are looked for by themselves. */
  const codes: string[] = [];
  const stack = new AsyncDisposableStack();
  let cluster: PostgresCluster;
  let application: TestApplication;
  let server: HoldfastProcess;
  let ann: AdminBrowser;
  let ada: AdminBrowser;
  let token = '';

  const keep = (name: string, value: string | undefined): string => {
    if (value === undefined || value.length < 6) throw new Error(`assertion: there is a ${name}`);
    secrets.push({ name, value });
    return value;
  };
  const code = (who: AdminBrowser, ahead: number): string => {
    const text = totp(who.secret, ahead);
    codes.push(text);
    return text;
  };
  const keepAll = (name: string, who: AdminBrowser): void => {
    keep(`seed of ${name}`, who.secret);
    for (const one of who.codes) keep(`recovery code of ${name}`, one);
    keepCookies(name, who);
  };
  const keepCookies = (name: string, who: AdminBrowser): void => {
    for (const [cookie, value] of who.cookies) keep(`cookie ${cookie} of ${name}`, value);
  };
  const logIn = async (who: AdminBrowser, password: string): Promise<void> => {
    await who.go(`${APP}/login`);
    await who.submit(`${APP}/login`, { name: 'ann', password });
  };
  const linkInLetter = async (): Promise<URL> => {
    const links = (): string[] => lettersIn(letters).flatMap((text) => text.match(/https:\/\/\S+\/reset\/finish#[\w-]+/gu) ?? []);
    await expect.poll(() => links().length, { timeout: 20_000 }).toBeGreaterThan(0);
    return new URL(links()[0] ?? '');
  };

  beforeAll(async () => {
    cluster = stack.use(await createPostgresCluster());
    application = stack.use(await startTestApplication());
    server = stack.use(
      await HoldfastProcess.start({
        args: ['--to', application.url, '--login', 'required'],
        dataDir: join(letters, '..', `hf-dump-${process.pid}`),
        env: {
          HOLDFAST_DATABASE_URL: cluster.url,
          HOLDFAST_AUDIT__BALLAST_BYTES: '0',
          HOLDFAST_MAIL__TRANSPORT: 'file',
          HOLDFAST_MAIL__FOLDER: letters,
        },
      }),
    );
  }, 120_000);
  afterAll(async () => {
    const dataDir = server?.dataDir;
    await stack.disposeAsync();
    rmSync(letters, { recursive: true, force: true });
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  });

  test('(everything that makes secrets is done once)', async () => {
    for (const [name, value] of Object.entries({ FIRST, SECOND, MISTYPED })) keep(`password ${name}`, value);
    ada = new AdminBrowser(server.admin, server.ca());
    const setup = keep(
      'setup link',
      new URL((await server.cli<{ link: string }>('admin', 'setup-link')).data.link).hash.slice(1),
    );
    await ada.go('/setup');
    await ada.submit('/setup', { token: setup });
    await ada.submit('/setup', { name: 'ada', password: FIRST, again: FIRST });
    await ada.enrolTotp();
    keepAll('ada', ada);

    const invited = await server.cli<{ link: string }>('user', 'invite', 'ann', '--email', 'ann@example.org');
    keep('invitation', new URL(invited.data.link).hash.slice(1));
    ann = new AdminBrowser(server.https, server.ca(), APP);
    await ann.enrol(invited.data.link, { password: FIRST });
    keepAll('ann', ann);

    const second = new AdminBrowser(server.https, server.ca(), APP);
    await logIn(second, MISTYPED);
    expect(second.last.status).toBe(422);
    await logIn(second, FIRST);
    keepCookies('ann half way', second);
    await second.submit(`${APP}/totp`, { code: code(ann, 1) });
    expect((await second.send('GET', '/')).status).toBe(200);
    keepCookies('ann at a second place', second);

    const third = new AdminBrowser(server.https, server.ca(), APP);
    await logIn(third, FIRST);
    await third.go(`${APP}/recovery`);
    await third.submit(`${APP}/recovery`, { code: ann.codes[1] ?? '' });
    expect((await third.send('GET', '/')).status).toBe(200);
    keepCookies('ann by recovery code', third);

    await third.go(`${APP}/reset`);
    await third.submit(`${APP}/reset`, { name: 'ann' });
    const reset = keep('reset link', (await linkInLetter()).hash.slice(1));
    await third.go(`${APP}/reset/finish`);
    await third.submit(`${APP}/reset/finish`, { token: reset });
    await third.submit(`${APP}/reset/finish`, { password: SECOND, again: SECOND });
    // No session of before lives on, and the letter alone opens none.
    expect((await second.send('GET', '/', { headers: { accept: 'application/json' } })).status).toBe(401);
    await third.go(`${APP}/recovery`);
    await third.submit(`${APP}/recovery`, { code: ann.codes[2] ?? '' });
    expect((await third.send('GET', '/')).status).toBe(200);
    ann.cookies.clear();
    for (const [name, value] of third.cookies) ann.cookies.set(name, value);
    keepCookies('ann after the reset', ann);

    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'ci', '--permission', 'ban:read');
    token = keep('token', created.data.token);
    using client = connectAdmin(server, token);
    expect((await client.call('GET', '/api/v1/bans')).status).toBe(200);
    expect(secrets.length).toBeGreaterThan(30);
  }, 120_000);

  test('finds no secret in the dump, the log, the ledger or the data directory, in any form', async () => {
    // What is on its way to the disk has arrived.
    expect((await server.cli('audit', 'verify')).code).toBe(0);
    const dump = await cluster.dump();
    expect(dump).toContain('identity_session');
    expect(dump).toContain('COPY public.audit_event');
    expect(seek(Buffer.from(dump), secrets, 'dump')).toEqual([]);
    const { files, sightings } = seekInFolder(server.dataDir, secrets);
    expect(files).toBeGreaterThan(8);
    expect(sightings).toEqual([]);
    expect(seek(Buffer.from(server.stderr), secrets, 'standard error')).toEqual([]);
    const digits = new Set(`${dump}\n${server.stderr}`.match(/(?<![\w.-])\d{6}(?![\w.-])/gu) ?? []);
    expect(codes.filter((one) => digits.has(one))).toEqual([]);
  }, 120_000);

  test('(the same search finds what is there)', async () => {
    const dump = await cluster.dump();
    const [row = ''] = (await cluster.query('select hash from identity_session')).split('\n');
    expect(seek(Buffer.from(dump), [{ name: 'hash', value: row }], 'dump')).not.toEqual([]);
  });

  test('is let in by no value of any column: not as a cookie, a bearer token or a link', async () => {
    const values = [...(await valuesOf(cluster, 'identity_%')), ...(await valuesOf(cluster, 'platform_%'))].filter(isSendable);
    expect(values.length).toBeGreaterThan(60);
    const headers = { accept: 'application/json' };
    for (const value of new Set(values)) {
      const app = await server.fetch('/', { headers: { ...headers, cookie: `__Host-holdfast=${value}` } });
      expect([401, 400, 431], value).toContain(app.status);
      const stranger = new AdminBrowser(server.admin, server.ca());
      stranger.cookies.set('__Host-holdfast-admin', value);
      expect((await stranger.send('GET', '/api/v1/me')).status, value).toBe(401);
      stranger.cookies.clear();
      const bearer = await stranger.send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${value}` } });
      // 429: it was looked at, and is the one after many that nobody has.
      expect([401, 429], value).toContain(bearer.status);
    }
    const links = [...(await valuesOf(cluster, 'identity_invite')), ...(await valuesOf(cluster, 'identity_challenge'))];
    expect(links.length).toBeGreaterThan(4);
    for (const value of links.filter((text) => isSendable(text) && text.length <= 256)) {
      for (const [page, prefix] of [
        [`${APP}/invite`, server.https],
        [`${APP}/reset/finish`, server.https],
        ['/setup', server.admin],
      ] as const) {
        const stranger = new AdminBrowser(prefix, server.ca(), APP);
        await stranger.go(page);
        if (!stranger.last.body.includes('name="token"')) continue;
        await stranger.submit(page, { token: value });
        if (stranger.last.body.includes('name="password"'))
          await stranger.submit(page, { name: 'eve', password: SECOND, again: SECOND });
        expect(stranger.last.status, `${page} ${value}`).toBe(422);
      }
    }
    // The honest twins.
    expect((await ann.send('GET', '/', { headers })).status).toBe(200);
    expect((await ada.api('GET', '/me')).status).toBe(200);
    using client = connectAdmin(server, token);
    expect((await client.call('GET', '/api/v1/bans')).status).toBe(200);
  }, 180_000);

  test('reads no token, hash or address where sessions and tokens are listed', async () => {
    for (const words of [
      ['session', 'list'],
      ['token', 'list'],
    ] as const) {
      const { stdout, code: exit } = await server.cli(...words);
      expect(exit).toBe(0);
      expect(seek(Buffer.from(stdout), secrets, words.join(' '))).toEqual([]);
      expect(stdout).not.toMatch(/[0-9a-f]{64}/u);
    }
  });
});
