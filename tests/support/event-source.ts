import { request } from 'node:https';
import type { HoldfastProcess } from './holdfast-process.ts';

export interface ReceivedEvent {
  readonly id: string | null;
  readonly event: string;
  /** Parsed; the caller knows its shape. */
  readonly data: unknown;
}

export interface EventSourceClient extends Disposable {
  readonly status: number;
  readonly received: readonly ReceivedEvent[];
  /** Comments, which are heartbeats. */
  readonly comments: () => number;
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
}

function parseFrame(frame: string): ReceivedEvent | null {
  const fields = new Map(
    frame.split('\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(': ');
      return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
    }),
  );
  const data = fields.get('data');
  return data === undefined ? null : { id: fields.get('id') ?? null, event: fields.get('event') ?? '', data: JSON.parse(data) };
}

/** The stream of the admin API as a browser or a program reads it (HTML Living Standard §9.2). */
export function openStream(
  holdfast: HoldfastProcess,
  { headers, query = '' }: { readonly headers: Readonly<Record<string, string>>; readonly query?: string },
): Promise<EventSourceClient> {
  const { hostname, port } = new URL(holdfast.admin);
  const received: ReceivedEvent[] = [];
  let comments = 0;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  return new Promise((settle, fail) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        path: `/api/v1/stream${query}`,
        agent: false,
        ca: holdfast.ca(),
        servername: 'localhost',
        headers: { host: `localhost:${port}`, accept: 'text/event-stream', ...headers },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
          for (let at = text.indexOf('\n\n'); at !== -1; at = text.indexOf('\n\n')) {
            const frame = text.slice(0, at);
            text = text.slice(at + 2);
            const event = parseFrame(frame);
            if (event === null) comments += 1;
            else received.push(event);
          }
        });
        incoming.on('close', end);
        incoming.on('error', () => end());
        settle({
          status: incoming.statusCode ?? 0,
          received,
          comments: () => comments,
          ended,
          [Symbol.dispose]: () => outgoing.destroy(),
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end();
  });
}
