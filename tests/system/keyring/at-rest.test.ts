import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyVerify, KeyringView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../support/files.ts';
import { extractBackup } from '../../../packages/server/src/platform/backup/extract.ts';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { seek, seekInFolder, type Canary, type Sighting } from '../../support/canaries.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const MARK = randomBytes(6).toString('hex');
/** Nothing of the person may be in a password. */
const PASSWORD = `sieben gruene Boote ${randomBytes(6).toString('hex')} vor Anker`;
const EMAIL = `kanarie.${MARK}@example.org`;
const AGENT = `CanaryBrowser-${MARK}`;
const ADDRESS = '203.0.113.213';
const PROVIDER_SECRET = `provider-${MARK}-secret`;
const VALUE = `value-${MARK}-of-a-secret`;
const BACKUP_PASSPHRASE = `passphrase of the backup ${MARK}`;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The bytes that an authenticator app and Holdfast have in common. */
function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/gu) ?? []).map((eight) => Number.parseInt(eight, 2)));
}

const kinds = ['embedded', 'PostgreSQL'] as const;

describe.each(kinds)('what lies on the disk, with the database %s', (kind) => {
  const isPostgres = kind === 'PostgreSQL';
  const isSkipped = isPostgres && postgresMissing !== null;
  const folder = mkdtempSync(join(tmpdir(), 'hf-rest-'));
  const dataDir = join(folder, 'data');
  const outside = join(folder, 'outside');
  const backup = join(outside, 'backup.age');
  const stack = new AsyncDisposableStack();
  const canaries: Canary[] = [
    { name: 'password', value: PASSWORD },
    { name: 'e-mail', value: EMAIL },
    { name: 'browser', value: AGENT },
    { name: 'address', value: ADDRESS },
    { name: 'secret of the provider', value: PROVIDER_SECRET },
    { name: 'value of a secret', value: VALUE },
    { name: 'passphrase of the backup', value: BACKUP_PASSPHRASE },
  ];
  let cluster: PostgresCluster | null = null;
  let application: TestApplication;
  let server: HoldfastProcess;
  let printed = '';
  let seed: Buffer = Buffer.alloc(0);

  const config = join(folder, 'holdfast.yaml');
  const start = async (): Promise<HoldfastProcess> => {
    const running = await HoldfastProcess.start({
      args: ['--to', application.url, '--login', 'required', '--config', config],
      dataDir,
      env: {
        HOLDFAST_LOG__LEVEL: 'debug',
        HOLDFAST_TRUSTED_HOPS: '1',
        HOLDFAST_AUDIT__BALLAST_BYTES: '0',
        HOLDFAST_AUDIT__REQUESTS: 'all',
      },
    });
    running.child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    return running;
  };

  beforeAll(async () => {
    if (isSkipped) return;
    mkdirSync(outside);
    writeFileSync(join(outside, 'provider-secret'), PROVIDER_SECRET, { mode: 0o600 });
    application = stack.use(await startTestApplication());
    if (isPostgres) {
      cluster = stack.use(await createPostgresCluster());
      // Every page that changes stands in the log as a whole: what is in clear anywhere is in clear there.
      await cluster.query('alter system set full_page_writes = on');
      writeFileSync(join(outside, 'database-url'), cluster.url, { mode: 0o600 });
    }
    writeFileSync(
      config,
      [
        ...(isPostgres ? ['database:', `  url: file:${join(outside, 'database-url')}`] : []),
        'mail:',
        '  transport: file',
        `  folder: ${join(outside, 'letters')}`,
        'identity:',
        '  providers:',
        '    - id: corp',
        '      name: Example Corp',
        '      issuer: https://id.example.org',
        '      clientId: holdfast',
        `      clientSecret: file:${join(outside, 'provider-secret')}`,
        '',
      ].join('\n'),
      { mode: 0o600 },
    );
    server = await start();
  }, 180_000);
  afterAll(async () => {
    if (!isSkipped) {
      await server[Symbol.asyncDispose]();
      await stack.disposeAsync();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const searchRaw = (where: string): Sighting[] => {
    const found = seekInFolder(where, canaries).sightings;
    return [...found, ...seekSeed(where)];
  };
  /** The bytes of the seed themselves, and what encodes without hiding. */
  const seekSeed = (where: string): Sighting[] => {
    const hex: Canary = { name: 'seed, hex', value: seed.toString('hex') };
    const base64: Canary = { name: 'seed, base64', value: seed.toString('base64url') };
    const raw = [...filesBelow(where)]
      .filter(({ bytes }) => bytes.includes(seed))
      .map(({ path: place }) => ({ canary: 'seed', form: 'its bytes', place }));
    return [...seekInFolder(where, [hex, base64]).sightings, ...raw];
  };

  test.skipIf(isSkipped)(
    'canaries come in by every way that something sensitive comes in',
    async () => {
      const invited = await server.cli<{ link: string }>('user', 'invite', 'kanarie', '--email', EMAIL);
      expect(invited.code).toBe(0);
      const browser = new AdminBrowser(server.https, server.ca(), '/.holdfast');
      const send = browser.send.bind(browser);
      browser.send = (method, path, options) =>
        send(method, path, { ...options, headers: { 'user-agent': AGENT, 'x-forwarded-for': ADDRESS, ...options?.headers } });
      await browser.enrol(invited.data.link, { password: PASSWORD });
      expect((await browser.send('GET', '/orders')).status).toBe(200);
      expect(browser.secret).toMatch(/^[A-Z2-7]{16,}$/u);
      seed = bytesOf(browser.secret);
      canaries.push({ name: 'seed', value: browser.secret });
      for (const code of browser.codes) canaries.push({ name: 'recovery code', value: code });
      for (const [name, value] of browser.cookies) canaries.push({ name: `cookie ${name}`, value });
      const written = await holdfast(['secret', 'set', 'secret/production/API_KEY', '--stdin', '--data-dir', dataDir], {
        input: VALUE,
      });
      expect([written.code, written.stderr]).toEqual([0, expect.any(String)]);
      // What the ledger holds about the person can be read, so it is there.
      await expect
        .poll(async () => (await server.cli<unknown>('audit', 'tail', '-n', '200')).stdout.includes(ADDRESS), { timeout: 30_000 })
        .toBe(true);
    },
    120_000,
  );

  test.skipIf(isSkipped)(
    'and are in clear nowhere while it runs: files, log, output, environment, command line',
    async () => {
      const ran = await holdfast(['backup', 'create', backup, '--passphrase-file', '-', '--data-dir', dataDir], {
        input: BACKUP_PASSPHRASE,
      });
      expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('root key is not in it')]);
      expect(searchRaw(dataDir)).toEqual([]);
      if (cluster !== null) expect(searchRaw(await cluster.query('show data_directory'))).toEqual([]);
      const proc = `/proc/${server.child.pid}`;
      for (const name of ['environ', 'cmdline']) expect(seek(readFileSync(join(proc, name)), canaries, name)).toEqual([]);
      expect(seek(Buffer.from(printed + server.stderr), canaries, 'printed')).toEqual([]);
    },
    120_000,
  );

  test.skipIf(isSkipped)(
    'nor in a backup, closed or opened; and no root key is in it',
    async () => {
      expect(seek(readFileSync(backup), canaries, 'backup')).toEqual([]);
      const opened = join(folder, 'opened');
      const manifest = await extractBackup(backup, opened, { passphrase: BACKUP_PASSPHRASE });
      expect(searchRaw(opened)).toEqual([]);
      expect(manifest.files.map(({ path }) => path).filter((path) => path.includes('root.key'))).toEqual([]);
      const root = readFileSync(join(dataDir, 'keys', 'root.key'), 'utf8').trim();
      expect(seekInFolder(opened, [{ name: 'root key', value: root }]).sightings).toEqual([]);
    },
    60_000,
  );

  test.skipIf(isSkipped)(
    'nor after all keys were changed, which anybody can go on reading through',
    async () => {
      for (const what of ['--data', '--subjects', '--root']) {
        const rotated = await server.cli<{ activeFrom: number }>('key', 'rotate', what);
        expect([what, rotated.code]).toEqual([what, 0]);
        const { data } = rotated;
        await expect.poll(() => Date.now() > data.activeFrom, { timeout: 30_000 }).toBe(true);
        const rewrapped = await server.cli<{ state: string; faults: string[] }>('key', 'rewrap', '--watch');
        expect(rewrapped.data).toMatchObject({ state: 'done', faults: [] });
      }
      const { data: view } = await server.cli<KeyringView>('key', 'status');
      expect(view.areas.filter(({ behind }) => behind > 0)).toEqual([]);
      const names = new Set(view.areas.filter(({ items }) => items > 0).map(({ name }) => name));
      for (const name of [
        'people: e-mail addresses',
        'people: authenticator seeds',
        'sessions: addresses',
        'sessions: browsers',
        'sessions: keys of the identity header',
        'tls: private keys',
        'ledger: signing keys',
        'ledger: keys of data subjects',
        'secrets: data keys',
      ])
        expect(names).toContain(name);
      expect((await server.cli<KeyVerify>('key', 'verify')).data).toMatchObject({ ok: true, findings: [] });
      const retired = view.keys.filter(({ state }) => state === 'retired');
      expect(retired.map(({ purpose }) => purpose).sort()).toEqual(['data', 'subjects']);
      for (const { id } of retired) expect((await server.cli('key', 'destroy', id, '--yes')).code).toBe(0);
      const got = await server.cli<{ data: { value: string } }>(
        'secret',
        'get',
        'secret/production/API_KEY',
        '--purpose',
        'test',
      );
      expect(got.data.data.value).toBe(VALUE);
      expect((await server.cli<unknown>('user', 'list')).stdout).toContain(EMAIL);
      expect(searchRaw(dataDir)).toEqual([]);
    },
    180_000,
  );

  test.skipIf(isSkipped)(
    'nor after the stop; the next start reads it all; and the search finds what is there to be found',
    async () => {
      expect(await server.kill('SIGTERM')).toBe(0);
      expect(searchRaw(dataDir)).toEqual([]);
      if (cluster !== null) expect(searchRaw(await cluster.query('show data_directory'))).toEqual([]);
      const before = server;
      server = await start();
      expect(before.child.exitCode).toBe(0);
      expect((await server.cli<KeyVerify>('key', 'verify')).data).toMatchObject({ ok: true });
      writeFileSync(join(dataDir, 'proof'), `${seed.toString('base64url')} ${Buffer.from(VALUE).toString('base64')}`);
      expect(searchRaw(dataDir).map(({ canary, place }) => [canary, place])).toEqual(
        expect.arrayContaining([
          ['seed, base64', 'proof'],
          ['value of a secret', 'proof'],
        ]),
      );
    },
    180_000,
  );
});
