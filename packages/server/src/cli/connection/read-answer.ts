import type { IncomingMessage } from 'node:http';
import type { Answer } from './client.ts';

/** Reads an answer to its end. More than `bytesMax` is no answer, as is one that breaks off. */
export const readAnswer = (incoming: IncomingMessage, bytesMax: number): Promise<Answer> =>
  new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) incoming.destroy();
      else chunks.push(chunk);
    });
    incoming.on('error', fail);
    incoming.on('end', () => {
      const named = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
      done({ status: incoming.statusCode ?? 0, headers: new Map(named), body: Buffer.concat(chunks).toString() });
    });
  });
