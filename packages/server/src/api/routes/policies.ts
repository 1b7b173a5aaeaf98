import {
  accessModeInputSchema,
  decideInputSchema,
  policyAcceptSchema,
  policyAnswerSchema,
  policyCheckSchema,
  policyDraftSchema,
  policyListSchema,
  policySetSchema,
  policyStatusSchema,
  policyTextInputSchema,
  policyUndoSchema,
  policyVersionSchema,
  policyVersionViewSchema,
  whoCanQuerySchema,
  whoCanSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isForOwners } from '../../domains/access/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api, type ApiEnv } from '../route.ts';

const params = z.object({ set: policySetSchema });
const versionParams = params.extend({ version: z.union([z.literal('current'), z.coerce.number().int().positive()]) });
const tags = ['policy'];
const all = '/api/v1/policies';
const at = `${all}/{set}`;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists the sets of access policies: one for each application, and `holdfast` for this API.',
  ...needs('policy:read'),
  responses: answers(policyListSchema, 'All of them; they are bounded.'),
});
const status = createRoute({
  method: 'get',
  path: at,
  tags,
  summary: 'Which policies are in force, the draft, and earlier versions.',
  ...needs('policy:read'),
  request: { params },
  responses: answers(policyStatusSchema, 'The state of the set.'),
});
const show = createRoute({
  method: 'get',
  path: `${at}/versions/{version}`,
  tags,
  summary: 'The text of a version, by its number or as `current`.',
  ...needs('policy:read'),
  request: { params: versionParams },
  responses: answers(policyVersionViewSchema, 'The version with its text.'),
});
const check = createRoute({
  method: 'post',
  path: `${at}/check`,
  tags,
  summary: 'Reads a text as it would be enforced. Changes nothing.',
  ...needs('policy:read'),
  request: { params, body: body(policyTextInputSchema) },
  responses: answers(policyCheckSchema, 'Faults with line and column; none = it can be accepted.'),
});
const decide = createRoute({
  method: 'post',
  path: `${at}/decide`,
  tags,
  summary: 'What the policies in force, or a text, say of one request. Changes nothing.',
  ...needs('policy:read'),
  request: { params, body: body(decideInputSchema) },
  responses: answers(policyAnswerSchema, 'The decision and the policies that made it.'),
});
const who = createRoute({
  method: 'get',
  path: `${at}/who-can`,
  tags,
  summary: 'Which people, groups and accounts may do something.',
  ...needs('policy:read'),
  request: { params, query: whoCanQuerySchema },
  responses: answers(whoCanSchema, 'The answer for each of them.'),
});
const draft = createRoute({
  method: 'put',
  path: `${at}/draft`,
  tags,
  summary: 'Keeps a draft. Nothing is in force by it.',
  ...needs('policy:write'),
  request: { params, body: body(policyTextInputSchema) },
  responses: answers(policyDraftSchema, 'The draft.'),
});
const accept = createRoute({
  method: 'post',
  path: `${at}/accept`,
  tags,
  summary: 'Puts a text, or the draft, in force. What cannot be read is refused, and what was in force stays.',
  ...needs('policy:write'),
  request: { params, body: body(policyAcceptSchema) },
  responses: created(policyVersionSchema, 'The version, in force within a second.'),
});
const rollback = createRoute({
  method: 'post',
  path: `${at}/rollback`,
  tags,
  summary: 'Undoes the last acceptance: what was in force before is again, or nothing.',
  ...needs('policy:write'),
  request: { params, body: body(policyUndoSchema) },
  responses: answers(policyStatusSchema, 'The state as it is now.'),
});
const withdraw = createRoute({
  method: 'post',
  path: `${at}/withdraw`,
  tags,
  summary: 'Ends all policies of the set: the sign-in alone decides, as before there were any.',
  ...needs('policy:write'),
  request: { params, body: body(policyUndoSchema) },
  responses: answers(policyStatusSchema, 'The state as it is now.'),
});
const mode = createRoute({
  method: 'put',
  path: `${at}/mode`,
  tags,
  summary: 'Enforces the policies of an application, or records only what they would deny.',
  ...needs('policy:write'),
  request: { params, body: body(accessModeInputSchema) },
  responses: answers(policyStatusSchema, 'The state as it is now.'),
});

/** Whoever may change what the API lets people do could give themselves every other right. */
function assertMayChange(context: Context<ApiEnv>, set: string): void {
  const { permissions, session } = context.get('principal');
  if (!isForOwners(set) || permissions === 'all' || session?.role === 'owner') return;
  context.set('refusedPermission', true);
  throw new Refusal('permission-missing');
}

function mountReads(api: Api, domains: ApiDomains): void {
  api.openapi(list, async (context) => context.json({ items: await domains.access.policies.list() }, 200));
  api.openapi(status, async (context) => context.json(await domains.access.policies.status(context.req.valid('param').set), 200));
  api.openapi(show, async (context) => {
    const { set, version } = context.req.valid('param');
    return context.json(await domains.access.policies.show(set, version), 200);
  });
  api.openapi(check, async (context) =>
    context.json(await domains.access.policies.check(context.req.valid('param').set, context.req.valid('json').text), 200),
  );
  api.openapi(decide, async (context) =>
    context.json(await domains.access.decide(context.req.valid('param').set, context.req.valid('json')), 200),
  );
  api.openapi(who, async (context) =>
    context.json(await domains.access.whoCan(context.req.valid('param').set, context.req.valid('query')), 200),
  );
}

export function mountPolicies(api: Api, domains: ApiDomains): void {
  mountReads(api, domains);
  api.openapi(draft, async (context) => {
    const { set } = context.req.valid('param');
    assertMayChange(context, set);
    const by = { input: context.req.valid('json'), actor: context.get('principal').actor };
    return context.json(await domains.access.policies.saveDraft(set, by), 200);
  });
  api.openapi(accept, async (context) => {
    const { set } = context.req.valid('param');
    assertMayChange(context, set);
    const by = { input: context.req.valid('json'), actor: context.get('principal').actor };
    return context.json(await domains.access.policies.accept(set, by), 201);
  });
  api.openapi(rollback, async (context) => {
    const { set } = context.req.valid('param');
    assertMayChange(context, set);
    const by = { input: context.req.valid('json'), actor: context.get('principal').actor };
    return context.json(await domains.access.policies.rollBack(set, by), 200);
  });
  api.openapi(withdraw, async (context) => {
    const { set } = context.req.valid('param');
    assertMayChange(context, set);
    const by = { input: context.req.valid('json'), actor: context.get('principal').actor };
    return context.json(await domains.access.policies.withdraw(set, by), 200);
  });
  api.openapi(mode, async (context) => {
    const by = { input: context.req.valid('json'), actor: context.get('principal').actor };
    return context.json(await domains.access.policies.setMode(context.req.valid('param').set, by), 200);
  });
}
