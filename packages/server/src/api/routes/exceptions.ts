import {
  exceptionFromRequestSchema,
  exceptionInputSchema,
  exceptionViewSchema,
  pageQuerySchema,
  pageSchema,
  slugSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { Refusal } from '../../platform/refusal.ts';
import { explain } from '../explain.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const tags = ['exceptions'];
const several = z.strictObject({ items: z.array(exceptionViewSchema).max(16) });

const list = createRoute({
  method: 'get',
  path: '/api/v1/exceptions',
  tags,
  summary: 'Lists exceptions, newest first.',
  ...needs('exception:read'),
  request: { query: pageQuerySchema.extend({ application: slugSchema.optional() }) },
  responses: answers(pageSchema(exceptionViewSchema), 'One page.'),
});
const add = createRoute({
  method: 'post',
  path: '/api/v1/exceptions',
  tags,
  summary: 'Lets one rule not fire in one place, for a time.',
  ...needs('exception:write'),
  request: { body: body(exceptionInputSchema) },
  responses: created(exceptionViewSchema, 'The exception, in force within a second.'),
});
const addFromRequest = createRoute({
  method: 'post',
  path: '/api/v1/exceptions/from-request',
  tags,
  summary: 'Makes the exceptions that a recorded request needs: one for each finding, or for the named rule only.',
  ...needs('exception:write'),
  request: { body: body(exceptionFromRequestSchema) },
  responses: created(several, 'The exceptions, in force within a second.'),
});
const remove = createRoute({
  method: 'delete',
  path: '/api/v1/exceptions/{id}',
  tags,
  summary: 'Ends an exception.',
  ...needs('exception:write'),
  request: { params: z.object({ id: ulidSchema }) },
  responses: noContent('The rule fires again.'),
});

export function mountExceptions(api: Api, { protection, audit }: ApiDomains): void {
  api.openapi(list, async (context) => {
    const page = await protection.listExceptions(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  api.openapi(add, async (context) => {
    const [view] = await protection.addExceptions([context.req.valid('json')], { actor: context.get('principal').actor });
    if (view === undefined) throw new Error('assertion: one exception in, one exception out');
    return context.json(view, 201);
  });
  api.openapi(addFromRequest, async (context) => {
    const { requestId, rule, reason, days } = context.req.valid('json');
    const events = await audit.findByRequest(requestId);
    const { proposals } = await explain(events, requestId, (version) => protection.snapshots.stateAt(version));
    const chosen = proposals.filter((proposal) => rule === undefined || proposal.rule === rule);
    if (chosen.length === 0) {
      const detail = 'nothing was found in this request that an exception could be made of';
      throw new Refusal('input-invalid', { errors: [{ pointer: rule === undefined ? '/requestId' : '/rule', detail }] });
    }
    const inputs = chosen.map((proposal) => ({ ...proposal, reason, days }));
    const items = await protection.addExceptions(inputs, { actor: context.get('principal').actor, requestId });
    return context.json({ items }, 201);
  });
  api.openapi(remove, async (context) => {
    await protection.removeException(context.req.valid('param').id, context.get('principal').actor);
    return context.body(null, 204);
  });
}
