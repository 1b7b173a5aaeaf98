import {
  cacaoIdSchema,
  pageSchema,
  playbookCheckInputSchema,
  playbookCheckSchema,
  playbookDetailSchema,
  playbookInputSchema,
  playbookQuerySchema,
  playbookSettingsSchema,
  playbookViewSchema,
  type PlaybookDetail,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Playbooks } from '../../domains/incidents/index.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import { answers, body, needs, noContent, type Api, type ApiEnv } from '../route.ts';

const tags = ['playbooks'];
const all = '/api/v1/playbooks';
const one = `${all}/{playbook}`;
const params = z.object({ playbook: cacaoIdSchema });
const now = answers(playbookDetailSchema, 'The playbook as it is now; the entity tag is for `If-Match`.');

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists playbooks, those of this release and those that were brought in, by name.',
  ...needs('playbook:read'),
  request: { query: playbookQuerySchema },
  responses: answers(pageSchema(playbookViewSchema), 'One page.'),
});
const check = createRoute({
  method: 'post',
  path: `${all}/check`,
  tags,
  summary:
    'Says what is wrong with a CACAO 2.0 playbook, each fault with the pointer into it, and how it would be drawn. Stores nothing.',
  ...needs('playbook:read'),
  request: { body: body(playbookCheckInputSchema) },
  responses: answers(playbookCheckSchema, 'Its faults; `ok` = it would be taken.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one playbook with its document, its flow and its variables.',
  ...needs('playbook:read'),
  request: { params },
  responses: now,
});
const put = createRoute({
  method: 'put',
  path: one,
  tags,
  summary: 'Brings a playbook in, or replaces the one of its id; refused with the pointer of each fault.',
  ...needs('playbook:write'),
  request: { params, body: body(playbookInputSchema) },
  responses: now,
});
const set = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Switches a playbook on or off, or sets what starts it by itself.',
  ...needs('playbook:write'),
  request: { params, body: body(playbookSettingsSchema) },
  responses: now,
});
const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Removes a playbook. Runs that began go on with the text that they began with; it can be restored.',
  ...needs('playbook:write'),
  request: { params },
  responses: noContent('It is gone.'),
});
const restore = createRoute({
  method: 'post',
  path: `${one}/restore`,
  tags,
  summary: 'Brings a removed playbook back as it was.',
  ...needs('playbook:write'),
  request: { params },
  responses: now,
});

const tagged = (view: PlaybookDetail) => ({ etag: entityTag(view.revision) });
const by = (context: Context<ApiEnv>) => ({
  actor: context.get('principal').actor,
  revision: readIfMatch(context.req.header('if-match')),
});

export function mountPlaybooks(api: Api, playbooks: Playbooks): void {
  api.openapi(list, async (context) => {
    const { items, next } = await playbooks.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(check, (context) => context.json(playbooks.check(context.req.valid('json').document), 200));
  api.openapi(show, async (context) => {
    const view = await playbooks.show(context.req.valid('param').playbook);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(put, async (context) => {
    const { playbook } = context.req.valid('param');
    const view = await playbooks.put(context.req.valid('json').document, { ...by(context), id: playbook });
    return context.json(view, 200, tagged(view));
  });
  api.openapi(set, async (context) => {
    const view = await playbooks.set(context.req.valid('param').playbook, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(remove, async (context) => {
    await playbooks.remove(context.req.valid('param').playbook, by(context));
    return context.body(null, 204);
  });
  api.openapi(restore, async (context) => {
    const view = await playbooks.restore(context.req.valid('param').playbook, by(context));
    return context.json(view, 200, tagged(view));
  });
}
