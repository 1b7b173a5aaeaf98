import type { ChannelTest, ChannelView } from '@holdfast/contract';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAlertReceiver, type AlertReceiver } from '../../support/alert-receiver.ts';
import { HoldfastProcess, holdfast } from '../../support/holdfast-process.ts';
import { startMailSink, type MailSink } from '../../support/mail-sink.ts';
import { rsyslogMissing, startRsyslog, type Rsyslog } from '../../support/rsyslog.ts';

/** Until an alert has gone its whole way, on a machine that has other work too. */
const LONG = { timeout: 60_000, interval: 50 };
const KEY = Buffer.from('a key of thirty-two bytes, as is', 'utf8');
const SECRET = `whsec_${KEY.toString('base64')}`;
const PROBES = Array.from({ length: 12 }, (_none, index) => index + 1);

/** Critical, so that nothing else is told when it is. */
const LAST = 7;

if (rsyslogMissing !== null) process.emitWarning(rsyslogMissing);

/** A rule for each probe, so that each is an alert of its own. */
const ruleOf = (probe: number): string => `title: Probe ${probe}
id: 0f0f0f0f-0000-4000-8000-${String(probe).padStart(12, '0')}
status: test
level: ${probe === LAST ? 'critical' : 'high'}
logsource:
  category: webserver
detection:
  asked:
    cs-uri-stem: '/probe-${probe}'
  condition: asked
`;

let folder: string;
let receiver: AlertReceiver;
let post: MailSink;
let syslog: Rsyslog | null;

const names = (): string[] => ['post', 'hook', 'team', 'collector', 'archive', ...(syslog === null ? [] : ['siem'])];
const start = (dataDir: string, env: Record<string, string> = {}): Promise<HoldfastProcess> =>
  HoldfastProcess.start({
    dataDir,
    env: {
      HOLDFAST_MAIL__TRANSPORT: 'smtp',
      HOLDFAST_MAIL__FROM: 'holdfast@example.test',
      HOLDFAST_MAIL__SMTP__HOST: '127.0.0.1',
      HOLDFAST_MAIL__SMTP__PORT: String(post.port),
      ...env,
    },
  });

async function addChannels({ dataDir }: HoldfastProcess): Promise<void> {
  const add = async (args: readonly string[], input = ''): Promise<void> => {
    const { code, stderr } = await holdfast(['alert', 'channel', 'add', ...args, '--data-dir', dataDir], { input });
    expect(code, stderr).toBe(0);
  };
  await add(['mail', 'post', '--to', 'on-call@example.test', 'second@example.test']);
  await add(['webhook', 'hook', '--url', `${receiver.url}/hook`, '--stdin'], `${SECRET}\n`);
  await add(['chat', 'team', '--stdin'], `${receiver.url}/chat`);
  await add(['otlp', 'collector', '--url', receiver.url]);
  await add(['file', 'archive', '--file', 'archive.jsonl']);
  if (syslog !== null)
    await add(['syslog', 'siem', '--host', 'localhost', '--port', String(syslog.port), '--ca-file', syslog.caFile]);
}

async function importProbes(running: HoldfastProcess): Promise<void> {
  const rules = join(folder, 'rules');
  mkdirSync(rules, { recursive: true });
  for (const probe of PROBES) writeFileSync(join(rules, `probe-${probe}.yml`), ruleOf(probe));
  const { code, stderr } = await running.cli('detect', 'rules', 'import', rules, '--state', 'on');
  expect(code, stderr).toBe(0);
}

/** Titles of what the webhook was told, in order. */
const hooked = (): string[] => receiver.at('/hook').map(({ body }) => /"title":"([^"]+)"/u.exec(body)?.[1] ?? '?');
/** Incidents are told too, and are named after what they began with. */
const probesIn = (texts: readonly string[]): number[] =>
  texts
    .filter((text) => !/Incident \d+: /u.test(text))
    .flatMap((text) => /Probe (\d+)/u.exec(text)?.[1] ?? [])
    .map(Number);
