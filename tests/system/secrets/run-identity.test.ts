import { spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EventView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, holdfast } from '../../support/holdfast-process.ts';
import { startRunStand, type RunStand } from './run-stand.ts';

const SCRIPT = '/usr/bin/script';
const VALUE = 'value-of-the-key';
const WANTED = ['--app', 'app', '--env', 'production', '--only', 'KEY'];
const PRINT = ['--no-mask', '--', 'sh', '-c', 'printf %s "$KEY"'];

let stand: RunStand;
let account = '';
const tokens = new Map<string, string>();

beforeAll(async () => {
  stand = await startRunStand();
  await stand.set('production', 'KEY', VALUE);
  const made = await stand.server.cli<{ id: string }>('service', 'create', 'shop-runner');
  account = made.data.id;
  const granted = await stand.server.cli('secret', 'grant', 'app/production/*', '--to', 'shop-runner');
  expect(granted.code, granted.stderr).toBe(0);
  await stand.server.cli('service', 'create', 'narrow');
  const narrow = await stand.server.cli('secret', 'grant', 'app/production/KEY', '--to', 'narrow', '--purpose', 'run');
  expect(narrow.code, narrow.stderr).toBe(0);
  for (const [name, owner, permissions] of [
    ['may', 'shop-runner', ['secret:read', 'secret:reveal']],
    ['may-not', 'shop-runner', ['secret:read']],
    ['narrow', 'narrow', ['secret:read', 'secret:reveal']],
  ] as const) {
    const args = ['token', 'create', '--account', owner, '--name', name, '--permission', ...permissions];
    tokens.set(name, (await stand.server.cli<{ token: string }>(...args)).data.token);
  }
});
afterAll(async () => stand[Symbol.asyncDispose]());

