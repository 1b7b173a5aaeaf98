import {
  checkpointViewSchema,
  consistencyQuerySchema,
  consistencyViewSchema,
  eventPageSchema,
  eventQuerySchema,
  exportInputSchema,
  exportViewSchema,
  inclusionQuerySchema,
  inclusionViewSchema,
  verifyViewSchema,
} from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api } from '../route.ts';

const tags = ['audit'];

const tail = createRoute({
  method: 'get',
  path: '/api/v1/audit/tail',
  tags,
  summary: 'The newest leaves of the ledger.',
  ...needs('audit:read'),
  request: { query: eventQuerySchema },
  responses: answers(eventPageSchema, 'One page.'),
});
const checkpoint = createRoute({
  method: 'get',
  path: '/api/v1/audit/checkpoint',
  tags,
  summary: 'The newest signed head of the ledger.',
  ...needs('audit:read'),
  responses: answers(checkpointViewSchema, 'The signed note.'),
});
const inclusion = createRoute({
  method: 'get',
  path: '/api/v1/audit/proof/inclusion',
  tags,
  summary: 'Proves that a leaf is in the ledger.',
  ...needs('audit:read'),
  request: { query: inclusionQuerySchema },
  responses: answers(inclusionViewSchema, 'The proof against the newest checkpoint.'),
});
const consistency = createRoute({
  method: 'get',
  path: '/api/v1/audit/proof/consistency',
  tags,
  summary: 'Proves that the ledger only grew between two sizes.',
  ...needs('audit:read'),
  request: { query: consistencyQuerySchema },
  responses: answers(consistencyViewSchema, 'The proof.'),
});
const verify = createRoute({
  method: 'post',
  path: '/api/v1/audit/verify',
  tags,
  summary: 'Reads the whole ledger again and names every place that does not fit.',
  ...needs('audit:read'),
  responses: answers(verifyViewSchema, 'What was found.'),
});
const exportLedger = createRoute({
  method: 'post',
  path: '/api/v1/audit/exports',
  tags,
  summary: 'Writes the ledger, ready for offline verification, into a folder below the data directory.',
  ...needs('audit:write'),
  request: { body: body(exportInputSchema) },
  responses: created(exportViewSchema, 'Where it was written.'),
});

export function mountAudit(api: Api, { audit }: ApiDomains): void {
  api.openapi(tail, async (context) => {
    const page = await audit.tail(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next, searchedTo: page.searchedTo ?? null }, 200);
  });
  api.openapi(checkpoint, async (context) => context.json(await audit.checkpoint(), 200));
  api.openapi(inclusion, async (context) => context.json(await audit.prove(context.req.valid('query').index), 200));
  api.openapi(consistency, async (context) => {
    const { from, to } = context.req.valid('query');
    return context.json(await audit.consistency(from, to), 200);
  });
  api.openapi(verify, async (context) => context.json(await audit.verify(), 200));
  api.openapi(exportLedger, async (context) => context.json(await audit.export(context.req.valid('json').name), 201));
}
