import { attackSourceQuerySchema, attackSourcesSchema, worldSchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import { CENTRES } from '../../platform/geo/country-table.ts';
import type { DetectionPort } from '../parts.ts';
import { answers, needs, type Api } from '../route.ts';

const tags = ['alerts'];
const path = '/api/v1/alerts/sources';

const sources = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Shows from which countries and networks attacks came in the last hour or day, as this node saw them; no addresses.',
  ...needs('alert:read'),
  request: { query: attackSourceQuerySchema },
  responses: answers(attackSourcesSchema, 'As it is now.'),
});
const world = createRoute({
  method: 'get',
  path: `${path}/world`,
  tags,
  summary: 'Lists countries as circles, for a picture of where attacks come from. It does not change.',
  ...needs('alert:read'),
  responses: answers(worldSchema, 'All of them.'),
});

const COUNTRIES = [...CENTRES].map(([country, centre]) => ({ country, ...centre }));

/** Before the routes of single alerts: words before ids. */
export function mountAttackSources(api: Api, ask: DetectionPort['sources']): void {
  api.openapi(sources, async (context) => context.json(await ask(context.req.valid('query')), 200));
  api.openapi(world, (context) => context.json({ countries: COUNTRIES }, 200));
}
