import {
  pageQuerySchema,
  pageSchema,
  tokenCreatedSchema,
  tokenInputSchema,
  tokenViewSchema,
  ulidSchema,
  type Permission,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { may, type Principal } from '../../domains/access/index.ts';
import type { TokenAccount } from '../../domains/identity/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api, type ApiEnv } from '../route.ts';

const tags = ['tokens'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/tokens',
  tags,
  summary: 'Lists API tokens, oldest first, without their secret.',
  ...needs('token:read'),
  request: { query: pageQuerySchema.extend({ account: ulidSchema.optional() }) },
  responses: answers(pageSchema(tokenViewSchema), 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/api/v1/tokens',
  tags,
  summary: 'Issues a token. This answer is the only place where it stands.',
  ...needs('token:write'),
  request: { body: body(tokenInputSchema) },
  responses: created(tokenCreatedSchema, 'The token.'),
});
const revoke = createRoute({
  method: 'delete',
  path: '/api/v1/tokens/{id}',
  tags,
  summary: 'Revokes a token at once.',
  ...needs('token:write', { isCalming: true }),
  request: { params: z.object({ id: ulidSchema }) },
  responses: answers(tokenViewSchema, 'The revoked token.'),
});

/** What an account reaches behind the gateway comes with its tokens: only who could say so for the account makes one. */
function assertMayHandOn(principal: Principal, { applications }: TokenAccount): void {
  if (applications.length === 0 || may(principal, 'account:write')) return;
  const errors = [{ pointer: '/account', detail: 'account:write is needed: this account may call applications' }];
  throw new Refusal('permission-missing', { errors });
}

/** Of these, which a caller has no right to: by role, or because a policy takes it. */
async function notTheirs({ access }: ApiDomains, principal: Principal, wanted: readonly Permission[]): Promise<Permission[]> {
  const verdicts = await Promise.all(wanted.map(async (permission) => access.api.mayHandOn(principal, permission)));
  return wanted.filter((_, index) => verdicts[index] !== true);
}

/** What was handed on was used: without it the caller could not do so again, and advice must not call it unused. */
async function countAsUsed(context: Context<ApiEnv>, permissions: ReadonlySet<Permission>): Promise<void> {
  const principal = context.get('principal');
  for (const permission of permissions) await context.get('access').decide(principal, permission, context.req.method);
}

export function mountTokens(api: Api, domains: ApiDomains): void {
  const { identity } = domains;
  api.openapi(list, async (context) => {
    const page = await identity.listTokens(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  api.openapi(create, async (context) => {
    const input = context.req.valid('json');
    const principal = context.get('principal');
    // Nobody hands on more than they have: a token that may issue tokens must not be the key to everything.
    const beyond = await notTheirs(domains, principal, input.permissions);
    if (beyond.length > 0) {
      const errors = beyond.map((permission) => ({ pointer: '/permissions', detail: `${permission} is not yours to give` }));
      throw new Refusal('permission-missing', { errors });
    }
    const { actor, session } = principal;
    let reaches = false;
    const assertMayUse = (account: TokenAccount): void => {
      assertMayHandOn(principal, account);
      reaches = account.applications.length > 0;
    };
    const made = await identity.createToken(input, actor, { owner: session?.person ?? null, assertMayUse });
    await countAsUsed(context, new Set<Permission>([...input.permissions, ...(reaches ? (['account:write'] as const) : [])]));
    return context.json(made, 201);
  });
  api.openapi(revoke, async (context) =>
    context.json(await identity.revokeToken(context.req.valid('param').id, context.get('principal').actor), 200),
  );
}
