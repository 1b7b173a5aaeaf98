import { streamEventSchema, streamQuerySchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { hashSessionToken } from '../../domains/identity/index.ts';
import { sessionToken } from '../admin-session.ts';
import { bearerToken, peerAddress } from '../authenticate.ts';
import type { WatchPort } from '../parts.ts';
import { needs, PROBLEM, type Api, type ApiEnv } from '../route.ts';
import type { Reader } from '../streams/open-stream.ts';

/** As often as a session is looked at when nothing is told of it: another process may have ended it. */
const SESSION_LOOK_MS = 10_000;
/** Index of a record; anything else begins anew. */
const INDEX = /^\d{1,15}$/u;

const stream = createRoute({
  method: 'get',
  path: '/api/v1/stream',
  tags: ['events'],
  summary: 'Records as they come and traffic by the second, as server-sent events; `Last-Event-ID` goes on after a record.',
  ...needs('event:read'),
  request: { query: streamQuerySchema },
  responses: {
    200: {
      description: 'Until the client, the session or the server ends it.',
      content: { 'text/event-stream': { schema: streamEventSchema } },
    },
    default: PROBLEM,
  },
});

function readerOf(context: Context<ApiEnv>, { sessions, identity, clock }: WatchPort): Reader {
  const { actor, session } = context.get('principal');
  const ref = `${actor.kind}:${actor.ref}`;
  if (session !== undefined) {
    const token = sessionToken(context);
    const hash = token === null ? '' : hashSessionToken(token);
    let lookAt = 0;
    return {
      ref,
      session: hash,
      async mayStillRead() {
        const now = clock.now();
        if (now < lookAt) return true;
        const until = await sessions.aliveUntil(hash);
        lookAt = Math.min(until ?? 0, now + SESSION_LOOK_MS);
        return until !== null;
      },
    };
  }
  const text = actor.kind === 'token' ? bearerToken(context) : null;
  const address = peerAddress(context);
  // Without a token it is the operator of the host, who may as long as the connection lasts.
  const mayStillRead = async (): Promise<boolean> =>
    text === null || (await identity.verifyToken(text, address)).kind === 'valid';
  return { ref, session: null, mayStillRead };
}

export function mountStream(api: Api, port: WatchPort): void {
  api.openapi(stream, (context) => {
    const last = context.req.header('last-event-id') ?? '';
    const after = INDEX.test(last) ? Number(last) : null;
    const body = port.streams.open(readerOf(context, port), context.req.valid('query'), after);
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' } });
  });
}
