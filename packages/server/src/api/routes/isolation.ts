import {
  isolatedViewSchema,
  isolationQuerySchema,
  pageSchema,
  releaseCheckSchema,
  releaseInputSchema,
  releaseSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Board } from '../../domains/incidents/index.ts';
import { answers, body, needs, type Api } from '../route.ts';

const tags = ['isolation'];
const params = z.object({ isolation: ulidSchema });
const all = '/api/v1/isolations';
const one = `${all}/{isolation}`;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists what is cut off, newest first, with what it costs in requests.',
  ...needs('incident:read'),
  request: { query: isolationQuerySchema },
  responses: answers(pageSchema(isolatedViewSchema), 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one thing that is cut off.',
  ...needs('incident:read'),
  request: { params },
  responses: answers(isolatedViewSchema, 'As it is now.'),
});
const check = createRoute({
  method: 'post',
  path: `${one}/check`,
  tags,
  summary: 'Looks whether it may go again: health, retest of the attack, secrets, evidence. Nothing is released.',
  ...needs('incident:isolate'),
  request: { params },
  responses: answers(z.strictObject({ checks: z.array(releaseCheckSchema).max(8) }), 'What was found; kept with it.'),
});
const release = createRoute({
  method: 'post',
  path: `${one}/release`,
  tags,
  summary: 'Checks, and lets it go again unless a check failed; with `force` all the same, which the record says.',
  ...needs('incident:isolate'),
  request: { params, body: body(releaseInputSchema) },
  responses: answers(releaseSchema, 'Whether it was released, and what the checks found.'),
});

/** Something is cut off by asking for an action: `POST /api/v1/actions`. */
export function mountIsolation(api: Api, board: Board): void {
  api.openapi(list, async (context) => {
    const { items, next } = await board.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(show, async (context) => context.json(await board.show(context.req.valid('param').isolation), 200));
  api.openapi(check, async (context) => {
    const { actor } = context.get('principal');
    return context.json({ checks: [...(await board.check(context.req.valid('param').isolation, actor))] }, 200);
  });
  api.openapi(release, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await board.release(context.req.valid('param').isolation, context.req.valid('json'), actor), 200);
  });
}
