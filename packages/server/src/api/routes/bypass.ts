import { bypassInputSchema, bypassViewSchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const path = '/api/v1/bypass';
const tags = ['bypass'];

const show = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Whether break-glass is in force, until when and why.',
  ...needs('system:read'),
  responses: answers(bypassViewSchema, 'Break-glass now.'),
});
const start = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Starts break-glass for at most a day; it ends by itself. Until then bans, rates and attack rules refuse nothing.',
  ...needs('bypass:write'),
  request: { body: body(bypassInputSchema) },
  responses: created(bypassViewSchema, 'Break-glass now.'),
});
const end = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Ends break-glass.',
  ...needs('bypass:write', { isCalming: true }),
  responses: noContent('It is over.'),
});

export function mountBypass(api: Api, { protection }: ApiDomains): void {
  api.openapi(show, async (context) => context.json(await protection.showBypass(), 200));
  api.openapi(start, async (context) => {
    const bypass = await protection.startBypass(context.req.valid('json'), context.get('principal').actor);
    await protection.snapshots.settled();
    return context.json(bypass, 201);
  });
  api.openapi(end, async (context) => {
    await protection.endBypass(context.get('principal').actor);
    await protection.snapshots.settled();
    return context.body(null, 204);
  });
}