const tokenFile = (name: string): string => {
  const file = path.join(stand.folder, `${name}.token`);
  writeFileSync(file, `${tokens.get(name) ?? ''}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
};
/** The newest record of this kind that names the secret. */
const lastRecord = async (type: string): Promise<EventView | undefined> => {
  const { data } = await stand.server.cli<{ events: EventView[] }>('audit', 'tail', '--type', type, '--lines', '50');
  return data.events.filter(({ payload }) => payload['secret'] === 'app/production/KEY')[0];
};

describe('who asks for the values', () => {
  test('a service account over TLS, from anywhere: the record names it and the purpose', async () => {
    const env = {
      HOLDFAST_DATA_DIR: '/tmp/not-on-this-host',
      HOLDFAST_SERVER: stand.server.admin,
      HOLDFAST_SERVER_CA: path.join(stand.server.dataDir, 'tls/ca.crt'),
      HOLDFAST_TOKEN_FILE: tokenFile('may'),
    };
    const ran = await stand.run([...WANTED, '--purpose', 'nightly report', ...PRINT], env);
    expect(ran).toMatchObject({ code: 0, stdout: VALUE });
    expect((await lastRecord('secret.read'))?.payload).toMatchObject({ identity: account, purpose: 'nightly report' });
    const untrusted = await stand.run([...WANTED, ...PRINT], { ...env, HOLDFAST_SERVER_CA: '' });
    expect(untrusted).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('HOLDFAST_SERVER_CA') });
  });

  test('a service account at the socket of the data directory is itself, not the operator of the host', async () => {
    const ran = await stand.run([...WANTED, ...PRINT], { HOLDFAST_TOKEN: tokens.get('may') ?? '' });
    expect(ran).toMatchObject({ code: 0, stdout: VALUE });
    expect((await lastRecord('secret.read'))?.payload).toMatchObject({ identity: account, purpose: 'run' });
  });

  test('one that may not read values is refused, and a record says so without the value', async () => {
    const ran = await stand.run([...WANTED, ...PRINT], { HOLDFAST_TOKEN: tokens.get('may-not') ?? '' });
    expect(ran).toMatchObject({ code: 4, stdout: '' });
    const { data } = await stand.server.cli<{ events: EventView[] }>('audit', 'tail', '--lines', '50');
    const refused = data.events.filter(({ type }) => type === 'token.refused' || type === 'secret.refused');
    expect(refused.length).toBeGreaterThan(0);
    expect(JSON.stringify(refused)).not.toContain(VALUE);
  });

  test('one that may read for one purpose gets the value for that purpose alone, also as all that it may have', async () => {
    await stand.set('production', 'OTHER', 'of somebody else');
    const env = { HOLDFAST_TOKEN: tokens.get('narrow') ?? '' };
    expect(await stand.run([...WANTED, ...PRINT], env)).toMatchObject({ code: 0, stdout: VALUE });
    expect(await stand.run([...WANTED, '--purpose', 'curiosity', ...PRINT], env)).toMatchObject({ code: 4, stdout: '' });
    const all = ['--app', 'app', '--env', 'production', '--all', '--no-mask', '--', 'sh', '-c', 'printf %s "$KEY$OTHER"'];
    expect(await stand.run(all, env)).toMatchObject({ code: 0, stdout: VALUE });
  });

  test('without a token it is the operator of the host', async () => {
    expect(await stand.run([...WANTED, ...PRINT])).toMatchObject({ code: 0, stdout: VALUE });
    expect((await lastRecord('secret.read'))?.payload).toMatchObject({ identity: null, purpose: 'run', via: 'run' });
  });
});

describe('a .env file comes in and goes out', () => {
  const PLACE = ['--app', 'app', '--env', 'imported'];
  const command = (args: readonly string[], input = '') => holdfast([...args, '--data-dir', stand.server.dataDir], { input });

  test('as it was, with a record of each value that went out', async () => {
    const text = `A=1\nB='two words'\nC="it's \\$5"\nD='line\nnext'\n`;
    expect(await command(['secret', 'import', '-', ...PLACE], text)).toMatchObject({ code: 0 });
    const out = await command(['secret', 'export', ...PLACE]);
    expect(out).toMatchObject({ code: 0, stdout: text });
    const { data } = await stand.server.cli<{ events: EventView[] }>('audit', 'tail', '--type', 'secret.read', '--lines', '50');
    const exported = data.events
      .filter(({ payload }) => payload['purpose'] === 'export' && payload['via'] === 'api')
      .map(({ payload }) => String(payload['secret']));
    expect(exported.toSorted()).toEqual(['A', 'B', 'C', 'D'].map((name) => `app/imported/${name}`));
  });

  test('a program with a token gets what it was granted, and no more', async () => {
    const env = { HOLDFAST_TOKEN: tokens.get('may') ?? '' };
    const export_ = (environment: string) =>
      holdfast(['secret', 'export', '--app', 'app', '--env', environment, '--data-dir', stand.server.dataDir], { env });
    expect((await export_('production')).stdout).toContain(`KEY=${VALUE}\n`);
    expect((await export_('imported')).stdout).toBe('');
  });

  test('a file with a fault, and one that names what is there, leave everything as it was', async () => {
    expect(await command(['secret', 'import', '-', ...PLACE], 'E=1\nF = 2\n')).toMatchObject({ code: 3 });
    expect(await command(['secret', 'import', '-', ...PLACE], 'E=1\nA=2\n')).toMatchObject({ code: 1 });
    const names = (
      await stand.server.cli<{ secrets: { name: string; latestVersion: number }[] }>('secret', 'list', '--env', 'imported')
    ).data.secrets;
    expect(names.map(({ name, latestVersion }) => `${name}${latestVersion}`).toSorted()).toEqual(['A1', 'B1', 'C1', 'D1']);
    expect(await command(['secret', 'import', '-', ...PLACE, '--overwrite'], 'E=1\nA=2\n')).toMatchObject({ code: 0 });
    expect((await command(['secret', 'export', ...PLACE, '--format', 'docker', '--dry-run'])).stdout).toContain('would print E');
  });
});

/** Runs a command line at a terminal of its own (util-linux); what it shows. */
function atTerminal(line: string, typed: readonly (readonly [after: string, keys: string])[] = []): Promise<string> {
  const left = [...typed];
  return new Promise((done, fail) => {
    const env = { ...process.env, SHELL: '/bin/sh', NO_COLOR: '1', HOLDFAST_DATA_DIR: stand.server.dataDir };
    const child = spawn(SCRIPT, ['-qec', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      const [next] = left;
      if (next !== undefined && shown.includes(next[0])) child.stdin.write(left.shift()?.[1] ?? '');
    });
    child.once('error', fail);
    child.once('close', () => done(shown.replaceAll('\r\n', '\n')));
  });
}

function hasScript(): boolean {
  const isThere = existsSync(SCRIPT);
  if (!isThere) process.emitWarning(`${SCRIPT} of util-linux is not installed: what a terminal passes on is not tested here.`);
  return isThere;
}

describe.skipIf(!hasScript())('at a terminal', () => {
  const line = (flags: string): string =>
    `${process.execPath} ${BIN} run ${WANTED.join(' ')} ${flags} -- sh -c 'test -t 0 && echo in; test -t 1 && echo out; echo $KEY'`;

  test('the program has the terminal itself, and is told that nothing is masked there', async () => {
    const shown = await atTerminal(line(''));
    expect(shown).toContain(`in\nout\n${VALUE}\n`);
    expect(shown).toContain('not masked');
  });

  test('Ctrl-C reaches it once, and it decides what that means', async () => {
    const script = `let n = 0; process.on("SIGINT", () => { n += 1; console.log("interrupt"); }); process.stdin.on("data", () => { console.log("count " + n); process.exit(6); }); console.log("ready");`;
    // The shell hears Ctrl-C as well, and some end of it (dash): it is to stay and tell the exit code.
    const command = `trap : INT; ${process.execPath} ${BIN} run -q ${WANTED.join(' ')} -- ${process.execPath} -e '${script}'; echo "code $?"`;
    const shown = await atTerminal(command, [
      ['ready', '\u0003'],
      ['interrupt', 'on\n'],
    ]);
    expect(shown).toContain('count 1\ncode 6\n');
  });

  test('with --mask its output goes through us, and its input is still the terminal', async () => {
    const shown = await atTerminal(line('--mask'));
    expect(shown).toContain('in\n***\n');
    expect(shown).not.toContain(VALUE);
  });
});
