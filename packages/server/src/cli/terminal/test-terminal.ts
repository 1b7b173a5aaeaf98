import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Io } from './io.ts';
import { run } from '../main.ts';
import { SOCKET_NAME } from '../connection/socket-transport.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestTerminal {
  readonly dataDir: string;
  /** Runs one command line as a person without a terminal would. */
  run(argv: readonly string[], options?: { env?: Record<string, string>; input?: string; isTerminal?: boolean }): Promise<Ran>;
  close(): void;
}

/** A data directory, buffers for streams, and no process that could be harmed. For tests. */
export function openTestTerminal(): TestTerminal {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-cli-'));
  const dataDir = path.join(folder, '.holdfast');
  return {
    dataDir,
    async run(argv, { env = {}, input, isTerminal = false } = {}) {
      const [stdout, stderr] = [sink(isTerminal), sink(isTerminal)];
      const stdin = input === undefined ? new PassThrough() : Readable.from([input]);
      const io: Io = {
        stdin: Object.assign(stdin, { isTTY: isTerminal }),
        stdout: stdout.stream,
        stderr: stderr.stream,
        env,
        cwd: folder,
        platform: 'linux',
        now: () => 1_790_000_000_000,
        onSignal: () => () => undefined,
        takeSignals: () => () => undefined,
      };
      const code = await run(argv, io);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function sink(isTTY: boolean): { stream: Writable & { isTTY: boolean }; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => chunks.join('') };
}

export interface SeenCall {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

interface Reply {
  readonly status?: number;
  readonly body?: unknown;
}

/** A server on the socket of a data directory that answers by a table: `'GET /api/v1/bans'` -> reply. */
export async function answerOnSocket(
  dataDir: string,
  replies: Readonly<Record<string, Reply | Reply[]>>,
): Promise<{ seen: SeenCall[]; close(): Promise<void> }> {
  const seen: SeenCall[] = [];
  const table = new Map<string, Reply | Reply[]>(Object.entries({ 'GET /-/live': {}, ...replies }));
  const server = createServer((request, response) => {
    const answer = (body: unknown): void => {
      const [target = ''] = (request.url ?? '').split('?');
      const found = table.get(`${request.method} ${target}`) ?? {
        status: 404,
        body: { code: 'not-found', detail: 'There is nothing under this address.' },
      };
      // A list is used up in order: pages, or a change between two calls.
      const reply: Reply = (Array.isArray(found) ? found.shift() : found) ?? { status: 500 };
      if (target !== '/-/live') seen.push({ method: request.method ?? '', url: request.url ?? '', body });
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' });
      response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    };
    void readBody(request).then(answer, () => response.destroy());
  });
  await new Promise<void>((done) => server.listen(path.join(dataDir, SOCKET_NAME), done));
  return { seen, close: () => new Promise((done) => server.close(() => done())) };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? null : JSON.parse(text);
}
