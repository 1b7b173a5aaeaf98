import {
  cacaoIdSchema,
  pageSchema,
  runAnswerSchema,
  runCancelSchema,
  runDetailSchema,
  runInputSchema,
  runQuerySchema,
  runViewSchema,
  ulidSchema,
  type RunDetail,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Runs } from '../../domains/incidents/index.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import { answers, body, created, needs, type Api, type ApiEnv } from '../route.ts';

const tags = ['playbooks'];
const all = '/api/v1/runs';
const one = `${all}/{run}`;
const params = z.object({ run: ulidSchema });

const begin = createRoute({
  method: 'post',
  path: '/api/v1/playbooks/{playbook}/runs',
  tags,
  summary: 'Runs a playbook, or with `simulate` shows what each step would do.',
  ...needs('playbook:run'),
  request: { params: z.object({ playbook: cacaoIdSchema }), body: body(runInputSchema) },
  responses: created(runDetailSchema, 'It is stored and goes on by itself.'),
});
const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists runs of playbooks, newest first.',
  ...needs('playbook:read'),
  request: { query: runQuerySchema },
  responses: answers(pageSchema(runViewSchema), 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one run: each step that was entered, what came of it, and what it waits for.',
  ...needs('playbook:read'),
  request: { params },
  responses: answers(runDetailSchema, 'The run; `ETag` carries its revision.'),
});
const answer = createRoute({
  method: 'post',
  path: `${one}/steps/{step}/answer`,
  tags,
  summary: 'Answers a step that asks somebody, by its id in the run or in the playbook: it was done, or not.',
  ...needs('incident:approve'),
  request: { params: params.extend({ step: z.string().min(1).max(128) }), body: body(runAnswerSchema) },
  responses: answers(runDetailSchema, 'The run as it is now.'),
});
const cancel = createRoute({
  method: 'post',
  path: `${one}/cancel`,
  tags,
  summary: 'Stops a run; with `undo` what its steps did is undone, newest first.',
  ...needs('playbook:run'),
  request: { params, body: body(runCancelSchema) },
  responses: answers(runDetailSchema, 'The run as it is now.'),
});

const tagged = (view: RunDetail) => ({ etag: entityTag(view.revision) });
const by = (context: Context<ApiEnv>) => ({
  actor: context.get('principal').actor,
  revision: readIfMatch(context.req.header('if-match')),
});

export function mountRuns(api: Api, runs: Runs): void {
  api.openapi(begin, async (context) => {
    const view = await runs.begin(context.req.valid('param').playbook, context.req.valid('json'), by(context));
    return context.json(view, 201, tagged(view));
  });
  api.openapi(list, async (context) => {
    const { items, next } = await runs.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(show, async (context) => {
    const view = await runs.show(context.req.valid('param').run);
    return context.json(view, 200, tagged(view));
  });
  api.openapi(answer, async (context) => {
    const { run, step } = context.req.valid('param');
    const view = await runs.answer(run, step, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
  api.openapi(cancel, async (context) => {
    const view = await runs.cancel(context.req.valid('param').run, context.req.valid('json'), by(context));
    return context.json(view, 200, tagged(view));
  });
}
