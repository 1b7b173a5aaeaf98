import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpMessage } from '@holdfast/contract';
import type { GatewayLink } from '../../../packages/server/src/gateway/link/gateway-link.ts';
import { createWorkersLink } from '../../../packages/server/src/gateway/link/workers.ts';
import { startEchoUpstream } from '../../support/echo-upstream.ts';
import type { EchoUpstream } from '../../support/echo-upstream.ts';
import { sendRaw } from '../../support/raw-client.ts';
import { uploadPlace } from '../../support/upload-place.ts';
import { testSnapshot } from '../../support/test-gateway.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: hf.test\r\nConnection: close\r\n\r\n';
const any = { host: '127.0.0.1', port: 0 };

let upstream: EchoUpstream;
let link: GatewayLink;
let port = 0;
const messages: UpMessage[] = [];
const logged: { fields: object; message: string }[] = [];
beforeAll(async () => {
  upstream = await startEchoUpstream();
  const note = (fields: object, message: string): void => void logged.push({ fields, message });
  const log = { info: note, warn: note, error: note };
  link = createWorkersLink({
    listen: { https: null, http: null, plain: any },
    count: 2,
    log,
    node: 'test',
    uploads: uploadPlace(),
  });
  link.onMessage((message) => messages.push(message));
  port = (await link.start(testSnapshot({ upstream: upstream.url }))).plain?.port ?? 0;
});
afterAll(async () => {
  await link.close(500);
  await upstream[Symbol.asyncDispose]();
});

const status = async (): Promise<number | undefined> =>
  (await sendRaw({ port, bytes: REQUEST, answersMax: 1, quietMs: 5000 })).answers[0]?.status;

describe('gateway in workers', () => {
  it('serves on one shared port and reports events up', async () => {
    expect(port).toBeGreaterThan(0);
    for (let at = 0; at < 4; at += 1) expect(await status()).toBe(200);
    expect(messages.filter(({ kind }) => kind === 'listening')).toHaveLength(2);
    await expect.poll(() => messages.flatMap((held) => (held.kind === 'events' ? held.events : [])).length).toBe(4);
  });

  it('follows a new snapshot in every worker, and says when it does', async () => {
    await link.push(testSnapshot({ upstream: upstream.url, hosts: ['other.test'] }, { version: 2 }));
    for (let at = 0; at < 4; at += 1) expect(await status()).toBe(421);
    await link.push(testSnapshot({ upstream: upstream.url }, { version: 3 }));
    for (let at = 0; at < 4; at += 1) expect(await status()).toBe(200);
    expect(messages.filter((held) => held.kind === 'applied' && held.version === 3)).toHaveLength(2);
  });

  it('replaces a worker that dies, with the current snapshot', async () => {
    const { default: cluster } = await import('node:cluster');
    const [worker] = Object.values(cluster.workers ?? {});
    worker?.process.kill('SIGKILL');
    await expect.poll(() => messages.filter(({ kind }) => kind === 'listening').length, { timeout: 30_000 }).toBe(3);
    expect(logged.some(({ message }) => message.includes('died'))).toBe(true);
    for (let at = 0; at < 4; at += 1) expect(await status()).toBe(200);
  });
});
