import {
  actionDecisionSchema,
  actionInputSchema,
  actionPlanInputSchema,
  actionPlanSchema,
  actionQuerySchema,
  actionViewSchema,
  pageSchema,
  ulidSchema,
  type ActionRequest,
  type ActionView,
  type Permission,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isSensitive, mayAdminister } from '../../domains/access/index.ts';
import type { People } from '../../domains/identity/index.ts';
import type { Actions } from '../../domains/incidents/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import { answers, assertElevated, body, created, needs, type Api, type ApiEnv } from '../route.ts';

const tags = ['actions'];
const params = z.object({ action: ulidSchema });
const all = '/api/v1/actions';
const one = `${all}/{action}`;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists what was done about incidents, or waits for somebody to agree, newest first.',
  ...needs('incident:read'),
  request: { query: actionQuerySchema },
  responses: answers(pageSchema(actionViewSchema), 'One page.'),
});
const plan = createRoute({
  method: 'post',
  path: `${all}/plan`,
  tags,
  summary: 'Says what an action would do, whom it would touch and who has to agree. Changes nothing.',
  ...needs('incident:act'),
  request: { body: body(actionPlanInputSchema) },
  responses: answers(actionPlanSchema, 'What it would do.'),
});
const request = createRoute({
  method: 'post',
  path: all,
  tags,
  summary: 'Has something done, or asks for it. Besides `incident:act` it takes the permission of what is done.',
  ...needs('incident:act'),
  request: { body: body(actionInputSchema) },
  responses: created(actionViewSchema, 'Done, waiting for somebody to agree, or refused by a guard: `state` says which.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one action, each step of it, and what was planned.',
  ...needs('incident:read'),
  request: { params },
  responses: answers(actionViewSchema, 'The action; `ETag` carries its revision.'),
});

/** Each takes a reason. With `If-Match` only the revision that was read is changed. */
const deciding = <Name extends string>(name: Name, summary: string, permission: Permission) =>
  createRoute({
    method: 'post',
    path: `${one}/${name}` as const,
    tags,
    summary,
    ...needs(permission),
    request: { params, body: body(actionDecisionSchema) },
    responses: answers(actionViewSchema, 'The action as it is now.'),
  });
const approve = deciding(
  'approve',
  'Agrees to it: a person who did not ask for it. The last one that is needed has it done.',
  'incident:approve',
);
const refuse = deciding('refuse', 'Says no to what waits. Nobody can agree to it afterwards.', 'incident:approve');
const undo = deciding('undo', 'Undoes it, if it is still as it was left.', 'incident:act');
const redo = deciding('redo', 'Does again what was undone or is over, planned anew.', 'incident:act');

const tagged = (view: ActionView) => ({ etag: entityTag(view.revision) });

interface ActionsPort {
  readonly actions: Actions;
  /** Left out = there are no people here. */
  readonly people?: Pick<People, 'find'> | undefined;
}

export function mountActions(api: Api, { actions, people }: ActionsPort): void {
  api.openapi(list, async (context) => {
    const { items, next } = await actions.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(plan, async (context) => context.json(await actions.plan(context.req.valid('json'), by(context)), 200));
  api.openapi(request, async (context) => {
    const input = context.req.valid('json');
    await assertMayAdminister(context, people, input);
    const view = await actions.request(input, by(context));
    return context.json(view, 201, { ...tagged(view), location: `${all}/${view.id}` });
  });
  api.openapi(show, async (context) => {
    const view = await actions.show(context.req.valid('param').action);
    return context.json(view, 200, tagged(view));
  });
  for (const [route, name] of [
    [approve, 'approve'],
    [refuse, 'refuse'],
  ] as const)
    api.openapi(route, async (context) => {
      const view = await actions[name](context.req.valid('param').action, context.req.valid('json').reason, by(context));
      return context.json(view, 200, tagged(view));
    });
  for (const [route, name] of [
    [undo, 'undo'],
    [redo, 'redo'],
  ] as const)
    api.openapi(route, async (context) => {
      const { action } = context.req.valid('param');
      const { action: kind, parameters } = await actions.show(action);
      await assertMayAdminister(context, people, { action: kind, parameters });
      const view = await actions[name](action, context.req.valid('json').reason, by(context, name === 'undo'));
      return context.json(view, 200, tagged(view));
    });
}

/** To give back what was taken away is confirmed like giving it; to take away is worth doing at once, whoever does it. */
function by(context: Context<ApiEnv>, isGivingBack = false) {
  const principal = context.get('principal');
  return {
    actor: principal.actor,
    session: principal.session?.id,
    revision: readIfMatch(context.req.header('if-match')),
    async may(permission: Permission): Promise<boolean> {
      const verdict = await context.get('access').decide(principal, permission, context.req.method);
      if (verdict !== 'allowed') return false;
      if (isGivingBack && isSensitive(permission)) assertElevated(principal);
      return true;
    },
  };
}

/** Owners are for owners, whatever the way: an action is none around it. */
async function assertMayAdminister(
  context: Context<ApiEnv>,
  people: ActionsPort['people'],
  { action, parameters }: Pick<ActionRequest, 'action'> & { readonly parameters: unknown },
): Promise<void> {
  if (action !== 'lock-account' && action !== 'require-step-up') return;
  // Both take a person, as the schema of the request says.
  const { person: id } = parameters as { person: string };
  const person = await people?.find(id);
  if (person === undefined || person === null || mayAdminister(context.get('principal'), person.role)) return;
  context.set('refusedPermission', true);
  throw new Refusal('permission-missing');
}
