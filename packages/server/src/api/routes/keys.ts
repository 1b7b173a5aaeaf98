import {
  keyDestroySchema,
  keyIdSchema,
  keyringViewSchema,
  keyRotatedSchema,
  keyRotateSchema,
  keyVerifySchema,
  rewrapViewSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { KeyPort } from '../parts.ts';
import { answers, body, needs, type Api } from '../route.ts';

const tags = ['keys'];
const path = '/api/v1/keys';

const show = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Shows the keys that seal what is stored: versions, ages, what lies under each.',
  ...needs('key:read'),
  responses: answers(keyringViewSchema, 'The keyring; no key is in it.'),
});
const rotate = createRoute({
  method: 'post',
  path: `${path}/rotate`,
  tags,
  summary: 'Makes a new key, or a new root key. What lies under the one before is sealed anew in the background.',
  ...needs('key:write'),
  request: { body: body(keyRotateSchema) },
  responses: answers(keyRotatedSchema, 'The new key.'),
});
const rewrap = createRoute({
  method: 'post',
  path: `${path}/rewrap`,
  tags,
  summary: 'Seals anew what lies under earlier keys; answers at once and works in the background.',
  ...needs('key:write'),
  responses: answers(rewrapViewSchema, 'How far it is.'),
});
const progress = createRoute({
  method: 'get',
  path: `${path}/rewrap`,
  tags,
  summary: 'How far the change to the active keys is.',
  ...needs('key:read'),
  responses: answers(rewrapViewSchema, 'How far it is.'),
});
const verify = createRoute({
  method: 'post',
  path: `${path}/verify`,
  tags,
  summary: 'Opens a sample of each key in each area. Changes nothing and shows no content.',
  ...needs('key:read'),
  responses: answers(keyVerifySchema, 'What opens and what does not.'),
});
const destroy = createRoute({
  method: 'post',
  path: `${path}/{key}/destroy`,
  tags,
  summary: 'Destroys a key for good; refused while anything lies under it.',
  ...needs('key:write'),
  request: { params: z.object({ key: keyIdSchema }), body: body(keyDestroySchema) },
  responses: answers(keyringViewSchema, 'The keyring as it is now.'),
});

export function mountKeys(api: Api, keys: KeyPort): void {
  api.openapi(show, async (context) => context.json(await keys.view(), 200));
  api.openapi(rotate, async (context) =>
    context.json(await keys.rotate(context.req.valid('json').what, context.get('principal').actor), 200),
  );
  api.openapi(rewrap, async (context) => context.json(await keys.startRewrap(), 200));
  api.openapi(progress, (context) => context.json(keys.rewrap(), 200));
  api.openapi(verify, async (context) => context.json(await keys.verify(), 200));
  api.openapi(destroy, async (context) => {
    const { withoutNodes } = context.req.valid('json');
    return context.json(
      await keys.destroy({ key: context.req.valid('param').key, withoutNodes }, context.get('principal').actor),
      200,
    );
  });
}
