import {
  secretGrantInputSchema,
  secretGrantListSchema,
  secretGrantViewSchema,
  secretRefSchema,
  secretWhoCanQuerySchema,
  secretWhoCanSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiParts } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

const tags = ['secrets'];
const all = '/api/v1/secret-grants';

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists the grants that hold now. Policies of the set `holdfast-secrets` are listed there.',
  ...needs('policy:read'),
  responses: answers(secretGrantListSchema, 'All of them; they are bounded.'),
});
const give = createRoute({
  method: 'post',
  path: all,
  tags,
  summary: 'Lets a service account, a group or a person read secrets.',
  ...needs('policy:write'),
  request: { body: body(secretGrantInputSchema) },
  responses: created(secretGrantViewSchema, 'The grant; it holds at once, and at other nodes within a second.'),
});
const revoke = createRoute({
  method: 'delete',
  path: `${all}/{grant}`,
  tags,
  summary: 'Takes a grant back.',
  ...needs('policy:write', { isCalming: true }),
  request: { params: z.object({ grant: ulidSchema }) },
  responses: noContent('It holds no more.'),
});
const whoCan = createRoute({
  method: 'get',
  path: '/api/v1/secrets/{application}/{environment}/{name}/who-can',
  tags,
  summary: 'Which people, groups and accounts may do something with a secret, and for what.',
  ...needs('policy:read'),
  request: { params: z.object(secretRefSchema.shape), query: secretWhoCanQuerySchema },
  responses: answers(secretWhoCanSchema, 'Those that may.'),
});

export function mountSecretGrants(api: Api, { grants, whoCan: ask }: NonNullable<ApiParts['secrets']>): void {
  api.openapi(list, async (context) => context.json({ items: [...(await grants.list())] }, 200));
  api.openapi(give, async (context) =>
    context.json(await grants.give(context.req.valid('json'), context.get('principal').actor), 201),
  );
  api.openapi(revoke, async (context) => {
    await grants.revoke(context.req.valid('param').grant, context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(whoCan, async (context) => context.json(await ask(context.req.valid('param'), context.req.valid('query')), 200));
}
