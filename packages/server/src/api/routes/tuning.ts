import {
  cardDecisionSchema,
  cardExceptionsInputSchema,
  cardExceptionsSchema,
  cardsDecidedSchema,
  promotionInputSchema,
  promotionPlanSchema,
  promotionUndoSchema,
  promotionViewSchema,
  simulationInputSchema,
  simulationSchema,
  tuningInboxSchema,
  tuningQuerySchema,
  tuningSuggestionsSchema,
} from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import { lastSelfTest } from '../last-self-test.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, assertElevated, body, created, needs, type Api } from '../route.ts';

const tags = ['tuning'];

const inbox = createRoute({
  method: 'get',
  path: '/api/v1/tuning/inbox',
  tags,
  summary: 'What attack rules found, one card for each place and rule, and how ready each application is to enforce.',
  ...needs('tuning:read'),
  request: { query: tuningQuerySchema },
  responses: answers(tuningInboxSchema, 'The cards that touch most people first.'),
});
const suggestions = createRoute({
  method: 'get',
  path: '/api/v1/tuning/suggestions',
  tags,
  summary: 'For each open card the narrowest exception, or why it should be kept as an attack.',
  ...needs('tuning:read'),
  request: { query: tuningQuerySchema.pick({ application: true }) },
  responses: answers(tuningSuggestionsSchema, 'Advice: a person reads the reasons.'),
});
const decide = createRoute({
  method: 'post',
  path: '/api/v1/tuning/decisions',
  tags,
  summary: 'Keeps cards as attacks, puts them off, or opens them again.',
  ...needs('tuning:write'),
  request: { body: body(cardDecisionSchema) },
  responses: answers(cardsDecidedSchema, 'The cards that were decided.'),
});
const except = createRoute({
  method: 'post',
  path: '/api/v1/tuning/exceptions',
  tags,
  summary: 'Makes the exceptions that cards propose.',
  ...needs('exception:write'),
  request: { body: body(cardExceptionsInputSchema) },
  responses: created(cardExceptionsSchema, 'The exceptions, in force within a second.'),
});
const simulate = createRoute({
  method: 'post',
  path: '/api/v1/tuning/simulations',
  tags,
  summary: 'Replays what was seen against other settings; changes nothing.',
  ...needs('tuning:read'),
  request: { body: body(simulationInputSchema) },
  responses: answers(simulationSchema, 'What would have been stopped, and whom it would have touched.'),
});

const plan = createRoute({
  method: 'post',
  path: '/api/v1/tuning/promotions/plan',
  tags,
  summary: 'What a promotion would meet and do; changes nothing.',
  ...needs('tuning:read'),
  request: { body: body(promotionInputSchema) },
  responses: answers(promotionPlanSchema, 'Readiness, and what was seen replayed.'),
});
const promote = createRoute({
  method: 'post',
  path: '/api/v1/tuning/promotions',
  tags,
  summary:
    'Begins to block: for a share of the clients first, then for everybody, undone by itself when established clients are hit.',
  ...needs('tuning:write'),
  request: { body: body(promotionInputSchema) },
  responses: created(promotionViewSchema, 'The promotion, in force within a second.'),
});
const rollBack = createRoute({
  method: 'post',
  path: '/api/v1/tuning/rollback',
  tags,
  summary: 'Undoes the last promotion of an application.',
  ...needs('tuning:write'),
  request: { body: body(promotionUndoSchema) },
  responses: answers(promotionViewSchema, 'The promotion as it ended.'),
});

export function mountTuning(api: Api, { protection, audit }: ApiDomains): void {
  api.openapi(inbox, async (context) =>
    context.json(await protection.tuning.inbox(context.req.valid('query'), await lastSelfTest(audit)), 200),
  );
  api.openapi(suggestions, async (context) =>
    context.json(await protection.tuning.suggestions(context.req.valid('query').application), 200),
  );
  api.openapi(decide, async (context) => {
    const cards = await protection.tuning.decide(context.req.valid('json'), context.get('principal').actor);
    return context.json({ cards }, 200);
  });
  api.openapi(except, async (context) => {
    const items = await protection.tuning.except(context.req.valid('json'), context.get('principal').actor);
    return context.json({ items }, 201);
  });
  api.openapi(plan, async (context) =>
    context.json(await protection.tuning.plan(context.req.valid('json'), await lastSelfTest(audit)), 200),
  );
  api.openapi(promote, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await protection.tuning.promote(context.req.valid('json'), await lastSelfTest(audit), actor), 201);
  });
  api.openapi(rollBack, async (context) => {
    // Back to recording only.
    assertElevated(context.get('principal'));
    return context.json(await protection.tuning.rollBack(context.req.valid('json'), context.get('principal').actor), 200);
  });
  api.openapi(simulate, async (context) => context.json(await protection.tuning.simulate(context.req.valid('json')), 200));
}
