import {
  alertAssignSchema,
  alertChangeSchema,
  alertCloseSchema,
  alertDetailSchema,
  alertNoteSchema,
  alertQuerySchema,
  alertSummarySchema,
  alertViewSchema,
  pageSchema,
  suppressionInputSchema,
  suppressionQuerySchema,
  suppressionViewSchema,
  ulidSchema,
  type AlertDetail,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Alerts } from '../../domains/detection/index.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import { answers, body, created, needs, noContent, type Api, type ApiEnv } from '../route.ts';

const tags = ['alerts'];
const params = z.object({ alert: ulidSchema });
const all = '/api/v1/alerts';
const one = `${all}/{alert}`;
const away = `${all}/suppressions`;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists alerts, newest first; without `state` those that nobody has closed.',
  ...needs('alert:read'),
  request: { query: alertQuerySchema },
  responses: answers(pageSchema(alertViewSchema), 'One page.'),
});
const summary = createRoute({
  method: 'get',
  path: `${all}/summary`,
  tags,
  summary: 'Shows how many alerts are open, how many began in each hour of the day, and who has gathered most risk.',
  ...needs('alert:read'),
  responses: answers(alertSummarySchema, 'As it is now.'),
});
const listSuppressions = createRoute({
  method: 'get',
  path: away,
  tags,
  summary: 'Lists what is not told for a while, newest first.',
  ...needs('alert:read'),
  request: { query: suppressionQuerySchema },
  responses: answers(pageSchema(suppressionViewSchema), 'One page.'),
});
const suppress = createRoute({
  method: 'post',
  path: away,
  tags,
  summary: 'Keeps alerts of a detector, or about somebody, from being told and answered for a while. They are still counted.',
  ...needs('alert:write'),
  request: { body: body(suppressionInputSchema) },
  responses: created(suppressionViewSchema, 'In force.'),
});
const unsuppress = createRoute({
  method: 'delete',
  path: `${away}/{suppression}`,
  tags,
  summary: 'Ends a suppression: what comes next is told again.',
  ...needs('alert:write'),
  request: { params: z.object({ suppression: ulidSchema }) },
  responses: noContent('It is over.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one alert: the events behind it with their places in the ledger, what was done, and others of its group.',
  ...needs('alert:read'),
  request: { params },
  responses: answers(alertDetailSchema, 'The alert; `ETag` carries its revision.'),
});

/** Changes differ in what they are given. With `If-Match` only the revision that was read is changed. */
const changing = <Name extends string, Schema extends z.ZodType>(name: Name, summaryText: string, schema: Schema) =>
  createRoute({
    method: 'post',
    path: `${one}/${name}` as const,
    tags,
    summary: summaryText,
    ...needs('alert:write'),
    request: { params, body: body(schema) },
    responses: answers(alertDetailSchema, 'The alert as it is now.'),
  });
const acknowledge = changing('acknowledge', 'Somebody has seen it and looks into it.', alertChangeSchema);
const assign = changing('assign', 'Names who works on it, or nobody.', alertAssignSchema);
const note = changing('note', 'Adds a note. It stays with the alert, sealed.', alertNoteSchema);
const close = changing('close', 'Closes it with a verdict and a reason.', alertCloseSchema);
const reopen = changing('reopen', 'Opens a closed or suppressed alert again.', alertChangeSchema);

const tagged = (view: AlertDetail) => ({ etag: entityTag(view.revision) });
const by = (context: Context<ApiEnv>) => ({
  actor: context.get('principal').actor,
  revision: readIfMatch(context.req.header('if-match')),
});

export function mountAlerts(api: Api, alerts: Alerts): void {
  api.openapi(list, async (context) => {
    const { items, next } = await alerts.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  // Words before ids: the first that fits answers.
  api.openapi(summary, async (context) => context.json(await alerts.summary(), 200));
  mountSuppressions(api, alerts);
  api.openapi(show, async (context) => {
    const view = await alerts.show(context.req.valid('param').alert);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(acknowledge, async (context) => {
    const { reason = null } = context.req.valid('json');
    const view = await alerts.acknowledge(context.req.valid('param').alert, { reason }, by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(assign, async (context) => {
    const view = await alerts.assign(context.req.valid('param').alert, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(note, async (context) => {
    const view = await alerts.note(context.req.valid('param').alert, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(close, async (context) => {
    const view = await alerts.close(context.req.valid('param').alert, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(reopen, async (context) => {
    const { reason = null } = context.req.valid('json');
    const view = await alerts.reopen(context.req.valid('param').alert, { reason }, by(context));
    return context.json(view, 200, tagged(view));
  });
}

function mountSuppressions(api: Api, alerts: Alerts): void {
  api.openapi(listSuppressions, async (context) => {
    const { items, next } = await alerts.suppressions(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(suppress, async (context) =>
    context.json(await alerts.suppress(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(unsuppress, async (context) => {
    await alerts.unsuppress(context.req.valid('param').suppression, context.get('principal').actor);
    return context.body(null, 204);
  });
}
