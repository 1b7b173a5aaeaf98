import { request } from 'node:http';
import type { HoldfastProcess } from './holdfast-process.ts';

/** How the shop answers a visitor of this address, whom the one trusted hop has written down; each on a connection of its own. */
export function askedFrom(server: Pick<HoldfastProcess, 'plain'>, from: string, path = '/', form?: string): Promise<number> {
  const length = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(form?.length ?? 0) };
  const headers = { host: 'shop.example', 'x-forwarded-for': from, ...(form === undefined ? {} : length) };
  const method = form === undefined ? 'GET' : 'POST';
  const port = Number(new URL(server.plain).port);
  return new Promise((done, failed) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (incoming) => {
      incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
    });
    outgoing.on('error', failed).end(form);
  });
}
