import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import type { AlertDetail } from '@holdfast/contract';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import type { FullLetter } from '../../../platform/mail/letter.ts';
import type { TestPlatform } from '../../../platform/test-platform.ts';
import type { Channels } from './channels.ts';
import { createChannels, type ChannelsParts } from './stored-channels.ts';
import { trialAlert } from './trial-alert.ts';

export const OPERATOR = { kind: 'operator' as const, ref: 'host:0' };
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** An alert as the watch makes them, for tests of channels. */
export function madeAlert(id: string, change: Partial<AlertDetail> = {}): AlertDetail {
  const entity = { kind: 'address', value: '198.51.100.7' } as const;
  return {
    ...trialAlert(id.padStart(26, '0'), 1_790_000_000_000),
    kind: 'behaviour',
    detector: 'B1',
    title: 'Credential stuffing',
    severity: 'high',
    application: 'shop',
    entity,
    entities: [entity, { kind: 'user', value: 'ann@example.test' }],
    reason: '20 accounts, 1 source, 93 % failed, in 8 minutes',
    figures: { accounts: 20 },
    attacks: ['t1110.004'],
    index: 41,
    evidence: [
      {
        event: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
        type: 'request.completed',
        time: 1_790_000_000_000,
        requestId: null,
        outcome: 'allowed',
        summary: 'POST /login 401',
        index: null,
        hash: 'ab'.repeat(32),
      },
    ],
    steps: [],
    related: [],
    ...change,
  };
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** Bodies as JSON. */
  bodies(): Record<string, unknown>[];
  /** What is answered from now on; `hang` = nothing. */
  answer: { status: number; headers?: Record<string, string>; body?: string } | 'hang';
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { answer } = receiver;
      if (answer === 'hang') return;
      if (answer.status < 300) received.push({ headers: request.headers, path: request.url ?? '', body });
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received,
    bodies: () => received.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    answer: { status: 204 },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

export interface ChannelStand {
  readonly channels: Channels;
  readonly keyring: Keyring;
  readonly letters: FullLetter[];
  /** Other nodes, and a process after this one. */
  another(change?: Partial<ChannelsParts>): Channels;
}

export async function createChannelStand(platform: TestPlatform): Promise<ChannelStand> {
  const { db, bus, clock, dataDir } = platform;
  await mkdir(path.join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const letters: FullLetter[] = [];
  const mail = { deliver: async (letter: FullLetter) => void letters.push(letter) };
  const metrics = { count: () => undefined, set: () => undefined };
  const link = (alert: string): string => `https://localhost:8443/alerts/${alert}`;
  const parts = { db, bus, clock, keyring, dataDir, metrics, mail, link, log: silentLog, node: 'first' };
  const another = (change: Partial<ChannelsParts> = {}): Channels => createChannels({ ...parts, ...change });
  return { channels: another(), keyring, letters, another };
}
