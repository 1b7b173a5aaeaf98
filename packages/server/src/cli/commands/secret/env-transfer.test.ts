import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const LIST = 'GET /api/v1/secrets';
const at = (name: string): string => `/api/v1/secrets/shop/staging/${name}`;
const view = (name: string, version = 3, fields = ['value']) => ({
  application: 'shop',
  environment: 'staging',
  name,
  currentVersion: version,
  latestVersion: version,
  fields,
  isCanary: false,
});
const page = (...items: unknown[]) => ({ body: { items, next: null } });
const value = (name: string, data: unknown) => ({ body: { ...view(name), version: 3, data } });
const PLACE = ['--app', 'shop', '--env', 'staging'];

let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;
beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server?.close());

const put = (text: string): void => writeFileSync(path.join(terminal.dataDir, '..', '.env'), text);
const written = () =>
  server.seen.filter(({ method }) => method !== 'GET').map(({ method, url, body }) => ({ method, url, body }));

describe('secret import', () => {
  it('writes each variable as a secret of its name, only where there is none', async () => {
    server = await answerOnSocket(terminal.dataDir, {
      [LIST]: page(),
      [`POST ${at('A')}/versions`]: { status: 201, body: {} },
      [`POST ${at('B')}/versions`]: { status: 201, body: {} },
    });
    put("A=1\nB='two words'\n");
    expect(await terminal.run(['secret', 'import', '.env', ...PLACE])).toMatchObject({ code: 0 });
    expect(written().map(({ url, body }) => [url, body])).toEqual([
      [`${at('A')}/versions`, { data: { value: '1' }, note: 'imported', cas: 0 }],
      [`${at('B')}/versions`, { data: { value: 'two words' }, note: 'imported', cas: 0 }],
    ]);
  });

  it('writes nothing of a file with a fault, of one with a secret that is there, and on a dry run', async () => {
    server = await answerOnSocket(terminal.dataDir, { [LIST]: page(view('B')) });
    put('A=hidden\nB =hidden\n');
    const faulty = await terminal.run(['secret', 'import', '.env', ...PLACE]);
    expect(faulty).toMatchObject({ code: 3, stderr: expect.stringContaining('.env (line 2)') });
    expect(faulty.stderr).not.toContain('hidden');
    put('A=1\nB=2\n');
    expect(await terminal.run(['secret', 'import', '.env', ...PLACE])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('B: '),
    });
    const dry = await terminal.run(['secret', 'import', '.env', ...PLACE, '--overwrite', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: 'would write shop/staging/A\nwould write shop/staging/B\n' });
    expect(written()).toEqual([]);
  });

  it('takes back what it wrote when a write fails', async () => {
    server = await answerOnSocket(terminal.dataDir, {
      [LIST]: page(view('B', 4)),
      [`POST ${at('A')}/versions`]: { status: 201, body: {} },
      [`POST ${at('B')}/versions`]: { status: 201, body: {} },
      [`POST ${at('C')}/versions`]: { status: 503, body: { code: 'audit-unavailable' } },
      [`DELETE ${at('A')}`]: { status: 204 },
      [`POST ${at('B')}/rollback`]: { body: {} },
    });
    put('A=1\nB=2\nC=3\n');
    expect(await terminal.run(['secret', 'import', '.env', ...PLACE, '--overwrite'])).toMatchObject({ code: 4 });
    expect(written().map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', `${at('A')}/versions`, { data: { value: '1' }, note: 'imported', cas: 0 }],
      ['POST', `${at('B')}/versions`, { data: { value: '2' }, note: 'imported', cas: 4 }],
      ['POST', `${at('C')}/versions`, { data: { value: '3' }, note: 'imported', cas: 0 }],
      ['POST', `${at('B')}/rollback`, { version: 4, note: 'import taken back' }],
      ['DELETE', at('A'), null],
    ]);
  });
});

describe('secret export', () => {
  const stand = async (key = 'line\nnext'): Promise<void> => {
    server = await answerOnSocket(terminal.dataDir, {
      [LIST]: page(view('A'), view('KEY'), view('db/main'), view('PARTS', 3, ['user', 'password']), {
        ...view('DECOY'),
        isCanary: true,
      }),
      [`POST ${at('A')}/reveal`]: value('A', { value: "it's" }),
      [`POST ${at('KEY')}/reveal`]: value('KEY', { value: key }),
    });
  };

  it.each([
    ['dotenv', `A="it's"\nKEY='line\nnext'\n`],
    ['json', `{\n  "A": "it's",\n  "KEY": "line\\nnext"\n}\n`],
    ['shell', `export A='it'\\''s'\nexport KEY='line\nnext'\n`],
  ])('prints %s, with the purpose export in each record, and leaves out what fits no variable', async (format, text) => {
    await stand();
    const ran = await terminal.run(['secret', 'export', ...PLACE, '--format', format]);
    expect(ran).toMatchObject({ code: 0, stdout: text, stderr: expect.stringContaining('db/main, PARTS') });
    expect(written().map(({ url, body }) => [url, body])).toEqual([
      [`${at('A')}/reveal`, { purpose: 'export' }],
      [`${at('KEY')}/reveal`, { purpose: 'export' }],
    ]);
  });

  it('refuses what docker cannot read, by its name and without its value', async () => {
    await stand('hidden\nmore');
    const ran = await terminal.run(['secret', 'export', ...PLACE, '--format', 'docker']);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('KEY') });
    expect(ran.stderr).not.toContain('hidden');
    await server.close();
    await stand('one line');
    expect(await terminal.run(['secret', 'export', ...PLACE, '--format', 'docker'])).toMatchObject({
      stdout: "A=it's\nKEY=one line\n",
    });
  });

  it('warns at a terminal, and reads nothing on a dry run', async () => {
    await stand();
    const shown = await terminal.run(['secret', 'export', ...PLACE], { isTerminal: true });
    expect(shown.stderr).toContain('this terminal may be recorded');
    const before = server.seen.length;
    expect(await terminal.run(['secret', 'export', ...PLACE, '--dry-run'])).toMatchObject({
      stdout: 'would print A\nwould print KEY\n',
    });
    expect(server.seen.slice(before).map(({ method }) => method)).toEqual(['GET']);
  });
});
