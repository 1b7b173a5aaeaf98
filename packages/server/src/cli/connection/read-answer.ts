import type { IncomingMessage } from 'node:http';
import { FILE_TYPE, type Answer } from './client.ts';

interface Reading {
  readonly done: (answer: Answer) => void;
  readonly stop: (error: NodeJS.ErrnoException) => void;
}

/** Reads an answer to its end. More than `bytesMax` is no answer, as is one that breaks off: then `stop` is called. */
export function readAnswer(incoming: IncomingMessage, bytesMax: number, { done, stop }: Reading): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) incoming.destroy();
    else chunks.push(chunk);
  });
  incoming.on('error', stop);
  incoming.on('end', () => {
    const named = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
    const answer = { status: incoming.statusCode ?? 0, headers: new Map(named) };
    const all = Buffer.concat(chunks);
    const isFile = incoming.headers['content-type'] === FILE_TYPE;
    done(isFile ? { ...answer, body: '', bytes: all } : { ...answer, body: all.toString() });
  });
}
