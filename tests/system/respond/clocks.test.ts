import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelView, ClockView, IncidentDetail, Notice, TimelineEntry } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAdmin, createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { startAlertReceiver, type AlertReceiver } from '../../support/alert-receiver.ts';
import { HoldfastProcess, holdfast } from '../../support/holdfast-process.ts';
import { startMailSink, type MailSink } from '../../support/mail-sink.ts';

const HOUR_MS = 3_600_000;
const LONG = { timeout: 60_000, interval: 100 };
const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, as is', 'utf8').toString('base64')}`;

let folder: string;
let receiver: AlertReceiver;
let post: MailSink;
let running: HoldfastProcess;
let admin: AdminClient;

const start = (): Promise<HoldfastProcess> =>
  HoldfastProcess.start({
    dataDir: join(folder, 'data'),
    env: {
      HOLDFAST_MAIL__TRANSPORT: 'smtp',
      HOLDFAST_MAIL__FROM: 'holdfast@example.test',
      HOLDFAST_MAIL__SMTP__HOST: '127.0.0.1',
      HOLDFAST_MAIL__SMTP__PORT: String(post.port),
    },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-clocks-'));
  receiver = await startAlertReceiver();
  post = await startMailSink();
  running = await start();
  const add = async (args: readonly string[], input = ''): Promise<void> => {
    const { code, stderr } = await holdfast(['alert', 'channel', 'add', ...args, '--data-dir', running.dataDir], { input });
    expect(code, stderr).toBe(0);
  };
  await add(['mail', 'post', '--to', 'on-call@example.test']);
  await add(['webhook', 'hook', '--url', `${receiver.url}/hook`, '--stdin'], `${SECRET}\n`);
  admin = await createAdminClient(running, ['incident:read', 'incident:write']);
}, 180_000);
afterAll(async () => {
  admin[Symbol.dispose]();
  await running[Symbol.asyncDispose]();
  await post[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function open(title: string, isDrill = false): Promise<IncidentDetail> {
  const { status, body } = await admin.call('POST', '/api/v1/incidents', { title, severity: 'high', isDrill });
  expect(status, JSON.stringify(body)).toBe(201);
  // Parsed by the schema of the route on its way out.
  return body as IncidentDetail;
}
const hours = (count: number): string => new Date(Date.now() - count * HOUR_MS).toISOString();
const hooked = (): string[] => receiver.at('/hook').map(({ body }) => (JSON.parse(body) as { message: string }).message);
const about = (texts: readonly string[], number: number, words: string): string[] =>
  texts.filter((text) => text.includes(`clock of incident ${number}:`) && text.includes(words));
/** Long lines are broken in letters (RFC 2045 §6.7). */
const lettersOf = (number: number): string[] =>
  post.letters.filter((letter) => letter.replaceAll('=\n', '').includes(`holdfast clock notice ${number} `));
const waiting = async (): Promise<number> => {
  const { data } = await running.cli<{ channels: ChannelView[] }>('alert', 'channel', 'list');
  return data.channels.reduce((sum, channel) => sum + channel.waiting, 0);
};
const cli = async <Data>(...args: string[]): Promise<Data> => {
  const { code, data, stderr, stdout } = await running.cli<Data>('clock', ...args);
  expect(code, stderr + stdout).toBe(0);
  return data;
};

describe('legal clocks of a running Holdfast', () => {
  it('warn at webhook and mail at once when time has passed, once, also after it was killed', { timeout: 240_000 }, async () => {
    const { id, number } = await open('Orders of others were read');
    const reason = ['--reason', 'orders of others were read'];
    const { clocks } = await cli<{ clocks: ClockView[] }>(
      'start',
      String(number),
      '--aware',
      hours(55),
      '--rule',
      'gdpr-33',
      'nis2-early-warning',
      ...reason,
    );
    expect(clocks.map(({ rule }) => rule).toSorted()).toEqual(['gdpr-33', 'nis2-early-warning']);
    const tellings = () => [about(hooked(), number, '75 %').length, about(hooked(), number, ': its time is over').length];
    await expect.poll(tellings, LONG).toEqual([1, 1]);
    await expect.poll(() => lettersOf(number).length, LONG).toBe(2);
    // What was taken over there and not yet noted here would be told again, with the id it had.
    await expect.poll(waiting, LONG).toBe(0);
    // It was killed, not stopped: nothing was put in order before.
    await running.kill('SIGKILL');
    running = await start();
    admin[Symbol.dispose]();
    admin = await createAdminClientAnew();
    await cli('start', String(number), '--aware', hours(55), '--rule', 'gdpr-33', 'nis2-early-warning', ...reason);
    // Something that is told later is told after whatever would be told again.
    const drill = await open('A drill', true);
    await cli('start', String(drill.number), '--aware', hours(40), '--rule', 'gdpr-33', '--reason', 'a drill');
    await expect.poll(() => about(hooked(), drill.number, '50 %').length, LONG).toBe(1);
    expect(about(hooked(), drill.number, '50 %')[0]).toContain('DRILL: ');
    expect(tellings()).toEqual([1, 1]);
    expect(lettersOf(number)).toHaveLength(2);
    const { body } = await admin.call('GET', `/api/v1/incidents/${id}/timeline`);
    const { entries } = body as { entries: TimelineEntry[] };
    const lane = entries.filter((entry) => entry.lane === 'clock');
    expect(lane.map(({ title }) => title).filter((title) => title.endsWith('% of its time is over'))).toHaveLength(1);
    // Each has its place in the ledger.
    expect(lane.length).toBeGreaterThanOrEqual(4);
    for (const { index, title } of lane) expect(index, title).not.toBeNull();
    const { body: shown } = await admin.call('GET', `/api/v1/incidents/${id}`);
    expect(shown).toMatchObject({ clocks: [{ rule: 'nis2-early-warning' }, { rule: 'gdpr-33', warned: [75] }] });
    expect((shown as IncidentDetail).awareAt).not.toBeNull();
  });

  it('are overdue until somebody says why; a draft holds counts and says what is missing', { timeout: 120_000 }, async () => {
    const { number } = await open('Mail went astray');
    const word = String(number);
    await cli('start', word, '--aware', hours(80), '--rule', 'gdpr-33', '--reason', 'mail went astray');
    expect((await running.cli('clock', 'list', '--check')).code).toBe(1);
    const notice = await cli<Notice>('notice', word, 'gdpr-33');
    expect(notice.markdown).toMatch(/Accounts seen: \d+/u);
    expect(notice.markdown).toContain('Reasons for the delay');
    expect(notice.missing).toContain('approximate number of data subjects');
    // Without a reason nothing is settled.
    expect((await running.cli('clock', 'settle', word, 'gdpr-33', '--state', 'missed')).code).toBe(2);
    const args = ['--state', 'met', '--at', hours(1), '--reason', 'the form was down'];
    expect(await cli<ClockView>('settle', word, 'gdpr-33', ...args)).toMatchObject({
      state: 'missed',
      reason: 'the form was down',
    });
    const { clocks } = await cli<{ clocks: ClockView[] }>('list', '--incident', word);
    expect(clocks).toMatchObject([{ state: 'missed', warned: [100] }]);
  });

  it('of an incident that began are told with it, once', { timeout: 120_000 }, async () => {
    const { number } = await open('Somebody looked around');
    const began = (): string[] => hooked().filter((text) => text.includes(`Incident ${number}: Somebody looked around`));
    await expect.poll(() => began().length, LONG).toBe(1);
    expect(began()[0]).toContain('[high]');
  });
});

/** A second token under another name: the first one is taken. */
async function createAdminClientAnew(): Promise<AdminClient> {
  const { code, data, stderr } = await running.cli<{ token: string }>(
    'token',
    'create',
    '--name',
    'again',
    '--permission',
    'incident:read',
    'incident:write',
  );
  if (code !== 0) throw new Error(`assertion: a token can be created: ${stderr}`);
  return connectAdmin(running, data.token);
}
