import {
  incidentChangeSchema,
  incidentDetailSchema,
  incidentFileInputSchema,
  incidentFileSchema,
  incidentInputSchema,
  incidentLinkSchema,
  incidentMoveSchema,
  incidentNoteSchema,
  incidentQuerySchema,
  incidentReportSchema,
  incidentTaskInputSchema,
  incidentTaskSchema,
  incidentViewSchema,
  pageSchema,
  timelineEntrySchema,
  ulidSchema,
  type IncidentDetail,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Cases } from '../../domains/incidents/index.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import { answers, body, created, needs, octets, type Api, type ApiEnv } from '../route.ts';

const tags = ['incidents'];
/** Its id, or the number that people say. */
const incident = z.union([ulidSchema, z.string().regex(/^[1-9]\d{0,8}$/u)], 'a number such as 7, or an id');
const params = z.object({ incident });
const all = '/api/v1/incidents';
const one = `${all}/{incident}`;
const ENTRIES_MAX = 2000;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists incidents, newest first; without `phase` those that are not closed.',
  ...needs('incident:read'),
  request: { query: incidentQuerySchema },
  responses: answers(pageSchema(incidentViewSchema), 'One page.'),
});
const open = createRoute({
  method: 'post',
  path: all,
  tags,
  summary: 'Opens an incident by hand, with the alerts that belong to it.',
  ...needs('incident:write'),
  request: { body: body(incidentInputSchema) },
  responses: created(incidentDetailSchema, 'It is open.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one incident, by its id or its number, and what the next phase asks for.',
  ...needs('incident:read'),
  request: { params },
  responses: answers(incidentDetailSchema, 'The incident; `ETag` carries its revision.'),
});
const change = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Changes title, severity, owner, summary or verdict. With `If-Match` only the revision that was read is changed.',
  ...needs('incident:write'),
  request: { params, body: body(incidentChangeSchema) },
  responses: answers(incidentDetailSchema, 'The incident as it is now.'),
});
const timeline = createRoute({
  method: 'get',
  path: `${one}/timeline`,
  tags,
  summary: 'What happened, oldest first: events, alerts, actions, approvals, playbooks, notes, files, phases, clocks and tasks.',
  ...needs('incident:read'),
  request: { params },
  responses: answers(z.strictObject({ entries: z.array(timelineEntrySchema).max(ENTRIES_MAX) }), 'The newest of them.'),
});

/** Changes differ in what they are given. With `If-Match` only the revision that was read is changed. */
const changing = <Name extends string, Schema extends z.ZodType>(name: Name, summary: string, schema: Schema) =>
  createRoute({
    method: 'post',
    path: `${one}/${name}` as const,
    tags,
    summary,
    ...needs('incident:write'),
    request: { params, body: body(schema) },
    responses: answers(incidentDetailSchema, 'The incident as it is now.'),
  });
const move = changing('move', 'Brings it into another phase, closes it with a verdict, or opens it again.', incidentMoveSchema);
const link = changing('alerts', 'Says that these alerts belong to it.', incidentLinkSchema);
const note = changing('notes', 'Adds a note. It stays with the incident, sealed; the ledger has its hash.', incidentNoteSchema);

const addFile = createRoute({
  method: 'post',
  path: `${one}/files`,
  tags,
  summary: 'Adds a file. It is encrypted under a key of its own; the ledger has its SHA-256.',
  ...needs('incident:write'),
  request: { params, body: body(incidentFileInputSchema) },
  responses: created(incidentFileSchema, 'It is kept.'),
});
const readFile = createRoute({
  method: 'get',
  path: `${one}/files/{file}`,
  tags,
  summary: 'Gives a file to keep, never to show: it may be what an attacker sent.',
  ...needs('incident:read'),
  request: { params: params.extend({ file: ulidSchema }) },
  responses: octets('The file.'),
});
const addTask = createRoute({
  method: 'post',
  path: `${one}/tasks`,
  tags,
  summary: 'Adds a task, or a lesson that was learned. It stays open after the incident is closed.',
  ...needs('incident:write'),
  request: { params, body: body(incidentTaskInputSchema) },
  responses: created(incidentTaskSchema, 'It is open.'),
});
const finishTask = createRoute({
  method: 'post',
  path: `${one}/tasks/{task}/done`,
  tags,
  summary: 'Says that a task is done. Done twice is done once.',
  ...needs('incident:write'),
  request: { params: params.extend({ task: ulidSchema }) },
  responses: answers(incidentTaskSchema, 'It is done.'),
});
const report = createRoute({
  method: 'post',
  path: `${one}/report`,
  tags,
  summary: 'Writes the report as Markdown. That it was made is recorded, with its SHA-256.',
  ...needs('incident:read'),
  request: { params },
  responses: answers(incidentReportSchema, 'The report.'),
});

const tagged = (view: IncidentDetail) => ({ etag: entityTag(view.revision) });
const by = (context: Context<ApiEnv>) => ({
  actor: context.get('principal').actor,
  revision: readIfMatch(context.req.header('if-match')),
});

export function mountIncidents(api: Api, cases: Cases): void {
  api.openapi(list, async (context) => {
    const { items, next } = await cases.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(open, async (context) => {
    const view = await cases.open(context.req.valid('json'), context.get('principal').actor);
    return context.json(view, 201, tagged(view));
  });
  api.openapi(show, async (context) => {
    const view = await cases.show(context.req.valid('param').incident);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(change, async (context) => {
    const view = await cases.change(context.req.valid('param').incident, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(move, async (context) => {
    const view = await cases.move(context.req.valid('param').incident, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(link, async (context) => {
    const { alerts } = context.req.valid('json');
    const view = await cases.link(context.req.valid('param').incident, alerts, by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(note, async (context) => {
    const { text } = context.req.valid('json');
    const view = await cases.note(context.req.valid('param').incident, text, by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(timeline, async (context) =>
    context.json({ entries: [...(await cases.timeline(context.req.valid('param').incident))] }, 200),
  );
  api.openapi(report, async (context) => context.json(await cases.report(context.req.valid('param').incident, by(context)), 200));
  mountParts(api, cases);
}

function mountParts(api: Api, cases: Cases): void {
  api.openapi(addFile, async (context) =>
    context.json(await cases.addFile(context.req.valid('param').incident, context.req.valid('json'), by(context)), 201),
  );
  api.openapi(readFile, async (context) => {
    const { incident: id, file } = context.req.valid('param');
    const { name, content } = await cases.readFile(id, file);
    const headers = { ...INERT, 'content-length': String(content.length), 'content-disposition': attachment(name) };
    return new Response(new Uint8Array(content), { headers });
  });
  api.openapi(addTask, async (context) =>
    context.json(await cases.addTask(context.req.valid('param').incident, context.req.valid('json'), by(context)), 201),
  );
  api.openapi(finishTask, async (context) => {
    const { incident: id, task } = context.req.valid('param');
    return context.json(await cases.finishTask(id, task, by(context)), 200);
  });
}

/** Nothing may open, run or sniff it, wherever somebody lands with it. */
const INERT = {
  'content-type': 'application/octet-stream',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** RFC 6266 §4.3: a plain name for everybody, and the real one for whoever reads UTF-8 (RFC 8187 §3.2). */
function attachment(name: string): string {
  const plain = name.replaceAll(/[^\w.() -]/gu, '_');
  const real = encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/gu, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${real}`;
}
