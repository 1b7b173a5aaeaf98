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

/** Writes status and header. Repeated names become lists, because that is the one form both response classes take. */
export function writeHead(exchange: Exchange, status: number, headers: HeaderList): void {
  const outgoing = outgoingOf(exchange);
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
