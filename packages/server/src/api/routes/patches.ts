import {
  pageSchema,
  patchEnforceSchema,
  patchInputSchema,
  patchQuerySchema,
  patchRemoveSchema,
  patchRestoreSchema,
  patchTestSchema,
  patchViewSchema,
  ulidSchema,
  type PatchView,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api, type ApiEnv } from '../route.ts';

const tags = ['patches'];
const params = z.object({ id: ulidSchema });
const all = '/api/v1/patches';
const at = `${all}/{id}`;
const now = answers(patchViewSchema, 'The patch as it is now; the entity tag is for `If-Match`.');

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists virtual patches, newest first; those that are over only when they are asked for.',
  ...needs('patch:read'),
  request: { query: patchQuerySchema },
  responses: answers(pageSchema(patchViewSchema), 'One page.'),
});
const add = createRoute({
  method: 'post',
  path: all,
  tags,
  summary: 'Makes a patch that records only. The live patch of the same finding is brought up to date instead.',
  ...needs('patch:write'),
  request: { body: body(patchInputSchema) },
  responses: created(patchViewSchema, 'The patch, in force within a second.'),
});
const show = createRoute({
  method: 'get',
  path: at,
  tags,
  summary: 'Shows one patch; the entity tag is for `If-Match`.',
  ...needs('patch:read'),
  request: { params },
  responses: now,
});
const test = createRoute({
  method: 'post',
  path: `${at}/test`,
  tags,
  summary: 'Tries a patch on recent honest requests: how many it would have touched, of whom, and what cannot be judged.',
  ...needs('patch:write'),
  request: { params },
  responses: answers(patchTestSchema, 'The result, kept with the patch.'),
});
const enforce = createRoute({
  method: 'post',
  path: `${at}/enforce`,
  tags,
  summary: 'Lets a patch refuse requests, in every mode of its application; after a test of the last hour, or with `force`.',
  ...needs('patch:write'),
  request: { params, body: body(patchEnforceSchema) },
  responses: now,
});
const record = createRoute({
  method: 'post',
  path: `${at}/record`,
  tags,
  summary: 'Lets a patch only record again.',
  ...needs('patch:write'),
  request: { params, body: body(patchRemoveSchema) },
  responses: now,
});
const remove = createRoute({
  method: 'post',
  path: `${at}/remove`,
  tags,
  summary: 'Ends a patch. It can be restored for a while.',
  ...needs('patch:write'),
  request: { params, body: body(patchRemoveSchema) },
  responses: now,
});
const restore = createRoute({
  method: 'post',
  path: `${at}/restore`,
  tags,
  summary: 'Brings a removed or expired patch back: as it was, or recording only when it had run out of time.',
  ...needs('patch:write'),
  request: { params, body: body(patchRestoreSchema) },
  responses: now,
});

const tagged = (view: PatchView) => ({ etag: entityTag(view.revision) });
const by = (context: Context<ApiEnv>) => ({
  actor: context.get('principal').actor,
  revision: readIfMatch(context.req.header('if-match')),
});

export function mountPatches(api: Api, { protection }: ApiDomains): void {
  api.openapi(list, async (context) => {
    const { items, next } = await protection.patches.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(add, async (context) => {
    const view = await protection.patches.add(context.req.valid('json'), by(context));
    return context.json(view, 201, { ...tagged(view), location: `${all}/${view.id}` });
  });
  api.openapi(show, async (context) => {
    const view = await protection.patches.show(context.req.valid('param').id);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(test, async (context) =>
    context.json(await protection.patches.test(context.req.valid('param').id, by(context)), 200),
  );
  api.openapi(enforce, async (context) => {
    const view = await protection.patches.enforce(context.req.valid('param').id, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(record, async (context) => {
    const view = await protection.patches.record(context.req.valid('param').id, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(remove, async (context) => {
    const view = await protection.patches.remove(context.req.valid('param').id, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(restore, async (context) => {
    const view = await protection.patches.restore(context.req.valid('param').id, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
}
