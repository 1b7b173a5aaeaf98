import { bulkRouteInputSchema, bulkRouteViewSchema, pageSchema, ulidSchema } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { BulkRoutes } from '../../domains/detection/index.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const tags = ['detection'];
const all = '/api/v1/detection/bulk-routes';

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists routes of which much may be fetched: exports and backups. What comes from them is no unusual volume.',
  ...needs('detection:read'),
  responses: answers(pageSchema(bulkRouteViewSchema), 'All of them.'),
});
const add = createRoute({
  method: 'post',
  path: all,
  tags,
  summary: 'Marks a route as one of which much may be fetched.',
  ...needs('detection:write'),
  request: { body: body(bulkRouteInputSchema) },
  responses: created(bulkRouteViewSchema, 'In force.'),
});
const remove = createRoute({
  method: 'delete',
  path: `${all}/{route}`,
  tags,
  summary: 'Ends that: what comes from the route counts again.',
  ...needs('detection:write'),
  request: { params: z.object({ route: ulidSchema }) },
  responses: noContent('It counts again.'),
});

export function mountBulkRoutes(api: Api, bulk: BulkRoutes): void {
  api.openapi(list, async (context) => context.json({ items: [...(await bulk.list())], next: null }, 200));
  api.openapi(add, async (context) =>
    context.json(await bulk.add(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(remove, async (context) => {
    await bulk.remove(context.req.valid('param').route, context.get('principal').actor);
    return context.body(null, 204);
  });
}
