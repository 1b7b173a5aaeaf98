import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestTerminal, type TestTerminal } from '../../../packages/server/src/cli/terminal/test-terminal.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const CANARY = 'canary-7Q2KXW3M';
const INSIDE = /\n\s+at \S|node:internal|\.ts:\d|node_modules|parseAllDocuments|relation "|syntax error at/u;
const folder = mkdtempSync(join(tmpdir(), 'hf-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let terminal: TestTerminal;
beforeAll(() => {
  terminal = openTestTerminal();
});
afterAll(() => terminal.close());

/** A file with this content, beside the others. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Mistake {
  readonly what: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: string;
}

/** One message: what happened, why, the next command; nothing of what is inside, and no secret that was given by mistake. */
async function expectWords({ what, argv, code, says }: Mistake, dataDir?: string): Promise<void> {
  const ran = await terminal.run([...argv, ...(dataDir === undefined ? [] : ['--data-dir', dataDir]), '--quiet']);
  expect(ran.code, `${what}: ${ran.stderr}${ran.stdout}`).toBe(code);
  const said = ran.stderr + ran.stdout;
  expect(said, what).toContain(says);
  expect(said, what).not.toMatch(INSIDE);
  expect(said, what).not.toContain(CANARY);
  // Findings in a file are data; everything else is an error with all of its parts.
  if (ran.stdout !== '') return;
  expect(ran.stderr, what).toMatch(/^error: \S.*\n {2}why {3}\S/u);
  expect(ran.stderr, what).toMatch(/\n {2}next {2}\S.*\n {2}code {2}[a-z-]+\n$/u);
}

const configuration = (what: string, text: string | Uint8Array, says: string): Mistake => ({
  what,
  argv: ['config', 'check', file(`${what.replaceAll(/\W/gu, '-')}.yaml`, text)],
  code: 3,
  says,
});

const CONFIGURATIONS: readonly Mistake[] = [
  configuration('U+0000', 'mode: \u0000x\n', '/mode (line 1)'),
  configuration('bytes that are no text', new Uint8Array([0xff, 0xfe, 0, 1]), 'list of settings'),
  configuration('tabs', '\tmode: enforce\n', '(line 1)'),
  configuration('an alias', 'a: &a [x]\nhost: *a\n', 'anchors and aliases'),
  configuration('aliases that grow', 'a: &a [x, x]\nb: &b [*a, *a]\nhost: [*b, *b]\n', 'anchors and aliases'),
  configuration('a key twice', 'mode: enforce\nmode: monitor\n', 'must be unique'),
  configuration('two documents', 'mode: enforce\n---\nmode: monitor\n', 'one document only'),
  configuration('a prototype', '__proto__: { x: 1 }\n', 'unknown setting __proto__'),
  configuration('no address', 'to: not a url\n', '/to (line 1)'),
  configuration('another scheme', 'to: file:///etc/passwd\n', '/to (line 1)'),
  configuration('no port', 'listen:\n  https: 127.0.0.1:99999\n', 'a port is at most 65535'),
  configuration('no IPv6', 'listen:\n  https: "[1:2]:80"\n', 'IPv6'),
  configuration('an open admin listener', 'admin:\n  listen: 0.0.0.0:9443\n', 'loopback only'),
  configuration('a password in the file', `database:\n  url: postgres://u:${CANARY}@127.0.0.1/x\n`, '/database/url (line 2)'),
  configuration('another kind of value', 'host: { a: b }\n', '/host (line 1)'),
  configuration(
    'an id twice',
    'applications:\n  - { id: a, name: A, upstream: http://127.0.0.1:1 }\n  - { id: a, name: B, upstream: http://127.0.0.1:2 }\n',
    'the same id',
  ),
  configuration('too large', `#${'a'.repeat(1_100_000)}\n`, 'cannot be read'),
  { what: 'a folder', argv: ['config', 'check', folder], code: 3, says: 'cannot be read' },
  { what: 'no file', argv: ['config', 'check', 'nowhere.yaml'], code: 3, says: 'There is no file' },
];

const flag = (what: string, argv: readonly string[], { code = 3, says }: { code?: number; says: string }): Mistake => ({
  what,
  argv: ['up', '--data-dir', join(folder, 'never'), ...argv],
  code,
  says,
});

const FLAGS: readonly Mistake[] = [
  flag('another mode', ['--mode', 'zzz'], { code: 2, says: 'monitor, enforce' }),
  flag('another login', ['--login', 'zzz'], { code: 2, says: 'off, optional, required' }),
  flag('a word too many', [CANARY], { code: 2, says: 'Too many arguments' }),
  flag('a flag that is none', [`--token=${CANARY}`], { code: 2, says: "'--token'" }),
  flag('no address', ['--to', 'zzz'], { says: '(--to)' }),
  flag('no place', ['--listen', 'zzz'], { says: '(--listen)' }),
  flag('no port', ['--listen', '127.0.0.1:70000'], { says: '(--listen)' }),
  flag('plain HTTP in public', ['--listen', 'http://192.0.2.1:80'], { code: 5, says: 'could be read' }),
  flag('an admin listener in public', ['--admin', '0.0.0.0:9443'], { says: '(--admin)' }),
  flag('fewer workers than none', ['--workers', '-1'], { says: '(--workers)' }),
  flag('more workers than there may be', ['--workers', '100000'], { says: '(--workers)' }),
  flag('no host name', ['--host', 'a b'], { says: '/host/0' }),
  { what: 'a file as data directory', argv: ['ban', 'list', '--data-dir', '/etc/hostname'], code: 3, says: 'data-dir-unusable' },
  { what: 'an empty data directory', argv: ['ban', 'list', '--data-dir', ''], code: 2, says: 'this one is empty' },
];

/** A key of age, and nothing that was sealed with it. */
const STANZA = 'age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\nAAAA\n--- AAAA\n';

function backup(what: string, name: string, says = 'damaged'): Mistake {
  const pass = file('passphrase', 'correct horse battery staple\n');
  return { what, argv: ['backup', 'verify', name, '--passphrase-file', pass], code: says === 'damaged' ? 1 : 2, says };
}

const FILES: readonly Mistake[] = [
  backup('a backup of chance', file('chance.age', Buffer.alloc(5000, 'chance'))),
  backup('an empty backup', file('empty.age', '')),
  backup('a backup that asks for work without end', file('work.age', STANZA)),
  backup('no backup', 'nowhere.age', 'There is no file nowhere.age'),
  backup('a folder as backup', folder, 'There is no file'),
  { what: 'a playbook without anything', argv: ['playbook', 'check', file('p1.json', '{}')], code: 1, says: '/spec_version' },
  { what: 'a playbook cut off', argv: ['playbook', 'check', file('p2.json', '[1')], code: 1, says: 'not JSON' },
  { what: 'a playbook too deep', argv: ['playbook', 'check', file('p3.json', '['.repeat(200_000))], code: 1, says: 'not JSON' },
  { what: 'a rule cut off', argv: ['detect', 'rules', 'check', file('r1.yml', 'title: [\n')], code: 1, says: 'r1.yml:2:1' },
  {
    what: 'a rule with a broken condition',
    argv: ['detect', 'rules', 'check', file('r2.yml', 'title: x\nlogsource: {}\ndetection: { condition: "all of them (((" }\n')],
    code: 1,
    says: 'condition-syntax',
  },
  { what: 'no rules', argv: ['detect', 'rules', 'check', 'nowhere'], code: 2, says: 'no such file' },
];

const OF_A_SERVER: readonly Mistake[] = [
  { what: 'half the world banned', argv: ['ban', 'add', '0.0.0.0/1'], code: 5, says: 'ban-unsafe' },
  { what: 'no prefix', argv: ['ban', 'add', '999.1.1.1/99'], code: 2, says: '/prefix' },
  { what: 'a reason without end', argv: ['ban', 'add', '192.0.2.1', '--reason', 'a'.repeat(5000)], code: 2, says: '/reason' },
  { what: 'a time without end', argv: ['ban', 'add', '192.0.2.1', '--for', '999999999d'], code: 2, says: '/forSeconds' },
  { what: 'no permission', argv: ['token', 'create', '--name', 'x', '--permission', 'zzz'], code: 2, says: '/permissions/0' },
  { what: 'another scheme', argv: ['app', 'add', 'x', '--to', 'file:///etc/passwd'], code: 2, says: '/upstream' },
  { what: 'a path as id', argv: ['app', 'add', '../x', '--to', 'http://127.0.0.1:1'], code: 2, says: '/id: lower-case' },
  { what: 'no id', argv: ['exception', 'remove', '../../etc'], code: 2, says: 'an id: 26' },
  { what: 'no incident', argv: ['incident', 'show', 'zzz'], code: 2, says: 'a number such as 7' },
  { what: 'no request', argv: ['explain', '../../../'], code: 2, says: '12 characters' },
  { what: 'a folder out of ours', argv: ['audit', 'export', '../../x'], code: 2, says: '/name: lower-case' },
  { what: 'a record that is not there', argv: ['audit', 'prove', '99999999'], code: 2, says: 'the highest index' },
  {
    what: 'a file out of ours',
    argv: ['alert', 'channel', 'add', 'file', 'x', '--file', '../x'],
    code: 2,
    says: 'without a folder',
  },
  { what: 'a route that is none', argv: ['isolate', 'demo-shop', '--route', '(((', '--reason', 'zzz'], code: 2, says: '/route' },
  { what: 'a name of two lines', argv: ['user', 'invite', 'a\nb'], code: 2, says: '/name' },
  {
    what: 'the address of a cloud’s keys as a feed',
    argv: ['intel', 'add', 'cloud', '--format', 'list', '--url', 'http://169.254.169.254/latest'],
    code: 2,
    says: 'are never asked',
  },
  {
    what: 'a policy cut off',
    argv: ['policy', 'accept', 'demo-shop', '--yes', '--file', file('p.cedar', 'permit(')],
    code: 3,
    says: 'line 1',
  },
  {
    what: 'an OpenAPI document that holds itself',
    argv: ['schema', 'import', '--app', 'demo-shop', file('o.yaml', 'a: &a { b: *a }\n')],
    code: 1,
    says: 'nested deeper',
  },
  {
    what: 'a value that is no text',
    argv: ['secret', 'set', 'demo-shop/test/x', '--file', file('v', new Uint8Array([0xff, 0xfe]))],
    code: 2,
    says: 'not text',
  },
  {
    what: 'SQL that is not there',
    argv: 'secret database role r --connection c --app demo-shop --env test --sql nowhere.sql'.split(' '),
    code: 2,
    says: 'nowhere.sql cannot be read',
  },
];

describe('what people do by mistake, and others on purpose', () => {
  test.each(CONFIGURATIONS)('in a configuration: $what', (mistake) => expectWords(mistake));
  test.each(FLAGS)('in flags: $what', (mistake) => expectWords(mistake));

  describe('beside a server', () => {
    let server: HoldfastProcess;
    beforeAll(async () => {
      server = await HoldfastProcess.start();
    });
    afterAll(() => server[Symbol.asyncDispose]());
    test.each([...FILES, ...OF_A_SERVER])('$what', (mistake) => expectWords(mistake, server.dataDir));

    test('a feed of which nothing can be read leaves what it brought before', async () => {
      const intel = (...argv: string[]) => terminal.run(['intel', ...argv, '--json', '--quiet', '--data-dir', server.dataDir]);
      expect((await intel('add', 'partners', '--format', 'list')).code).toBe(0);
      expect((await intel('import', 'partners', file('good.txt', '192.0.2.77\n'))).code).toBe(0);
      const refused = await intel('import', 'partners', file('bad.txt', 'It works!\n'));
      expect([refused.code, refused.stdout]).toEqual([2, expect.stringContaining('Nothing in it is an indicator')]);
      expect((await intel('lookup', '192.0.2.77')).stdout).toContain('partners');
    });
  });
});
