import { createHmac } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ChannelInput, ChannelView } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Channels } from './channels.ts';
import { tellMissed } from './tell-missed.ts';
import {
  createChannelStand,
  madeAlert,
  OPERATOR,
  SECRET,
  startReceiver,
  type ChannelStand,
  type Receiver,
} from './test-channels.ts';

const LONG = { timeout: 30_000 };
const HOUR_MS = 3_600_000;
let platform: TestPlatform;
let stand: ChannelStand;
let channels: Channels;
let receiver: Receiver;

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from detection_channel');
  platform.recorded.length = 0;
  stand = await createChannelStand(platform);
  channels = stand.channels;
  receiver = await startReceiver();
});
afterEach(async () => {
  await channels[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const add = (change: Partial<ChannelInput> = {}, name = 'hook'): Promise<ChannelView> =>
  channels.add({ name, target: { kind: 'webhook', url: `${receiver.url}/in`, secret: SECRET }, ...change }, OPERATOR);
const told = (): unknown[] => receiver.bodies().map((body) => (body['finding_info'] as { uid: string }).uid.replace(/^0+/u, ''));
const types = (): string[] => platform.recorded.map(({ type }) => type).filter((type) => type !== 'channel.changed');
const idOf = (short: string): string => madeAlert(short).id;
/** A failed channel is due again, however long it waits by now; repeated until it has tried. */
const laterUntil = async (test: () => void | Promise<void>, hours = 1.3): Promise<void> =>
  vi.waitFor(
    async () => {
      platform.advance(HOUR_MS * hours);
      await channels.start();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await channels.settle();
      await test();
    },
    { ...LONG, interval: 10 },
  );

describe('an alert', () => {
  it('is told in order, signed as Standard Webhooks say, once, and again after an hour with its count', async () => {
    await add();
    await channels.start();
    for (const id of ['1', '2', '3']) channels.tell(madeAlert(id));
    channels.tell(madeAlert('1', { times: 2 }));
    await vi.waitFor(() => expect(told()).toEqual(['1', '2', '3']), LONG);
    const [first] = receiver.received;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = first?.headers ?? {};
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    expect(signature).toBe(
      `v1,${createHmac('sha256', key)
        .update(`${String(id)}.${String(at)}.${first?.body ?? ''}`)
        .digest('base64')}`,
    );
    expect(receiver.bodies()[0]?.['link']).toBe(`https://localhost:8443/alerts/${idOf('1')}`);
    channels.tell(madeAlert('2', { times: 3, severity: 'critical' }));
    await vi.waitFor(() => expect(told()).toEqual(['1', '2', '3', '2']), LONG);
    platform.advance(HOUR_MS + 1000);
    channels.tell(madeAlert('1', { times: 1 }));
    channels.tell(madeAlert('1', { times: 7 }));
    await vi.waitFor(() => expect(told()).toEqual(['1', '2', '3', '2', '1']), LONG);
    expect(receiver.bodies()[4]).toMatchObject({ count: 7, activity_id: 2 });
    await channels.settle();
    expect(await channels.show('hook')).toMatchObject({ sent: 5, waiting: 0, state: 'working' });
  });

  it('waits sealed while a channel is down, is told when it is back, and nothing is lost or out of order', async () => {
    await add();
    await add({ target: { kind: 'file', file: 'all.jsonl' } }, 'file');
    receiver.answer = { status: 503 };
    await channels.start();
    for (const id of ['1', '2', '3', '4', '5']) channels.tell(madeAlert(id));
    await vi.waitFor(async () => expect(await channels.show('hook')).toMatchObject({ state: 'failing', waiting: 5 }), LONG);
    await vi.waitFor(async () => expect(await channels.show('file')).toMatchObject({ sent: 5, waiting: 0 }), LONG);
    const rows = await platform.db.query<{ content: string }>('select content from detection_channel_letter');
    expect(JSON.stringify(rows)).not.toMatch(/ann@|198\.51/u);
    await laterUntil(() => expect(types()).toEqual(['channel.failed']));
    receiver.answer = { status: 200 };
    await laterUntil(() => expect(told()).toEqual(['1', '2', '3', '4', '5']));
    expect(types()).toEqual(['channel.failed', 'channel.recovered']);
    expect(platform.recorded.at(-1)?.payload).toMatchObject({ name: 'hook', waited: 5 });
    const file = path.join(platform.dataDir, 'alerts/all.jsonl');
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(5);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('that a channel hangs on holds up no other channel', async () => {
    await using other = await startReceiver();
    receiver.answer = 'hang';
    await add();
    await add({ target: { kind: 'chat', url: other.url } }, 'chat');
    await channels.start();
    for (const id of ['1', '2', '3']) channels.tell(madeAlert(id));
    await vi.waitFor(() => expect(other.received).toHaveLength(3), LONG);
    expect(receiver.received).toHaveLength(0);
  });

  it('is given up after a day of tries, kept as a dead letter, and sent again or dropped with a reason', async () => {
    await add();
    receiver.answer = { status: 500 };
    await channels.start();
    channels.tell(madeAlert('1'));
    channels.tell(madeAlert('2'));
    await laterUntil(async () => expect(await channels.show('hook')).toMatchObject({ dead: 2, waiting: 0 }), 7);
    expect(types().filter((type) => type === 'channel.dead-letter')).toHaveLength(2);
    const { items, next } = await channels.deadLetters('hook', { limit: 1 });
    expect(items).toMatchObject([{ alert: idOf('2'), title: 'Credential stuffing', trouble: 'it answered 500' }]);
    const [older] = (await channels.deadLetters('hook', { limit: 10, cursor: next ?? '' })).items;
    receiver.answer = { status: 200 };
    await channels.resend('hook', older?.id ?? '', OPERATOR);
    await vi.waitFor(() => expect(told()).toEqual(['1']), LONG);
    await channels.drop('hook', items[0]?.id ?? '', { actor: OPERATOR, reason: 'seen in the console' });
    await channels.settle();
    expect(await channels.show('hook')).toMatchObject({ dead: 0, waiting: 0, sent: 1 });
    await expect(channels.resend('hook', items[0]?.id ?? '', OPERATOR)).rejects.toMatchObject({ code: 'not-found' });
    expect(types().filter((type) => type === 'channel.letter-decided')).toHaveLength(2);
  });

  it('that a receiver refuses holds up the next one for a few tries only', async () => {
    await add();
    receiver.answer = { status: 422 };
    await channels.start();
    channels.tell(madeAlert('1'));
    await laterUntil(async () => expect(await channels.show('hook')).toMatchObject({ dead: 1, waiting: 0 }));
    receiver.answer = { status: 200 };
    channels.tell(madeAlert('2'));
    await laterUntil(() => expect(told()).toEqual(['2']));
  });

  it('is sent by one of several nodes, and by the next process when the first one was killed', async () => {
    await add();
    channels.tell(madeAlert('1'));
    await channels.settle();
    // Claimed by a node that dies now: others wait until its time is over, the same node does not.
    await platform.db.query(`update detection_channel set lease_by = 'first', lease_until = $1`, [platform.clock.now() + 50_000]);
    await using second = stand.another({ node: 'second' });
    await second.start();
    await second.settle();
    expect(told()).toEqual([]);
    await using again = stand.another();
    await again.start();
    await vi.waitFor(() => expect(told()).toEqual(['1']), LONG);
    for (let count = 2; count <= 30; count += 1) channels.tell(madeAlert(String(count)));
    await vi.waitFor(() => expect(told()).toHaveLength(30), LONG);
    expect(told()).toEqual(Array.from({ length: 30 }, (_none, index) => String(index + 1)));
  });

  it('is told once by two nodes that both have something to tell, and look at the same time', async () => {
    await add();
    await using second = stand.another({ node: 'second' });
    await channels.start();
    await second.start();
    for (let count = 1; count <= 40; count += 1) (count % 2 === 0 ? channels : second).tell(madeAlert(String(count)));
    // Time stands still: nobody's lease is over while he sends.
    await vi.waitFor(
      async () => {
        await Promise.all([channels.tick(), second.tick()]);
        await Promise.all([channels.settle(), second.settle()]);
        expect(new Set(told()).size).toBe(40);
      },
      { ...LONG, interval: 50 },
    );
    await Promise.all([channels.settle(), second.settle()]);
    expect(new Set(told()).size, 'each once').toBe(40);
    expect(told()).toHaveLength(40);
  });

  it('is durable with the change that it belongs to, and gone with one that did not happen', async () => {
    await add();
    const change = platform.db.transaction(async (tx) => {
      await channels.tellIn(tx, madeAlert('1'));
      throw new RangeError('no');
    });
    await expect(change).rejects.toThrow(RangeError);
    await platform.db.transaction((tx) => channels.tellIn(tx, madeAlert('2')));
    expect(await channels.figures()).toEqual({ working: 1, failing: 0, waiting: 1, dead: 0 });
  });
});

describe('after a start', () => {
  it('what was stored and not taken is told, and nothing else', async () => {
    platform.advance(1000);
    await add({ severity: 'high' });
    platform.advance(1000);
    const at = { createdAt: platform.clock.now() };
    const known = [
      madeAlert('1', at),
      madeAlert('2', at),
      madeAlert('3', { ...at, severity: 'low' }),
      madeAlert('4', { createdAt: at.createdAt - 60_000 }),
    ];
    for (const alert of known.slice(0, 1)) channels.tell(alert);
    await channels.settle();
    expect(await channels.untold(known)).toEqual([idOf('2')]);
    const alerts = {
      list: async () => Promise.resolve({ items: known, next: null }),
      show: async (id: string) => Promise.resolve(known.find((one) => one.id === id) ?? madeAlert('9')),
    };
    await channels.start();
    await tellMissed({ alerts, channels, log: silentLog, now: platform.clock.now() });
    await vi.waitFor(() => expect(told()).toEqual(['1', '2']), LONG);
    await tellMissed({ alerts, channels, log: silentLog, now: platform.clock.now() });
    await channels.settle();
    expect(told()).toEqual(['1', '2']);
  });
});

describe('a channel', () => {
  it('is told what it asked for; critical ones pass its quiet hours, the rest waits until they end', async () => {
    const day = (hours: number): string => new Date(platform.clock.now() + hours * HOUR_MS).toISOString().slice(11, 16);
    await add({ severity: 'high', kinds: ['rule', 'behaviour'], application: 'shop', quiet: { from: day(-1), to: day(2) } });
    await channels.start();
    channels.tell(madeAlert('1'));
    channels.tell(madeAlert('2', { severity: 'critical' }));
    channels.tell(madeAlert('3', { severity: 'medium' }));
    channels.tell(madeAlert('4', { kind: 'intel', severity: 'critical' }));
    channels.tell(madeAlert('5', { application: 'blog', severity: 'critical' }));
    channels.tell(madeAlert('6', { kind: 'health', application: null }));
    await vi.waitFor(() => expect(told()).toEqual(['2', '6']), LONG);
    await channels.settle();
    expect(await channels.show('hook')).toMatchObject({ waiting: 1 });
    platform.advance(3 * HOUR_MS);
    await vi.waitFor(() => expect(told()).toEqual(['2', '6', '1']), LONG);
    await channels.change('hook', { enabled: false }, OPERATOR);
    channels.tell(madeAlert('7', { kind: 'health', severity: 'critical' }));
    await channels.settle();
    expect(await channels.show('hook')).toMatchObject({ waiting: 0, enabled: false });
  });

  it('shows no secret, keeps it where it is not given, and takes none along to another place', async () => {
    const { id } = await add();
    const otlp = { kind: 'otlp', url: 'https://otel.example.test/v1/logs', authorization: 'Bearer canary-77' } as const;
    await add({ target: otlp }, 'otel');
    await add({ target: { kind: 'chat', url: 'https://chat.example.test/canary-88' } }, 'chat');
    const shown = JSON.stringify([await channels.list(), await channels.show(id)]);
    expect(shown).not.toMatch(/whsec|canary/u);
    expect(JSON.stringify(await platform.db.query('select * from detection_channel'))).not.toMatch(/whsec|canary|example/u);
    expect(JSON.stringify(platform.recorded)).not.toMatch(/whsec|canary/u);
    await channels.change('hook', { target: { kind: 'webhook', url: `${receiver.url}/other`, secret: null } }, OPERATOR);
    expect(await channels.test('hook')).toMatchObject({ outcome: 'sent', detail: 'it answered 204' });
    expect(receiver.received[0]).toMatchObject({ path: '/other' });
    await channels.change('otel', { target: { kind: 'otlp', url: `${receiver.url}/v1/logs`, authorization: null } }, OPERATOR);
    expect(await channels.test('otel')).toMatchObject({ outcome: 'sent' });
    expect(receiver.received[1]?.headers['authorization']).toBeUndefined();
    expect(receiver.bodies()[0]).toMatchObject({ metadata: { labels: ['test'] } });
  });

  it('is refused when it would send in clear over the internet, to a metadata service, or without a secret', async () => {
    const refused = [
      { kind: 'webhook', url: 'http://93.184.216.34/', secret: SECRET },
      { kind: 'webhook', url: 'https://169.254.169.254/', secret: SECRET },
      { kind: 'webhook', url: 'https://hooks.example.test/', secret: null },
      { kind: 'webhook', url: 'https://hooks.example.test/', secret: 'whsec_c2hvcnQAAAAAAAAAAA==' },
      { kind: 'chat', url: null },
      { kind: 'chat', url: 'https://a:b@chat.example.test/' },
      { kind: 'otlp', url: 'https://metadata.google.internal/v1/logs' },
      { kind: 'otlp', url: 'https://otel.example.test/', authorization: 'Bearer a\r\nx: y' },
      { kind: 'syslog', host: '[fe80::1]', port: 6514, tls: true },
      { kind: 'syslog', host: '93.184.216.34', port: 514, tls: false },
    ] as const;
    for (const target of refused)
      await expect(add({ target }), JSON.stringify(target)).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await channels.list()).toEqual([]);
    await add();
    await expect(add()).rejects.toMatchObject({ code: 'conflict' });
    await add({ target: { kind: 'file', file: 'a.jsonl' } }, 'one');
    await expect(add({ target: { kind: 'file', file: 'a.jsonl' } }, 'two')).rejects.toMatchObject({ code: 'conflict' });
    await channels.remove('one', OPERATOR);
    await add({ target: { kind: 'file', file: 'a.jsonl' } }, 'two');
  });

  it('says in words what came back from a test, and follows no redirect', async () => {
    await add();
    receiver.answer = { status: 302, headers: { location: `${receiver.url}/secret` } };
    expect(await channels.test('hook')).toMatchObject({
      outcome: 'failed',
      detail: 'it answered 302, and redirects are not followed',
    });
    receiver.answer = { status: 401, body: 'canary' };
    expect(await channels.test('hook')).toMatchObject({ outcome: 'failed', detail: 'it answered 401' });
    await receiver[Symbol.asyncDispose]();
    expect(await channels.test('hook')).toMatchObject({ outcome: 'failed', detail: 'it does not answer (ECONNREFUSED)' });
    receiver = await startReceiver();
  });

  it('with a letter that no longer opens gives it up and tells the others', async () => {
    await add();
    channels.tell(madeAlert('1'));
    channels.tell(madeAlert('2'));
    await channels.settle();
    await platform.db.query(`update detection_channel_letter set content = 'enc:v1:x:AAAA' where alert = $1`, [idOf('1')]);
    await channels.start();
    await vi.waitFor(() => expect(told()).toEqual(['2']), LONG);
    expect((await channels.deadLetters('hook', { limit: 5 })).items).toMatchObject([{ title: '(does not open)' }]);
  });
});
