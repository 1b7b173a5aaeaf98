import {
  backtestInputSchema,
  backtestSchema,
  behaviourChangeSchema,
  behaviourIdSchema,
  behavioursSchema,
  behaviourViewSchema,
  pageSchema,
  ruleDetailSchema,
  ruleExceptSchema,
  ruleExplainedSchema,
  ruleExplainQuerySchema,
  ruleIdSchema,
  ruleImportedSchema,
  ruleImportSchema,
  ruleQuerySchema,
  ruleRemoveSchema,
  ruleStateInputSchema,
  ruleTrySchema,
  ruleViewSchema,
  watchHealthSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { DetectionPort } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const tags = ['detection'];
const params = z.object({ rule: ruleIdSchema });
const all = '/api/v1/detection/rules';
const one = `${all}/{rule}`;
const behavioursPath = '/api/v1/detection/behaviours';

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists Sigma rules, correlations and filters; with `q` those with that part in id, title, file or tags.',
  ...needs('detection:read'),
  request: { query: ruleQuerySchema },
  responses: answers(pageSchema(ruleViewSchema), 'One page.'),
});
const importing = createRoute({
  method: 'post',
  path: `${all}/import`,
  tags,
  summary: 'Brings Sigma rules in. What cannot be used is left out and said with its line.',
  ...needs('detection:write'),
  request: { body: body(ruleImportSchema) },
  responses: answers(ruleImportedSchema, 'What was taken.'),
});
const backtest = createRoute({
  method: 'post',
  path: '/api/v1/detection/backtest',
  tags,
  summary: 'Tries a rule, or a text that is stored nowhere, on what was recorded. One at a time, at most some fifteen seconds.',
  ...needs('detection:read'),
  request: { body: body(backtestInputSchema) },
  responses: answers(backtestSchema, 'What it would have found.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one rule with its text and the filters that take something out of it.',
  ...needs('detection:read'),
  request: { params },
  responses: answers(ruleDetailSchema, 'The rule.'),
});
const setState = createRoute({
  method: 'put',
  path: `${one}/state`,
  tags,
  summary: 'Switches a rule: on makes alerts, test counts only, off looks no longer and needs a reason.',
  ...needs('detection:write'),
  request: { params, body: body(ruleStateInputSchema) },
  responses: answers(ruleViewSchema, 'The rule as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Removes the file of an imported rule or of an exception.',
  ...needs('detection:write'),
  request: { params, body: body(ruleRemoveSchema) },
  responses: noContent('It is gone.'),
});
const explain = createRoute({
  method: 'get',
  path: `${one}/explain`,
  tags,
  summary: 'Says why a rule matched a request, or did not.',
  ...needs('detection:read'),
  request: { params, query: ruleExplainQuerySchema },
  responses: answers(ruleExplainedSchema, 'Every item of the rule with its answer.'),
});
const explainEvent = createRoute({
  method: 'post',
  path: `${one}/explain`,
  tags,
  summary: 'Says why a rule matches an event that is brought, or does not.',
  ...needs('detection:read'),
  request: { params, body: body(ruleTrySchema) },
  responses: answers(ruleExplainedSchema, 'Every item of the rule with its answer.'),
});
const except = createRoute({
  method: 'post',
  path: `${one}/exceptions`,
  tags,
  summary: 'Makes a Sigma filter that takes events with these values out of a rule. Undone by removing it.',
  ...needs('detection:write'),
  request: { params, body: body(ruleExceptSchema) },
  responses: created(ruleViewSchema, 'The filter.'),
});
const listBehaviours = createRoute({
  method: 'get',
  path: behavioursPath,
  tags,
  summary: 'Lists behaviours that are watched, with their thresholds and what they follow now.',
  ...needs('detection:read'),
  responses: answers(behavioursSchema, 'All of them.'),
});
const setBehaviour = createRoute({
  method: 'put',
  path: `${behavioursPath}/{behaviour}`,
  tags,
  summary: 'Switches a behaviour or sets thresholds of it.',
  ...needs('detection:write'),
  request: { params: z.object({ behaviour: behaviourIdSchema }), body: body(behaviourChangeSchema) },
  responses: answers(behaviourViewSchema, 'The behaviour as it is now.'),
});
const health = createRoute({
  method: 'get',
  path: '/api/v1/detection/health',
  tags,
  summary: 'Shows whether the watch itself works.',
  ...needs('detection:read'),
  responses: answers(watchHealthSchema, 'As it is now.'),
});

export function mountRules(api: Api, { rules }: Pick<DetectionPort, 'rules'>): void {
  api.openapi(list, async (context) => {
    const { items, next } = await rules.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  // Words before ids: the first that fits answers.
  api.openapi(importing, async (context) =>
    context.json(await rules.import(context.req.valid('json'), context.get('principal').actor), 200),
  );
  api.openapi(backtest, async (context) => context.json(await rules.backtest(context.req.valid('json')), 200));
  api.openapi(show, async (context) => context.json(await rules.show(context.req.valid('param').rule), 200));
  api.openapi(setState, async (context) => {
    const { state, reason = null } = context.req.valid('json');
    const by = { actor: context.get('principal').actor, reason };
    return context.json(await rules.setState(context.req.valid('param').rule, state, by), 200);
  });
  api.openapi(remove, async (context) => {
    const { reason } = context.req.valid('json');
    await rules.remove(context.req.valid('param').rule, { actor: context.get('principal').actor, reason });
    return context.body(null, 204);
  });
  api.openapi(explain, async (context) =>
    context.json(await rules.explain(context.req.valid('param').rule, context.req.valid('query').request), 200),
  );
  api.openapi(explainEvent, async (context) => {
    const { index: _index, ...event } = context.req.valid('json').event;
    return context.json(await rules.explainEvent(context.req.valid('param').rule, event), 200);
  });
  api.openapi(except, async (context) => {
    const { rule } = context.req.valid('param');
    return context.json(await rules.except(rule, context.req.valid('json'), context.get('principal').actor), 201);
  });
  api.openapi(listBehaviours, async (context) => context.json({ items: [...(await rules.behaviours())] }, 200));
  api.openapi(setBehaviour, async (context) => {
    const { reason = null, ...to } = context.req.valid('json');
    const by = { actor: context.get('principal').actor, reason };
    return context.json(await rules.setBehaviour(context.req.valid('param').behaviour, to, by), 200);
  });
}

export function mountWatchHealth(api: Api, { health: told }: Pick<DetectionPort, 'health'>): void {
  api.openapi(health, async (context) => context.json(await told(), 200));
}
