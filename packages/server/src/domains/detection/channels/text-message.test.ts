import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createChannelStand, OPERATOR, SECRET, startReceiver, type ChannelStand, type Receiver } from './test-channels.ts';
import type { TextMessage } from './text-message.ts';

const LONG = { timeout: 30_000 };
let platform: TestPlatform;
let stand: ChannelStand;
let receiver: Receiver;

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from detection_channel');
  stand = await createChannelStand(platform);
  receiver = await startReceiver();
  const target = { kind: 'webhook', url: `${receiver.url}/in`, secret: SECRET } as const;
  await stand.channels.add({ name: 'hook', target, kinds: ['rule'], application: 'shop' }, OPERATOR);
  await stand.channels.add({ name: 'mail', target: { kind: 'mail', to: ['ann@example.test'] }, severity: 'high' }, OPERATOR);
  await stand.channels.start();
});
afterEach(async () => {
  await stand.channels[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const text = (change: Partial<TextMessage> = {}): TextMessage => ({
  title: 'Incident 7 <b>began</b>',
  text: 'somebody\r\nhas to look',
  severity: 'high',
  application: null,
  channel: null,
  link: 'https://localhost:8443/incidents/7',
  key: 'incident:7',
  ...change,
});

describe('words for people', () => {
  it('are told at every channel that takes the severity, whatever kinds of alerts it asked for', async () => {
    expect(await stand.channels.tellText(text())).toBe(2);
    await vi.waitFor(() => expect([receiver.received.length, stand.letters.length]).toEqual([1, 1]), LONG);
    expect(receiver.bodies()[0]).toMatchObject({
      class_uid: 2005,
      type_uid: 200_501,
      link: 'https://localhost:8443/incidents/7',
      message: '[high] Incident 7 <b>began</b>: somebody has to look',
    });
    const [letter] = stand.letters;
    expect(letter?.subject).toBe('Holdfast [high] Incident 7 <b>began</b>');
    expect(letter?.html).not.toContain('<b>');
    expect(letter?.text).toContain('Look: https://localhost:8443/incidents/7');
  });

  it('are told once under a key, again when it grew worse, and by nobody after a restart', async () => {
    await stand.channels.tellText(text());
    await stand.channels.tellText(text());
    await stand.another({ node: 'second' }).tellText(text());
    await stand.channels.tellText(text({ severity: 'critical' }));
    await stand.channels.tellText(text());
    await vi.waitFor(() => expect(receiver.received).toHaveLength(2), LONG);
    await stand.channels.settle();
    expect(receiver.bodies().map((body) => body['severity_id'])).toEqual([4, 5]);
  });

  it('go to a channel that is named whatever it takes, and nowhere when it is not there or off', async () => {
    expect(await stand.channels.tellText(text({ channel: 'mail', severity: 'info' }))).toBe(1);
    await vi.waitFor(() => expect(stand.letters).toHaveLength(1), LONG);
    await expect(stand.channels.tellText(text({ channel: 'nowhere' }))).rejects.toMatchObject({ code: 'conflict' });
    await stand.channels.change('hook', { enabled: false }, OPERATOR);
    await expect(stand.channels.tellText(text({ channel: 'hook' }))).rejects.toMatchObject({ code: 'conflict' });
    expect(receiver.received).toEqual([]);
  });

  it('about another application are not told where one asked for its own', async () => {
    expect(await stand.channels.tellText(text({ application: 'blog', severity: 'medium' }))).toBe(0);
    expect(await stand.channels.tellText(text({ application: 'shop', severity: 'medium' }))).toBe(1);
  });

  it('are neither there nor told when the change around them is not made', async () => {
    const failing = platform.db.transaction(async (tx) => {
      await stand.channels.tellTextIn(tx, text());
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect((await stand.channels.list()).map(({ waiting }) => waiting)).toEqual([0, 0]);
  });
});