/** Other alerts may come in between, of the watch itself too. */
const testsIn = (texts: readonly string[]): string[] => texts.filter((text) => text.includes('TEST: '));
const archived = (dataDir: string): string[] => readFileSync(join(dataDir, 'alerts/archive.jsonl'), 'utf8').trim().split('\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-told-'));
  receiver = await startAlertReceiver();
  post = await startMailSink();
  syslog = rsyslogMissing === null ? await startRsyslog() : null;
}, 120_000);
afterAll(async () => {
  await syslog?.[Symbol.asyncDispose]();
  await post[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('channels of a running Holdfast', () => {
  let running: HoldfastProcess;
  let dataDir: string;
  const ask = async (probe: number): Promise<void> => {
    expect((await running.fetch(`/probe-${probe}`)).status).toBe(404);
  };
  const channel = async (name: string): Promise<ChannelView | undefined> =>
    (await running.cli<{ channels: ChannelView[] }>('alert', 'channel', 'list')).data.channels.find((one) => one.name === name);
  const waitingAt = async (name: string): Promise<number> => {
    const { state, waiting } = (await channel(name)) ?? { state: 'unused', waiting: 0 };
    return state === 'failing' ? waiting : 0;
  };
  /** What waits there is tried at once. */
  const tryNow = async (name: string): Promise<void> => {
    const { data } = await running.cli<ChannelTest>('alert', 'channel', 'test', name);
    expect(data, data.detail).toMatchObject({ outcome: 'sent' });
  };

  beforeAll(async () => {
    dataDir = join(folder, 'data');
    running = await start(dataDir);
    await addChannels(running);
    await importProbes(running);
  }, 180_000);
  afterAll(async () => running[Symbol.asyncDispose]());
  beforeEach(() => {
    receiver.mood = 'takes';
    post.mood = 'takes';
  });

  it('are each told by a test, in the form that its receiver wants', { timeout: 180_000 }, async () => {
    for (const name of names()) await tryNow(name);
    expect(post.letters[0]).toMatch(/^To: on-call@example\.test, second@example\.test$/mu);
    const [told] = receiver.at('/hook');
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = told?.headers ?? {};
    const signed = `${String(id)}.${String(at)}.${told?.body ?? ''}`;
    expect(signature).toBe(`v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
    expect(Object.keys(JSON.parse(receiver.at('/chat')[0]?.body ?? '') as object)).toEqual(['text']);
    expect(testsIn(receiver.at('/v1/logs').map(({ body }) => body))).toHaveLength(1);
    expect(testsIn(archived(dataDir))).toHaveLength(1);
    if (syslog === null) return;
    const lines = (): readonly string[] => syslog?.lines() ?? [];
    await expect.poll(() => testsIn(lines()), LONG).toHaveLength(1);
    expect(testsIn(lines())[0]).toMatch(/^info holdfast \[holdfast@32473 id="[0-9A-Z]{26}".* test="true"\].*TEST: /u);
  });

  it('are all told what the watch found', { timeout: 180_000 }, async () => {
    await ask(1);
    await expect.poll(() => probesIn(hooked()), LONG).toEqual([1]);
    await expect.poll(() => probesIn(post.letters), LONG).toEqual([1]);
    await expect.poll(() => probesIn(receiver.at('/chat').map(({ body }) => body)), LONG).toEqual([1]);
    await expect.poll(() => probesIn(receiver.at('/v1/logs').map(({ body }) => body)), LONG).toEqual([1]);
    await expect.poll(() => probesIn(archived(dataDir)), LONG).toEqual([1]);
    if (syslog !== null) await expect.poll(() => probesIn(syslog?.lines() ?? []), LONG).toEqual([1]);
    expect(JSON.parse(receiver.at('/hook').at(-1)?.body ?? '')).toMatchObject({ class_uid: 2004, severity_id: 4 });
  });

  it('that are down are told everything in order when they are back, and nobody else waits', { timeout: 240_000 }, async () => {
    receiver.mood = 'fails';
    post.mood = 'later';
    await syslog?.stop();
    for (const probe of [2, 3, 4]) await ask(probe);
    await expect.poll(() => probesIn(archived(dataDir)).toSorted((a, b) => a - b), LONG).toEqual([1, 2, 3, 4]);
    for (const name of ['hook', 'post', ...(syslog === null ? [] : ['siem'])])
      await expect.poll(async () => waitingAt(name), LONG).toBeGreaterThanOrEqual(3);
    const order = probesIn(archived(dataDir));
    receiver.mood = 'takes';
    post.mood = 'takes';
    await syslog?.start();
    for (const name of ['hook', 'post', ...(syslog === null ? [] : ['siem'])]) await tryNow(name);
    await expect.poll(() => probesIn(hooked()), LONG).toEqual(order);
    await expect.poll(() => probesIn(post.letters), LONG).toEqual(order);
    if (syslog !== null) await expect.poll(() => probesIn(syslog?.lines() ?? []), LONG).toEqual(order);
    await expect.poll(async () => channel('hook'), LONG).toMatchObject({ state: 'working', waiting: 0 });
  });

  it('that hang slow no request: all are answered while nothing is told', { timeout: 240_000 }, async () => {
    receiver.mood = 'hangs';
    post.mood = 'hangs';
    for (const probe of [5, 6]) await ask(probe);
    await expect.poll(() => probesIn(archived(dataDir)), LONG).toHaveLength(6);
    const hanging = running.cli<ChannelTest>('alert', 'channel', 'test', 'hook');
    const statuses = new Map<number, number>();
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, async () => running.fetch('/')));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses).toEqual(new Map([[200, 100]]));
    expect(probesIn(hooked())).not.toContain(5);
    expect(await hanging).toMatchObject({ code: 1, data: { outcome: 'failed', detail: 'it did not answer within 10 seconds' } });
    receiver.mood = 'takes';
    post.mood = 'takes';
    await tryNow('hook');
    await expect.poll(() => probesIn(hooked()).toSorted((a, b) => a - b), LONG).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are told after the restart when the process is killed between queueing and sending', { timeout: 240_000 }, async () => {
    for (const name of names())
      expect((await running.cli('alert', 'channel', 'set', name, '--severity', 'critical')).code).toBe(0);
    await running.kill('SIGTERM');
    running = await start(dataDir, { HOLDFAST_TEST_KILL_AT: 'channel-letter-queued' });
    const ended = new Promise((done) => running.child.once('exit', (_code, signal) => done(signal)));
    await ask(LAST);
    expect(await ended).toBe('SIGKILL');
    expect(probesIn(hooked())).not.toContain(7);
    running = await start(dataDir);
    await expect.poll(() => probesIn(hooked()).filter((probe) => probe === 7), LONG).toEqual([7]);
    for (const name of ['post', ...(syslog === null ? [] : ['siem'])]) await tryNow(name);
    await expect.poll(() => probesIn(post.letters), LONG).toContain(7);
    if (syslog !== null) await expect.poll(() => probesIn(syslog?.lines() ?? []), LONG).toContain(7);
  });

  it('show no secret anywhere, and their file is for its owner', async () => {
    const { stdout } = await running.cli('alert', 'channel', 'list');
    expect(stdout).not.toMatch(/whsec_|\/chat/u);
    expect(running.stderr).not.toMatch(/whsec_|\/chat/u);
  });
});
