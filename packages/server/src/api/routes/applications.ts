import {
  applicationSchema,
  applicationViewSchema,
  configExportSchema,
  modeChangeSchema,
  modeHistoryEntrySchema,
  pageQuerySchema,
  pageSchema,
  slugSchema,
  type ApplicationView,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { stringify } from 'yaml';
import { Refusal } from '../../platform/refusal.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, assertElevated, body, created, needs, noContent, type Api } from '../route.ts';

const params = z.object({ id: slugSchema });
const tags = ['applications'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/applications',
  tags,
  summary: 'Lists the protected applications in the order of their ids.',
  ...needs('application:read'),
  request: { query: pageQuerySchema },
  responses: answers(pageSchema(applicationViewSchema), 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/api/v1/applications',
  tags,
  summary: 'Puts an application under protection.',
  ...needs('application:write'),
  request: { body: body(applicationSchema) },
  responses: created(applicationViewSchema, 'The application as it is now protected.'),
});
const read = createRoute({
  method: 'get',
  path: '/api/v1/applications/{id}',
  tags,
  summary: 'Shows one application; the entity tag is for `If-Match`.',
  ...needs('application:read'),
  request: { params },
  responses: answers(applicationViewSchema, 'The application.'),
});
const replace = createRoute({
  method: 'put',
  path: '/api/v1/applications/{id}',
  tags,
  summary: 'Replaces the settings of an application; with `If-Match` only if nobody else changed them meanwhile.',
  ...needs('application:write'),
  request: { params, body: body(applicationSchema) },
  responses: answers(applicationViewSchema, 'The application as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/api/v1/applications/{id}',
  tags,
  summary: 'Ends the protection of an application.',
  ...needs('application:write'),
  request: { params },
  responses: noContent('It is no longer served.'),
});
const setMode = createRoute({
  method: 'put',
  path: '/api/v1/applications/{id}/mode',
  tags: ['modes'],
  summary: 'Sets the mode of an application or the action of one rule group.',
  ...needs('mode:write', { isCalming: true }),
  request: { params, body: body(modeChangeSchema) },
  responses: answers(applicationViewSchema, 'The application as it is now.'),
});
const modeHistory = createRoute({
  method: 'get',
  path: '/api/v1/applications/{id}/modes',
  tags: ['modes'],
  summary: 'Who changed which mode when, newest first.',
  ...needs('application:read'),
  request: { params, query: pageQuerySchema },
  responses: answers(pageSchema(modeHistoryEntrySchema), 'One page.'),
});
const exportConfig = createRoute({
  method: 'get',
  path: '/api/v1/config/export',
  tags: ['config'],
  summary: 'What lives in the database, in the shape of holdfast.yaml.',
  ...needs('application:read'),
  responses: answers(configExportSchema, 'The configuration.'),
});

const exportYaml = createRoute({
  method: 'get',
  path: '/api/v1/config/export.yaml',
  tags: ['config'],
  summary: 'The same as text, ready to be put into holdfast.yaml.',
  ...needs('application:read'),
  responses: { 200: { description: 'The configuration.', content: { 'application/yaml': { schema: z.string() } } } },
});

function mountWrites(api: Api, { applications }: ApiDomains): void {
  const tagged = (view: ApplicationView) => ({ etag: entityTag(view.revision) });
  api.openapi(create, async (context) => {
    const view = await applications.create(context.req.valid('json'), { actor: context.get('principal').actor });
    return context.json(view, 201, { ...tagged(view), location: `/api/v1/applications/${view.application.id}` });
  });
  api.openapi(replace, async (context) => {
    const { id } = context.req.valid('param');
    const application = context.req.valid('json');
    if (application.id !== id) {
      throw new Refusal('input-invalid', { errors: [{ pointer: '/id', detail: 'is another one than in the address' }] });
    }
    const by = { actor: context.get('principal').actor, revision: readIfMatch(context.req.header('if-match')) };
    const view = await applications.update(application, by);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(remove, async (context) => {
    const by = { actor: context.get('principal').actor, revision: readIfMatch(context.req.header('if-match')) };
    await applications.remove(context.req.valid('param').id, by);
    return context.body(null, 204);
  });
  api.openapi(setMode, async (context) => {
    const change = context.req.valid('json');
    // To block more is done at once; whatever could block less is confirmed.
    if (!('mode' in change && change.mode === 'enforce')) assertElevated(context.get('principal'));
    const by = { actor: context.get('principal').actor, revision: readIfMatch(context.req.header('if-match')) };
    const view = await applications.setMode(context.req.valid('param').id, { ...by, change });
    return context.json(view, 200, tagged(view));
  });
}

export function mountApplications(api: Api, domains: ApiDomains): void {
  const { applications, protection } = domains;
  api.openapi(list, async (context) => {
    const { cursor = '', limit } = context.req.valid('query');
    const rest = (await applications.list()).filter(({ application }) => application.id > cursor);
    const items = rest.slice(0, limit);
    return context.json({ items, next: rest.length > limit ? (items.at(-1)?.application.id ?? null) : null }, 200);
  });
  api.openapi(read, async (context) => {
    const view = await applications.get(context.req.valid('param').id);
    return context.json(view, 200, { etag: entityTag(view.revision) });
  });
  mountWrites(api, domains);
  api.openapi(modeHistory, async (context) => {
    const page = await applications.modeHistory(context.req.valid('param').id, context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  const readConfig = async () => ({
    applications: await applications.exportConfiguration(),
    bans: { allow: await protection.readAllowList() },
  });
  api.openapi(exportConfig, async (context) => context.json(await readConfig(), 200));
  api.openapi(exportYaml, async (context) =>
    context.body(stringify(await readConfig()), 200, { 'content-type': 'application/yaml; charset=utf-8' }),
  );
}
