import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring, type Keyring } from '../keyring/keyring.ts';
import type { Log } from '../log.ts';
import { openMail, type Mail } from './mail.ts';
import { isThisMachine, mailSchema } from './settings.ts';

let dataDir: string;
let keyring: Keyring;
let skewMs = 0;
const clock = { now: () => Date.now() + skewMs };
let lines: string[];
const note = (fields: unknown, words: string): void => void lines.push(`${words} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-mail-'));
  await mkdir(path.join(dataDir, 'keys'));
  keyring = await openKeyring({ dataDir });
  skewMs = 0;
  lines = [];
});
afterEach(async () => rm(dataDir, { recursive: true, force: true }));

const letter = { to: 'maria@example.test', subject: 'Grüße', text: 'https://shop.test/.holdfast/reset?token=canary-4711\n' };
const open = (settings: unknown): Mail =>
  openMail({ settings: mailSchema.parse(settings), dataDir, log, keyring, clock, password: null, retryFirstMs: 1 });

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

describe('letters that wait while the process is killed', () => {
  const smtp = (port: number): unknown => ({ transport: 'smtp', smtp: { host: '127.0.0.1', port } });
  const queued = async (): Promise<string[]> => readdir(path.join(dataDir, 'mail-queue'));
  /** Nobody answers there: what is sent stays under way. */
  const silent = async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server that listens has an address object.
    const { port } = server.address() as AddressInfo;
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { port, close };
  };

  it('lie sealed in the data directory and go out with the next start', async () => {
    const nobody = await silent();
    const killed = open(smtp(nobody.port));
    killed.send(letter);
    killed.send({ ...letter, subject: 'second' });
    const names = await queued();
    expect(names).toHaveLength(2);
    for (const name of names) {
      const file = path.join(dataDir, 'mail-queue', name);
      expect(await readFile(file, 'utf8')).not.toMatch(/canary|maria/u);
      if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
    }
    const post = await startPost();
    await using next = open(smtp(post.port));
    await next.settle();
    expect(post.received.filter((line) => line === '.')).toHaveLength(2);
    expect(post.received.join('\n')).toContain('canary-4711');
    expect(await queued()).toEqual([]);
    post.server.close();
    nobody.close();
    await killed[Symbol.asyncDispose]();
  });

  it('are sent once when the process ends well, and forgotten when they were given up', async () => {
    const post = await startPost();
    const first = open(smtp(post.port));
    first.send(letter);
    await first[Symbol.asyncDispose]();
    await using second = open(smtp(post.port));
    await second.settle();
    expect(post.received.filter((line) => line === '.')).toHaveLength(1);
    post.server.close();
    second.send(letter);
    await second.settle();
    expect(await queued()).toEqual([]);
  });

  it('that are too old, cut short, moved or not ours are dropped, and keep no other from going', async () => {
    const nobody = await silent();
    const killed = open(smtp(nobody.port));
    killed.send(letter);
    const [name = ''] = await queued();
    const folder = path.join(dataDir, 'mail-queue');
    const text = await readFile(path.join(folder, name), 'utf8');
    await writeFile(path.join(folder, name.replace(/[0-9a-f]{12}/u, '000000000000')), text);
    await writeFile(path.join(folder, name.replace(/[0-9a-f]{12}/u, '111111111111')), text.slice(0, 40));
    await writeFile(path.join(folder, 'readme.txt'), 'hello');
    await writeFile(path.join(folder, `${name}.new`), '');
    const outbox = open({});
    await outbox.settle();
    expect(await readdir(path.join(dataDir, 'outbox'))).toHaveLength(1);
    expect(await queued()).toEqual([]);
    killed.send(letter);
    skewMs = 86_400_001;
    await using late = open({});
    await late.settle();
    expect(await readdir(path.join(dataDir, 'outbox'))).toHaveLength(1);
    nobody.close();
    await killed[Symbol.asyncDispose]();
    await outbox[Symbol.asyncDispose]();
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
