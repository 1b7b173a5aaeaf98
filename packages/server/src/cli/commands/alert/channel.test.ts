import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChannelTarget, ChannelView } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const AT = '/api/v1/channels';
const SECRET = 'canary-of-24-characters-or-more';
const viewOf = (name: string, target: ChannelTarget): ChannelView => ({
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  name,
  target,
  severity: 'medium',
  kinds: ['rule'],
  application: null,
  quiet: null,
  enabled: true,
  state: 'working',
  sent: 3,
  waiting: 0,
  dead: 0,
  lastSentAt: 1,
  trouble: null,
  createdAt: 1,
  createdBy: 'operator:host:0',
});
const view = viewOf('any', { kind: 'file', file: 'a.jsonl' });
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
  writeFileSync(path.join(terminal.dataDir, '..', 'secret.txt'), `${SECRET}\n`);
  writeFileSync(path.join(terminal.dataDir, '..', 'ca.pem'), 'PEM\n');
});
afterAll(() => terminal.close());
afterEach(async () => server.close());
const run = (words: string, input?: string) =>
  terminal.run(['alert', 'channel', ...words.split(' ')], input === undefined ? {} : { input });

describe('a channel on the command line', () => {
  it('is added with all that was said of it; its secret comes from a file or stdin', async () => {
    server = await answerOnSocket(terminal.dataDir, { [`POST ${AT}`]: { status: 201, body: view } });
    const said = '--severity high --kind rule intel --app shop --quiet-hours 22:00-06:30';
    const lines: readonly (readonly [words: string, input?: string])[] = [
      [`add mail m --to a@b.test c@d.test ${said}`],
      ['add webhook w --url https://x.test/ --secret-file secret.txt'],
      ['add chat c --stdin', `https://chat.test/${SECRET}\n`],
      ['add syslog s --host siem.test --ca-file ca.pem'],
      ['add syslog t --host 127.0.0.1 --port 514 --no-tls'],
      ['add otlp o --url http://127.0.0.1:4318'],
      ['add file f'],
    ];
    for (const [words, input] of lines) expect(await run(words, input), words).toMatchObject({ code: 0 });
    expect(server.seen.map(({ body }) => body)).toEqual([
      {
        name: 'm',
        target: { kind: 'mail', to: ['a@b.test', 'c@d.test'] },
        severity: 'high',
        kinds: ['rule', 'intel'],
        application: 'shop',
        quiet: { from: '22:00', to: '06:30' },
      },
      { name: 'w', target: { kind: 'webhook', url: 'https://x.test/', secret: SECRET } },
      { name: 'c', target: { kind: 'chat', url: `https://chat.test/${SECRET}` } },
      { name: 's', target: { kind: 'syslog', host: 'siem.test', port: 6514, tls: true, ca: 'PEM' } },
      { name: 't', target: { kind: 'syslog', host: '127.0.0.1', port: 514, tls: false, ca: null } },
      { name: 'o', target: { kind: 'otlp', url: 'http://127.0.0.1:4318', authorization: null } },
      { name: 'f', target: { kind: 'file', file: 'alerts.jsonl' } },
    ]);
  });

  it('is not added when something is missing or wrong, and a dry run shows no secret', async () => {
    server = await answerOnSocket(terminal.dataDir, {});
    const wrong = [
      'add mail m',
      'add webhook w --url https://x.test/',
      'add webhook w --url https://x.test/ --secret-file secret.txt --stdin',
      'add chat c --secret-file missing.txt',
      'add syslog s --host x --port 0',
      'add file f --quiet-hours 25:00-06:00',
      'add file f --kind nobody',
      'drop c 01ARZ3NDEKTSV4RRFFQ69G5FAV',
    ];
    for (const words of wrong) expect((await run(words)).code, words).toBe(2);
    const planned = await run('add webhook w --url https://x.test/ --secret-file secret.txt --dry-run');
    expect(planned.code).toBe(0);
    expect(planned.stdout).not.toContain(SECRET);
    expect(server.seen).toEqual([]);
  });

  it('is set where it is said, and keeps the rest', async () => {
    const before = viewOf('s', { kind: 'syslog', host: 'old.test', port: 6514, tls: true, ca: 'OLD' });
    server = await answerOnSocket(terminal.dataDir, {
      [`GET ${AT}/s`]: { status: 200, body: before },
      [`PATCH ${AT}/s`]: { status: 200, body: before },
    });
    expect((await run('set s --ca-file ca.pem --quiet-hours none --app all')).code).toBe(0);
    expect((await run('set s --url https://x.test/')).code).toBe(2);
    expect((await run('set s')).code).toBe(2);
    const sent = server.seen.filter(({ body }) => body !== null && body !== undefined && body !== '').map(({ body }) => body);
    expect(sent).toEqual([{ application: null, quiet: null, target: { ...before.target, ca: 'PEM' } }]);
  });

  it('that fails a test ends with 1, one that works with 0, and the list says where each leads', async () => {
    server = await answerOnSocket(terminal.dataDir, {
      [`GET ${AT}`]: { status: 200, body: { items: [view, viewOf('chat', { kind: 'chat', url: null })], next: null } },
      [`POST ${AT}/good/test`]: { status: 200, body: { outcome: 'sent', ms: 12, detail: 'it answered 204' } },
      [`POST ${AT}/bad/test`]: { status: 200, body: { outcome: 'failed', ms: 3, detail: 'it answered 500' } },
    });
    expect(await run('test good')).toMatchObject({ code: 0, stdout: 'sent in 12 ms: it answered 204\n' });
    expect(await run('test bad')).toMatchObject({ code: 1, stdout: 'not sent in 3 ms: it answered 500\n' });
    const listed = await run('list');
    expect(listed.stdout).toContain('alerts/a.jsonl');
    expect(listed.stdout).toContain('(secret)');
  });
});
