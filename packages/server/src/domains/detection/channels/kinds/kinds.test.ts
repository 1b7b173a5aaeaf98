import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileTransport } from '../../../../platform/mail/outbox.ts';
import { toTold, type Message } from '../message.ts';
import { madeAlert, startReceiver } from '../test-channels.ts';
import { chatText, createChat } from './chat.ts';
import { createFile } from './file.ts';
import { createMail, letterOf } from './mail.ts';
import { createOtlp } from './otlp.ts';
import { createSyslog, framed, syslogLine } from './syslog.ts';
import { webhookKey } from './webhook-signature.ts';

const HOSTILE = '<!channel> @everyone [x](http://bad.test) `code`\r\nBcc: other@example.test\u202E"] \\ <script>';
const message = (change: Parameters<typeof madeAlert>[1] = {}, id = '1'): Message => ({
  id: id.padStart(26, '0'),
  alert: toTold(madeAlert(id, change)),
  isTest: false,
  link: `https://localhost:9443/alerts/${id}`,
  now: 1_790_000_001_000,
});
const hostile = message({ reason: HOSTILE, title: HOSTILE, entity: { kind: 'user', value: HOSTILE } });
const never = new AbortController().signal;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hf-channels-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe('a letter', () => {
  it('cannot be given headers, lines, markup or links by what it tells', async () => {
    const letter = letterOf(hostile, ['a@example.test', 'b@example.test']);
    expect(letter.html).not.toMatch(/<script|<!channel|<img|http:\/\/bad\.test"/u);
    expect(letter.html).toContain('href="https://localhost:9443/alerts/1"');
    await createFileTransport({ folder, dataDir: folder, from: 'holdfast@example.test', log: null }).deliver(letter);
    const [name = ''] = await readdir(folder);
    const text = await readFile(path.join(folder, name), 'utf8');
    expect(text).toMatch(/^To: a@example\.test, b@example\.test\r$/mu);
    expect(text).toMatch(/^Message-ID: <0{25}1@holdfast\.invalid>\r$/mu);
    expect(text.split('\r\n\r\n', 1)[0]).not.toMatch(/^Bcc:/mu);
    expect(text).toContain('multipart/alternative');
  });

  it('that the server puts off is tried again; one that it refuses for good is refused', async () => {
    const answering = (responseCode: number) =>
      createMail(
        { kind: 'mail', to: ['a@example.test'] },
        { deliver: async () => Promise.reject(Object.assign(new Error('secret words'), { responseCode })) },
      ).send([message()], never);
    await expect(answering(451)).rejects.toMatchObject({ what: 'away', message: 'the mail server answered 451' });
    await expect(answering(535)).rejects.toMatchObject({ what: 'away' });
    await expect(answering(554)).rejects.toMatchObject({ what: 'refused' });
  });
});

describe('a message in a chat', () => {
  it('calls nobody and links nowhere but to us', async () => {
    const text = chatText(hostile);
    expect(text).not.toMatch(/[<>`[\]]|@everyone/u);
    expect(text).toContain('Look: https://localhost:9443/alerts/1');
    await using receiver = await startReceiver();
    await createChat({ kind: 'chat', url: receiver.url }).send([message()], never);
    expect(Object.keys(receiver.bodies()[0] ?? {})).toEqual(['text']);
  });
});

describe('a line of syslog', () => {
  const LINE =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (\[(?:[^\]\\]|\\.)*\]) (.*)$/u;

  it('is RFC 5424 whatever stands in the alert', () => {
    for (const one of [message(), hostile, message({ severity: 'critical', application: null, index: null })]) {
      const parts = LINE.exec(syslogLine(one));
      expect(parts, syslogLine(one)).not.toBeNull();
      expect(parts?.[8]).not.toMatch(/[\r\n]/u);
    }
    expect(syslogLine(message({ severity: 'critical' }))).toMatch(/^<82>1 /u);
    expect(syslogLine(hostile)).toContain('\\"\\] \\\\ ');
  });

  it('is counted in octets, and cut between two characters when it is too long', () => {
    expect(framed('grün').toString('utf8')).toBe('5 grün');
    const long = framed('ü'.repeat(5000)).toString('utf8');
    expect(long.startsWith('8192 ü')).toBe(true);
    expect(long).not.toContain('\uFFFD');
    expect(
      framed(`a${'ü'.repeat(5000)}`)
        .toString('utf8')
        .startsWith('8191 a'),
    ).toBe(true);
  });

  it('counts as told when the receiver closes in order, and not when it goes away', async () => {
    const state = { isAway: false, text: '' };
    const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
      if (state.isAway) socket.resetAndDestroy();
      socket.setEncoding('utf8').on('data', (chunk: string) => (state.text += chunk));
      socket.on('end', () => socket.end());
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server that listens has an address object.
    const { port } = server.address() as AddressInfo;
    const syslog = createSyslog({ kind: 'syslog', host: '127.0.0.1', port, tls: false, ca: null });
    expect(await syslog.send([message(), message({}, '2')], never)).toBe('2 sent');
    expect(state.text.match(/\[holdfast@32473 /gu)).toHaveLength(2);
    state.isAway = true;
    await expect(syslog.send([message()], never)).rejects.toMatchObject({ what: 'away' });
    server.close();
    await expect(syslog.send([message()], never)).rejects.toMatchObject({ message: 'it does not answer (ECONNREFUSED)' });
    const leading = createSyslog({ kind: 'syslog', host: '169.254.1.1', port, tls: true, ca: null });
    await expect(leading.send([message()], never)).rejects.toThrow('link-local');
  });
});

describe('a log record', () => {
  it('is OTLP in JSON, and is not sent again when it was rejected', async () => {
    await using receiver = await startReceiver();
    const otlp = createOtlp({ kind: 'otlp', url: receiver.url, authorization: 'Bearer x' }, '1.0.0');
    receiver.answer = { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"0","errorMessage":"slow down"}}' };
    await otlp.send([message()], never);
    const [taken] = receiver.received;
    expect(taken).toMatchObject({ path: '/v1/logs', headers: { authorization: 'Bearer x', 'content-type': 'application/json' } });
    expect(receiver.bodies()[0]).toMatchObject({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'holdfast' } }, {}] },
          scopeLogs: [{ logRecords: [{ severityNumber: 17, timeUnixNano: '1790000000000000000' }] }],
        },
      ],
    });
    receiver.answer = { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1"}}' };
    await expect(otlp.send([message()], never)).rejects.toMatchObject({ what: 'never' });
    receiver.answer = { status: 400 };
    await expect(otlp.send([message()], never)).rejects.toMatchObject({ what: 'never' });
    receiver.answer = { status: 429, headers: { 'retry-after': '120' } };
    await expect(otlp.send([message()], never)).rejects.toMatchObject({ what: 'away', retryAfterMs: 120_000 });
    receiver.answer = { status: 503, headers: { 'retry-after': 'x'.repeat(5000) } };
    await expect(otlp.send([message()], never)).rejects.toMatchObject({ what: 'away', retryAfterMs: 0 });
  });
});

describe('a file', () => {
  it('is begun anew when it is full, five old ones stay, and half a line of a killed process ends', async () => {
    const target = { kind: 'file', file: 'a.jsonl' } as const;
    const place = path.join(folder, 'alerts');
    await mkdir(place);
    await writeFile(path.join(place, 'a.jsonl'), '{"half":');
    const file = createFile(target, { dataDir: folder, version: '1', bytesMax: 10_000 });
    await file.send([message()], never);
    const lines = (await readFile(path.join(place, 'a.jsonl'), 'utf8')).split('\n');
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ class_uid: 2004 });
    for (let count = 0; count < 60; count += 1) await file.send([message({}, String(count))], never);
    const names = await readdir(place);
    expect(names.toSorted()).toEqual(['a.jsonl', 'a.jsonl.1', 'a.jsonl.2', 'a.jsonl.3', 'a.jsonl.4', 'a.jsonl.5']);
    for (const name of names) expect((await readFile(path.join(place, name))).length).toBeLessThanOrEqual(10_000);
  });

  it('that is a link to somewhere else is not followed', async () => {
    await mkdir(path.join(folder, 'alerts'));
    await writeFile(path.join(folder, 'victim'), 'x');
    await symlink(path.join(folder, 'victim'), path.join(folder, 'alerts/a.jsonl'));
    const file = createFile({ kind: 'file', file: 'a.jsonl' }, { dataDir: folder, version: '1' });
    await expect(file.send([message()], never)).rejects.toThrow('the file cannot be written');
    expect(await readFile(path.join(folder, 'victim'), 'utf8')).toBe('x');
  });
});

it('a secret of a webhook is base64 after whsec_, or a text of 24 bytes', () => {
  expect(webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toHaveLength(24);
  expect(webhookKey('a text of some length 24')?.toString()).toBe('a text of some length 24');
  for (const short of ['', 'short', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL']) expect(webhookKey(short)).toBeNull();
});
