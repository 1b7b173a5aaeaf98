import { ownKeyNameSchema, ownKeyRotateSchema, ownKeyViewSchema } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { OwnKeys } from '../../domains/secrets/index.ts';
import { answers, body, needs, type Api } from '../route.ts';

const tags = ['rotation'];
const path = '/api/v1/own-keys';

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Lists the keys that Holdfast itself uses: since when, and when the next one is made.',
  ...needs('key:read'),
  responses: answers(z.strictObject({ items: z.array(ownKeyViewSchema) }), 'All of them; no key is in it.'),
});
const rotate = createRoute({
  method: 'post',
  path: `${path}/{name}/rotate`,
  tags,
  summary: 'Makes a new key instead of one that Holdfast itself uses; the one before stays good as long as it has to.',
  ...needs('key:write'),
  request: { params: z.object({ name: ownKeyNameSchema }), body: body(ownKeyRotateSchema) },
  responses: answers(ownKeyViewSchema, 'As it is now.'),
});

export function mountOwnKeys(api: Api, keys: OwnKeys): void {
  api.openapi(list, async (context) => context.json({ items: [...(await keys.list())] }, 200));
  api.openapi(rotate, async (context) => {
    const { name } = context.req.valid('param');
    return context.json(await keys.rotate(name, context.req.valid('json'), context.get('principal').actor), 200);
  });
}
