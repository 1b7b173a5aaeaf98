import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../log.ts';
import { openMail, type Mail } from './mail.ts';
import { isThisMachine, mailSchema } from './settings.ts';

let dataDir: string;
let lines: string[];
const note = (fields: unknown, words: string): void => void lines.push(`${words} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-mail-'));
  lines = [];
});
afterEach(async () => rm(dataDir, { recursive: true, force: true }));

const letter = { to: 'maria@example.test', subject: 'Grüße', text: 'https://shop.test/.holdfast/reset?token=canary-4711\n' };
const open = (settings: unknown): Mail =>
  openMail({ settings: mailSchema.parse(settings), dataDir, log, password: null, retryFirstMs: 1 });

interface Post {
  readonly port: number;
  readonly received: string[];
  readonly server: Server;
}

/** A mail server of a few words; the first `failures` letters are put off. */
async function startPost(failures = 0): Promise<Post> {
  const received: string[] = [];
  let left = failures;
  const talk = (socket: Socket): void => {
    let text = '';
    let isData = false;
    socket.on('error', () => undefined);
    socket.write('220 test\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (isData) {
          received.push(line);
          if (line === '.') {
            isData = false;
            socket.write('250 ok\r\n');
          }
        } else if (line === 'DATA') {
          isData = true;
          socket.write('354 go\r\n');
        } else if (line.startsWith('MAIL') && left > 0) {
          left -= 1;
          socket.write('451 later maria@example.test\r\n');
        } else socket.write('250 ok\r\n');
      }
    });
  };
  const server = createServer(talk);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('assert: a port');
  return { port: address.port, received, server };
}

describe('letters', () => {
  it('lie in the outbox for the owner only, and the log says nothing of what is in them', async () => {
    await using mail = open({});
    mail.send(letter);
    await mail.settle();
    const [name = ''] = await readdir(path.join(dataDir, 'outbox'));
    const file = path.join(dataDir, 'outbox', name);
    expect(await readFile(file, 'utf8')).toContain('To: maria@example.test');
    expect(await readFile(file, 'utf8')).toContain('canary-4711');
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toMatch(/canary|maria|Gr/u);
  });

  it('go into another folder without a word', async () => {
    const folder = path.join(dataDir, 'elsewhere');
    await using mail = open({ transport: 'file', folder });
    mail.send(letter);
    await mail.settle();
    expect(await readdir(folder)).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('go to a mail server, again when it puts them off', async () => {
    const post = await startPost(2);
    await using mail = open({ transport: 'smtp', smtp: { host: '127.0.0.1', port: post.port } });
    mail.send(letter);
    await mail.settle();
    expect(post.received.join('\n')).toContain('To: maria@example.test');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/canary|maria/u);
    post.server.close();
  });

  it('are given up after five tries, without a word of what the server said', async () => {
    const post = await startPost(99);
    await using mail = open({ transport: 'smtp', smtp: { host: '127.0.0.1', port: post.port } });
    mail.send(letter);
    await mail.settle();
    expect(post.received).toEqual([]);
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain('maria');
    post.server.close();
  });

  it('never stop whoever sends them, and a flood is dropped', async () => {
    await using mail = open({});
    for (let count = 0; count < 400; count += 1) mail.send(letter);
    await mail.settle();
    expect((await readdir(path.join(dataDir, 'outbox'))).length).toBeLessThanOrEqual(257);
    expect(lines.some((line) => line.startsWith('a letter was dropped'))).toBe(true);
  });

  it('cannot be given more headers by their subject', async () => {
    await using mail = open({});
    mail.send({ ...letter, subject: 'Hello\r\nBcc: other@example.test' });
    await mail.settle();
    const [name = ''] = await readdir(path.join(dataDir, 'outbox'));
    expect(await readFile(path.join(dataDir, 'outbox', name), 'utf8')).not.toMatch(/^Bcc:/mu);
  });
});

describe('settings', () => {
  it('that do not fit together are refused', () => {
    for (const bad of [
      { transport: 'smtp' },
      { transport: 'file' },
      { smtp: { user: 'a' } },
      { from: 'nobody' },
      { smtp: { password: 'plain text' } },
    ]) {
      expect(mailSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
    }
    expect(mailSchema.parse({ transport: 'smtp', smtp: { host: 'mail.test', user: 'a', password: 'env:PW' } })).toMatchObject({
      smtp: { port: 587, tls: false },
    });
  });

  it('let plain text go to this machine alone', () => {
    for (const here of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) expect(isThisMachine(here)).toBe(true);
    for (const there of ['mail.test', '10.0.0.1', '127.0.0.1.test', 'localhost.test']) expect(isThisMachine(there)).toBe(false);
  });
});
