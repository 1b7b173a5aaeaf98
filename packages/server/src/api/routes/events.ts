import {
  eventCountQuerySchema,
  eventCountSchema,
  eventPageSchema,
  eventQuerySchema,
  explanationSchema,
  requestIdSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { explain } from '../explain.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, needs, type Api } from '../route.ts';

const list = createRoute({
  method: 'get',
  path: '/api/v1/events',
  tags: ['events'],
  summary: 'Lists recorded events, newest first.',
  ...needs('event:read'),
  request: { query: eventQuerySchema },
  responses: answers(eventPageSchema, 'One page.'),
});
const count = createRoute({
  method: 'get',
  path: '/api/v1/events/count',
  tags: ['events'],
  summary: 'How many recorded events there are of a kind, up to a thousand.',
  ...needs('event:read'),
  request: { query: eventCountQuerySchema },
  responses: answers(eventCountSchema, 'The count, and whether there are more.'),
});
const explainRequest = createRoute({
  method: 'get',
  path: '/api/v1/explain/{requestId}',
  tags: ['events'],
  summary: 'Tells why a request was answered as it was.',
  ...needs('event:read'),
  // Read from a block page aloud or by hand, so lower case is taken too.
  request: { params: z.object({ requestId: z.string().toUpperCase().pipe(requestIdSchema) }) },
  responses: answers(explanationSchema, 'The explanation.'),
});

export function mountEvents(api: Api, { audit, protection }: ApiDomains): void {
  api.openapi(list, async (context) => {
    const page = await audit.tail(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next, searchedTo: page.searchedTo ?? null }, 200);
  });
  api.openapi(count, async (context) => context.json(await audit.count(context.req.valid('query')), 200));
  api.openapi(explainRequest, async (context) => {
    const { requestId } = context.req.valid('param');
    const events = await audit.findByRequest(requestId);
    return context.json(await explain(events, requestId, (version) => protection.snapshots.stateAt(version)), 200);
  });
}
