import {
  clockRuleInputSchema,
  clockRuleSchema,
  clockSettleSchema,
  clockViewSchema,
  incidentAwareSchema,
  noticeSchema,
  PAGE_ITEMS_MAX,
  pageSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Clocks } from '../../domains/incidents/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import { answers, body, needs, noContent, type Api } from '../route.ts';

const tags = ['clocks'];
const rules = '/api/v1/clock-rules';
const rule = clockRuleSchema.shape.id;
/** By its id, or by its number. */
const incident = z.union([ulidSchema, z.string().regex(/^[1-9]\d{0,8}$/u)], 'a number such as 7, or an id');
const ofIncident = '/api/v1/incidents/{incident}';

const listRules = createRoute({
  method: 'get',
  path: rules,
  tags,
  summary: 'Lists the rules of legal clocks: those that come with Holdfast, and your own.',
  ...needs('incident:read'),
  responses: answers(pageSchema(clockRuleSchema), 'All of them.'),
});
const setRule = createRoute({
  method: 'put',
  path: `${rules}/{rule}`,
  tags,
  summary: 'Adds or changes a rule of your own, or switches one that comes with Holdfast. Clocks that run stay as they are.',
  ...needs('incident:write'),
  request: { params: z.object({ rule }), body: body(clockRuleInputSchema) },
  responses: answers(clockRuleSchema, 'In force.'),
});
const removeRule = createRoute({
  method: 'delete',
  path: `${rules}/{rule}`,
  tags,
  summary: 'Removes a rule of your own. Clocks that run stay as they are.',
  ...needs('incident:write'),
  request: { params: z.object({ rule }) },
  responses: noContent('It is gone.'),
});
const running = createRoute({
  method: 'get',
  path: '/api/v1/clocks',
  tags,
  summary: 'Lists the legal clocks that run, of all incidents, the one that ends first first.',
  ...needs('incident:read'),
  responses: answers(pageSchema(clockViewSchema), `At most ${PAGE_ITEMS_MAX}.`),
});
const list = createRoute({
  method: 'get',
  path: `${ofIncident}/clocks`,
  tags,
  summary: 'Lists the legal clocks of an incident.',
  ...needs('incident:read'),
  request: { params: z.object({ incident }) },
  responses: answers(pageSchema(clockViewSchema), 'All of them.'),
});
const aware = createRoute({
  method: 'post',
  path: `${ofIncident}/aware`,
  tags,
  summary: 'Says since when somebody knew that personal data is concerned, and starts the legal clocks; what runs stays.',
  ...needs('incident:write'),
  request: { params: z.object({ incident }), body: body(incidentAwareSchema) },
  responses: answers(pageSchema(clockViewSchema), 'The clocks of the incident.'),
});
const settle = createRoute({
  method: 'post',
  path: `${ofIncident}/clocks/{clock}/settle`,
  tags,
  summary: 'Says that a notice was filed, was missed or is not needed, and why. `clock` is its id or its rule. Nothing is sent.',
  ...needs('incident:write'),
  request: {
    params: z.object({ incident, clock: z.union([ulidSchema, rule], 'the id of a clock, or of its rule') }),
    body: body(clockSettleSchema),
  },
  responses: answers(clockViewSchema, 'As it is now; what was filed too late is `missed`.'),
});
const notice = createRoute({
  method: 'get',
  path: `${ofIncident}/notices/{rule}`,
  tags,
  summary: 'Drafts a notice from what is known, and says what a person has to fill in. Nothing is sent. No legal advice.',
  ...needs('incident:read'),
  request: { params: z.object({ incident, rule }) },
  responses: answers(noticeSchema, 'Markdown.'),
});

export function mountClocks(api: Api, clocks: Clocks): void {
  const page = <Item>(items: readonly Item[]) => ({ items: items.slice(0, PAGE_ITEMS_MAX), next: null });
  mountRules(api, clocks);
  api.openapi(running, async (context) => context.json(page(await clocks.running()), 200));
  api.openapi(list, async (context) => context.json(page(await clocks.list(context.req.valid('param').incident)), 200));
  api.openapi(aware, async (context) => {
    const { actor } = context.get('principal');
    return context.json(page(await clocks.start(context.req.valid('param').incident, context.req.valid('json'), actor)), 200);
  });
  api.openapi(settle, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await clocks.settle(context.req.valid('param'), context.req.valid('json'), actor), 200);
  });
  api.openapi(notice, async (context) => {
    const { incident: id, rule: name } = context.req.valid('param');
    return context.json(await clocks.draft(id, name), 200);
  });
}

function mountRules(api: Api, clocks: Clocks): void {
  api.openapi(listRules, async (context) => context.json({ items: [...(await clocks.rules())], next: null }, 200));
  api.openapi(setRule, async (context) => {
    const input = context.req.valid('json');
    if (input.id !== context.req.valid('param').rule)
      throw new Refusal('input-invalid', { errors: [{ pointer: '/id', detail: 'is not that of the address' }] });
    return context.json(await clocks.setRule(input, context.get('principal').actor), 200);
  });
  api.openapi(removeRule, async (context) => {
    await clocks.removeRule(context.req.valid('param').rule, context.get('principal').actor);
    return context.body(null, 204);
  });
}
