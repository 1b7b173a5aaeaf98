import { overviewQuerySchema, overviewSchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { WatchPort } from '../parts.ts';
import { answers, needs, type Api } from '../route.ts';

const overview = createRoute({
  method: 'get',
  path: '/api/v1/overview',
  tags: ['system'],
  summary: 'Whether everything is protected, why not, and what to do next.',
  ...needs('system:read'),
  request: { query: overviewQuerySchema },
  responses: answers(overviewSchema, 'The verdict.'),
});

export function mountOverview(api: Api, port: WatchPort): void {
  api.openapi(overview, async (context) =>
    context.json(await port.overview(context.get('principal'), context.req.valid('query')), 200),
  );
}
