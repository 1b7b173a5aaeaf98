import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueAuthority, issueLeaf } from '../platform/tls/issue.ts';
import type { ApiEnv } from './route.ts';
import { serveApi, type ServedApi } from './serve.ts';

const api = new OpenAPIHono<ApiEnv>();
api.get('/hello', (context) => context.text('hello'));

let folder = '';
let served: ServedApi[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hf-serve-'));
  served = [];
});
afterEach(async () => {
  for (const one of served) await one.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(listen: Parameters<typeof serveApi>[1]): Promise<ServedApi> {
  const one = await serveApi(api, listen);
  served.push(one);
  return one;
}

const askSocket = async (socketPath: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: '/hello', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });

/** Over TLS with the authority trusted; resolves with the status. */
const askTls = (address: string, ca: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const port = Number(address.split(':')[1]);
    requestTls({ host: '127.0.0.1', port, path: '/hello', ca, servername: 'localhost', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });

describe('serveApi', () => {
  it('tells TLS from plain HTTP by the first byte: one port serves both, and over plain HTTP only what probes ask', async () => {
    const times = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + 3_600_000 };
    const authority = await issueAuthority({ ...times, commonName: 'test', domains: ['localhost'] });
    const { certPem: cert, keyPem: key } = await issueLeaf({ ...times, authority, names: ['localhost'] });
    const { address } = await open({ kind: 'tcp', host: '127.0.0.1', port: 0, tls: { cert, key } });
    expect(await askTls(address, authority.certPem)).toBe(200);
    expect((await fetch(`http://${address}/-/live`)).status).toBe(404);
    const moved = await fetch(`http://${address}/hello`, { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([308, `https://${address}/hello`]);
  });

  it('answers on a TCP port and says that a taken one is taken', async () => {
    const first = await open({ kind: 'tcp', host: '127.0.0.1', port: 0, tls: null });
    expect(first.address).toMatch(/^127\.0\.0\.1:\d+$/u);
    expect((await fetch(`http://${first.address}/hello`)).status).toBe(200);
    const port = Number(first.address.split(':')[1]);
    await expect(serveApi(api, { kind: 'tcp', host: '127.0.0.1', port, tls: null })).rejects.toMatchObject({
      code: 'port-taken',
    });
  });

  it('answers on a socket that only its owner can open, takes the place of a dead one, and leaves nothing behind', async () => {
    const file = path.join(folder, 'admin.sock');
    await writeFile(file, 'left by a killed process');
    const socket = await open({ kind: 'socket', path: file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await askSocket(file)).toBe(200);
    await socket.close();
    served = [];
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
