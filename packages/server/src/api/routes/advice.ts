import {
  adviceAppliedSchema,
  adviceApplySchema,
  adviceQuerySchema,
  adviceUndoneSchema,
  adviceViewSchema,
  type AdviceProposal,
} from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import { isForOwners, may, mayAdminister, permissionsOf, type Advisor, type Principal } from '../../domains/access/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import { answers, body, needs, type Api } from '../route.ts';

const tags = ['advice'];

const show = createRoute({
  method: 'get',
  path: '/api/v1/advice',
  tags,
  summary: 'Rights that nobody used in the last days, and smaller ones under which nothing that was allowed would be refused.',
  ...needs('policy:read'),
  request: { query: adviceQuerySchema },
  responses: answers(adviceViewSchema, 'What was found, and what is proposed.'),
});
const apply = createRoute({
  method: 'post',
  path: '/api/v1/advice/apply',
  tags,
  summary: 'Takes away what was proposed. Needs the right to change each thing that it is about.',
  ...needs('policy:write'),
  request: { body: body(adviceApplySchema) },
  responses: answers(adviceAppliedSchema, 'What was changed.'),
});
const rollback = createRoute({
  method: 'post',
  path: '/api/v1/advice/rollback',
  tags,
  summary: 'Gives back what advice took away last; what somebody changed since stays.',
  ...needs('policy:write'),
  responses: answers(adviceUndoneSchema, 'What was given back.'),
});

/** Whether this caller could make each change by its own route: advice is no way around what a token or a role may not do. */
function mayChange(principal: Principal, proposal: AdviceProposal): boolean {
  if (proposal.kind === 'policy') return may(principal, 'policy:write') && (!isForOwners(proposal.set) || isOwner(principal));
  if (proposal.kind === 'role')
    return may(principal, 'person:write') && mayAdminister(principal, proposal.from) && mayAdminister(principal, proposal.to);
  // To give scopes back is to hand them on: nobody hands on more than they have.
  return may(principal, 'token:write') && proposal.from.every((scope) => holds(principal, scope));
}

/** Also the operator of the host, who owns the data directory. */
const isOwner = ({ permissions, session }: Principal): boolean => permissions === 'all' || session?.role === 'owner';

const ALL = permissionsOf('owner');
const holds = (principal: Principal, scope: string): boolean =>
  [...ALL].some((permission) => permission === scope && may(principal, permission));

const asserting = (principal: Principal) => (proposal: AdviceProposal) => {
  if (mayChange(principal, proposal)) return;
  throw new Refusal('permission-missing', { errors: [{ pointer: '', detail: `${proposal.id} is not yours to change` }] });
};

export function mountAdvice(api: Api, advisor: Advisor): void {
  api.openapi(show, async (context) => context.json(await advisor.show(context.req.valid('query').days), 200));
  api.openapi(apply, async (context) => {
    const { days, ids = null } = context.req.valid('json');
    const principal = context.get('principal');
    const applied = await advisor.apply({ days, ids, actor: principal.actor, assertMay: asserting(principal) });
    return context.json(applied, 200);
  });
  api.openapi(rollback, async (context) => {
    const principal = context.get('principal');
    return context.json(await advisor.undo({ actor: principal.actor, assertMay: asserting(principal) }), 200);
  });
}
