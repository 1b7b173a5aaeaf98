import {
  signInsSchema,
  trafficQuerySchema,
  trafficSeriesSchema,
  trafficTopQuerySchema,
  trafficTopSchema,
} from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { WatchPort } from '../parts.ts';
import { answers, needs, type Api } from '../route.ts';

const tags = ['traffic'];

const series = createRoute({
  method: 'get',
  path: '/api/v1/traffic',
  tags,
  summary: 'Requests by outcome and what was added to their time, in equal intervals: two hours by ten seconds, a year by days.',
  ...needs('event:read'),
  request: { query: trafficQuerySchema },
  responses: answers(trafficSeriesSchema, 'The series, also of intervals in which nothing came.'),
});
const top = createRoute({
  method: 'get',
  path: '/api/v1/traffic/top',
  tags,
  summary: 'Where most came from in a span of time: rule groups, rules, routes with findings, or classes of status.',
  ...needs('event:read'),
  request: { query: trafficTopQuerySchema },
  responses: answers(trafficTopSchema, 'Most first.'),
});

const signIns = createRoute({
  method: 'get',
  path: '/api/v1/sign-ins',
  tags: ['people'],
  summary: 'Sign-ins that succeeded, were refused or locked somebody out, in equal intervals.',
  ...needs('person:read'),
  request: { query: trafficQuerySchema },
  responses: answers(signInsSchema, 'The series, also of intervals in which nobody came.'),
});

export function mountTraffic(api: Api, { traffic }: WatchPort): void {
  api.openapi(series, async (context) => context.json(await traffic.series(context.req.valid('query')), 200));
  api.openapi(signIns, async (context) => context.json(await traffic.signIns(context.req.valid('query')), 200));
  api.openapi(top, async (context) => context.json(await traffic.top(context.req.valid('query')), 200));
}
