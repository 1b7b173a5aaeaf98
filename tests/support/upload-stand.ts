import type { Answer, ApplicationInput, Ask, EventRecord } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestGateway, testSnapshot } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

/** What reached the application: the whole body, and its hash. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  readonly hash: string;
  /** False for a request that was broken off. */
  readonly isWhole: boolean;
}

export interface Sent {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface UploadStand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly received: Received[];
  /** Every question of the gateway but those for what is known. */
  readonly asked: Ask[];
  /** By hash. */
  readonly standing: Map<string, 'released' | 'bad' | 'held'>;
  send(
    body: Uint8Array,
    options: { type: string; method?: string; path?: string; headers?: Record<string, string> },
  ): Promise<Sent>;
  events(type: string): EventRecord[];
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const BOUNDARY = 'holdfast-test-boundary-0123456789';
export const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

export type Part =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly fileName: string; readonly type?: string; readonly bytes: Uint8Array };

/** A form as browsers write it. */
export function form(parts: readonly Part[]): Buffer {
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const file = 'fileName' in part ? `; filename="${part.fileName}"` : '';
    const type = 'bytes' in part && part.type !== undefined ? `\r\nContent-Type: ${part.type}` : '';
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part.name}"${file}${type}\r\n\r\n`;
    pieces.push(Buffer.from(head), 'bytes' in part ? part.bytes : Buffer.from(part.value), Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

interface StandOptions {
  readonly application?: Partial<ApplicationInput>;
  readonly scanners?: object;
  /** Answers a question instead of the stand; undefined = as it would. */
  readonly answer?: (ask: Ask) => Answer | undefined;
}

/** A gateway of its own, an application that records every octet, and a control plane that keeps what it is asked to. */
export async function startUploadStand({ application, scanners, answer }: StandOptions = {}): Promise<UploadStand> {
  const received: Received[] = [];
  const asked: Ask[] = [];
  const standing = new Map<string, 'released' | 'bad' | 'held'>();
  const quarantine = mkdtempSync(join(tmpdir(), 'holdfast-kept-'));
  const upstream = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    const note = (isWhole: boolean): void => {
      const body = Buffer.concat(chunks);
      const { method = '', url = '', headers } = incoming;
      received.push({ method, path: url, headers, body, hash: sha256(body), isWhole });
    };
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      note(true);
      outgoing.end('taken');
    });
    incoming.on('error', () => note(false));
  });
  await new Promise<void>((done) => void upstream.listen(0, '127.0.0.1', done));
  const { port } = upstream.address() as AddressInfo;
  const known = (ask: Ask): Answer => {
    if (ask.kind === 'upload-known') {
      const found = ask.hashes.flatMap((hash) => {
        const word = standing.get(hash);
        return word === undefined ? [] : [{ hash, standing: word }];
      });
      return { kind: 'upload-known', known: found };
    }
    asked.push(ask);
    if (ask.kind === 'upload-stored') return { kind: 'upload-stored' };
    if (ask.kind !== 'upload-keep') return { kind: 'failed' };
    const id = `01HZZZZZZZZZZZZZZZZZZZ${String(asked.length).padStart(4, '0')}`;
    return { kind: 'upload-keep', keep: { id, path: join(quarantine, id), key: Buffer.alloc(32, 7).toString('base64') } };
  };
  const snapshot = testSnapshot({ upstream: `http://127.0.0.1:${port}`, rate: { perSecond: 0 }, ...application });
  const onAsk = (ask: Ask): Promise<Answer> => Promise.resolve(answer?.(ask) ?? known(ask));
  const gateway = await startTestGateway(snapshot, { onAsk, ...(scanners === undefined ? {} : { scanners }) });
  return {
    gateway,
    received,
    asked,
    standing,
    send: (body, options) => send(gateway.plainPort, body, options),
    events: (type) => gateway.events(type),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      upstream.closeAllConnections();
      await new Promise((done) => upstream.close(done));
      rmSync(quarantine, { recursive: true, force: true });
    },
  };
}

// oxlint-disable-next-line max-params -- one private caller
function send(port: number, body: Uint8Array, options: Parameters<UploadStand['send']>[1]): Promise<Sent> {
  const { type, method = 'POST', path = '/files', headers = {} } = options;
  return new Promise((done, fail) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: {
          host: 'hf.test',
          accept: 'application/json',
          'content-length': body.length,
          ...(type === '' ? {} : { 'content-type': type }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
        );
        incoming.on('error', fail);
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
