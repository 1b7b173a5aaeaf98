import type { ServerResponse } from 'node:http';
import type { Exchange } from '../exchange.ts';
import type { HeaderList } from './upstream-headers.ts';

/** The response object as the part of Node's API that HTTP/1.1 and the HTTP/2 compatibility layer share. */
export type Outgoing = Pick<
  ServerResponse,
  'write' | 'end' | 'on' | 'flushHeaders' | 'setHeader' | 'writeHead' | 'destroy' | 'headersSent'
>;

/** TypeScript cannot call a method on the union of both response classes. */
export function outgoingOf(exchange: Exchange): Outgoing {
  // Http2ServerResponse implements these members for compatibility (Node documentation, "Compatibility API").
  return exchange.outgoing as Outgoing;
}

/** Whether nobody is there any more to answer; the HTTP/2 compatibility layer tells it of the stream only. */
export function isGone(exchange: Exchange): boolean {
  const { outgoing } = exchange;
  return 'stream' in outgoing ? outgoing.stream.destroyed : outgoing.destroyed;
}

/**
 * Writes status and header. HTTP/1 takes names and values in one flat list, which is its shortest way and keeps repeated
 * names apart; the HTTP/2 compatibility layer would keep the last of them only, so there they become lists.
 */
export function writeHead(exchange: Exchange, status: number, headers: HeaderList): void {
  const outgoing = outgoingOf(exchange);
  if (!('stream' in exchange.outgoing)) {
    const flat: string[] = [];
    for (const pair of headers) flat.push(pair[0], pair[1]);
    outgoing.writeHead(status, flat);
    return;
  }
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  for (const [name, values] of byName) {
    const [only] = values;
    outgoing.setHeader(name, values.length === 1 && only !== undefined ? only : values);
  }
  outgoing.writeHead(status);
}
