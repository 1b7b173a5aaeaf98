import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SecretDetail } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const VALUE = 'hunter2-and-more';
const AT = '/api/v1/secrets/shop/production/db%2Fpassword';
const REF = 'shop/production/db/password';
const view: SecretDetail = {
  application: 'shop',
  environment: 'production',
  name: 'db/password',
  currentVersion: 2,
  latestVersion: 2,
  fields: ['value'],
  createdAt: 1,
  changedAt: 1,
  owner: null,
  description: '',
  maxAgeDays: null,
  isOverdue: false,
  rotation: null,
  isCanary: false,
  lastReadAt: null,
  versionsKept: 10,
  versions: [],
};
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server?.close());

describe('a value', () => {
  it.each([
    ['as a word', ['secret', 'set', REF, VALUE]],
    ['as a field', ['secret', 'set', REF, '--field', `value=${VALUE}`]],
    ['as an invented flag', ['secret', 'set', REF, `--value=${VALUE}`]],
    ['from two places', ['secret', 'set', REF, '--stdin', '--generate', '32']],
    ['from nowhere', ['secret', 'set', REF]],
  ])('%s is refused with exit code 2, not repeated, and nothing is sent', async (_how, argv) => {
    server = await answerOnSocket(terminal.dataDir, {});
    const ran = await terminal.run(argv);
    expect(ran.code).toBe(2);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('hunter2');
    expect(server.seen).toEqual([]);
  });

  it('comes from stdin without the last line end, or from files by fields', async () => {
    server = await answerOnSocket(terminal.dataDir, { [`POST ${AT}/versions`]: { status: 201, body: view } });
    const piped = await terminal.run(['secret', 'set', REF, '--stdin', '--cas', '1', '--reason', 'was seen'], {
      input: `${VALUE}\n\n`,
    });
    expect(piped).toMatchObject({ code: 0, stdout: `${REF} version 2\n` });
    writeFileSync(path.join(terminal.dataDir, '..', 'user.txt'), 'ada\r\n');
    const fields = await terminal.run(['secret', 'set', REF, '--field', 'user=@user.txt', 'password=-'], { input: VALUE });
    expect(fields.code).toBe(0);
    expect(server.seen.map(({ body }) => body)).toEqual([
      { data: { value: `${VALUE}\n` }, cas: 1, note: 'was seen' },
      { data: { user: 'ada', password: VALUE } },
    ]);
  });

  it('is made by chance, long enough, of letters and digits, and shown to nobody', async () => {
    server = await answerOnSocket(terminal.dataDir, { [`POST ${AT}/versions`]: { status: 201, body: view } });
    const ran = await terminal.run(['secret', 'set', REF, '--generate', '48']);
    const data = (server.seen[0]?.body as { data: { value: string } } | undefined)?.data ?? { value: '' };
    expect(data.value).toMatch(/^[A-Za-z0-9]{48}$/u);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(data.value);
    expect((await terminal.run(['secret', 'set', REF, '--generate', '8'])).code).toBe(2);
  });

  it('is not shown by a dry run', async () => {
    server = await answerOnSocket(terminal.dataDir, {});
    const ran = await terminal.run(['secret', 'set', REF, '--stdin', '--dry-run'], { input: VALUE });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('would send POST') });
    expect(ran.stdout).not.toContain('hunter2');
    expect(server.seen).toEqual([]);
  });

  it('is printed for a purpose: alone, by its field, or as JSON; and a terminal is not steered by it', async () => {
    const one = {
      application: 'shop',
      environment: 'production',
      name: 'db/password',
      version: 2,
      createdAt: 1,
      data: { value: VALUE },
    };
    const many = { ...one, data: { user: 'ada', password: 'x\u001B[2Jy' } };
    const reply = [{ body: one }, { body: many }, { body: many }, { body: many }, { body: many }];
    server = await answerOnSocket(terminal.dataDir, { [`POST ${AT}/reveal`]: reply });
    const get = ['secret', 'get', REF, '--purpose', 'Deploy'];
    expect((await terminal.run(['secret', 'get', REF])).code).toBe(2);
    expect(await terminal.run([...get, '--version', '2'])).toMatchObject({ code: 0, stdout: `${VALUE}\n` });
    expect((await terminal.run([...get, '--field', 'user'])).stdout).toBe('ada\n');
    expect(JSON.parse((await terminal.run(get)).stdout)).toEqual(many.data);
    expect((await terminal.run([...get, '--field', 'none'])).code).toBe(2);
    expect((await terminal.run([...get, '--field', 'password'], { isTerminal: true })).stdout).toBe('xy\n');
    expect(server.seen[0]?.body).toEqual({ purpose: 'deploy', version: 2 });
  });
});

describe('versions', () => {
  it('are named by number, and destroyed only after a yes', async () => {
    const states = [{ version: 1, state: 'destroyed', createdAt: 1, createdBy: 'x', note: null, deletedAt: 1, copyOf: null }];
    server = await answerOnSocket(terminal.dataDir, { [`POST ${AT}/destroy`]: { body: { ...view, versions: states } } });
    const refused = await terminal.run(['secret', 'destroy', REF, '--version', '1']);
    expect(refused.code).not.toBe(0);
    expect(server.seen).toEqual([]);
    const done = await terminal.run(['secret', 'destroy', REF, '--version', '1', '--yes']);
    expect(done).toMatchObject({ code: 0, stdout: `${REF} version 1: destroyed\n` });
    expect(server.seen[0]?.body).toEqual({ versions: [1] });
    expect((await terminal.run(['secret', 'delete', REF, '--version', 'one'])).code).toBe(2);
  });
});

it('a secret is named by three parts', async () => {
  server = await answerOnSocket(terminal.dataDir, {});
  for (const ref of ['shop', 'shop/production', '/production/x', 'shop//x'])
    expect((await terminal.run(['secret', 'history', ref])).code, ref).toBe(2);
  expect(server.seen).toEqual([]);
});
