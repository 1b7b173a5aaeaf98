import {
  pageQuerySchema,
  pageSchema,
  tokenCreatedSchema,
  tokenInputSchema,
  tokenViewSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { may } from '../../domains/access/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api } from '../route.ts';

const tags = ['tokens'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/tokens',
  tags,
  summary: 'Lists API tokens, oldest first, without their secret.',
  ...needs('token:read'),
  request: { query: pageQuerySchema },
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

export function mountTokens(api: Api, { identity }: ApiDomains): void {
  api.openapi(list, async (context) => {
    const page = await identity.listTokens(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  api.openapi(create, async (context) => {
    const input = context.req.valid('json');
    const principal = context.get('principal');
    // Nobody hands on more than they have: a token that may issue tokens must not be the key to everything.
    const beyond = input.permissions.filter((permission) => !may(principal, permission));
    if (beyond.length > 0) {
      const errors = beyond.map((permission) => ({ pointer: '/permissions', detail: `${permission} is not yours to give` }));
      throw new Refusal('permission-missing', { errors });
    }
    return context.json(await identity.createToken(input, principal.actor), 201);
  });
  api.openapi(revoke, async (context) =>
    context.json(await identity.revokeToken(context.req.valid('param').id, context.get('principal').actor), 200),
  );
}
