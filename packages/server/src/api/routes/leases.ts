import {
  leaseListQuerySchema,
  leaseRenewSchema,
  leaseRevokePrefixSchema,
  leaseRevokeSchema,
  leaseSchema,
  leasesRevokedSchema,
  pageQuerySchema,
  pageSchema,
} from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { SecretsPort } from '../parts.ts';
import { answers, body, needs, type Api } from '../route.ts';
import { callerOf } from './secret-caller.ts';

const tags = ['leases'];
const all = '/api/v1/leases';
const below = { isDecidedBelow: true };

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists what is lent now, with `ended` also what was.',
  ...needs('secret:read', below),
  request: { query: pageQuerySchema.extend(leaseListQuerySchema.shape) },
  responses: answers(pageSchema(leaseSchema), 'One page.'),
});
const renew = createRoute({
  method: 'post',
  path: `${all}/renew`,
  tags,
  summary: 'A lease holds longer, at most until what its role allows.',
  ...needs('secret:reveal', below),
  request: { body: body(leaseRenewSchema) },
  responses: answers(leaseSchema, 'The lease as it is now.'),
});
const revoke = createRoute({
  method: 'post',
  path: `${all}/revoke`,
  tags,
  summary: 'Ends a lease: its database user and its sessions are gone when this answers `ended`; `ending` is tried again.',
  ...needs('secret:rotate', below),
  request: { body: body(leaseRevokeSchema) },
  responses: answers(leaseSchema, 'The lease as it is now.'),
});
const revokePrefix = createRoute({
  method: 'post',
  path: `${all}/revoke-prefix`,
  tags,
  summary: 'Ends all leases whose id begins like this: those of a role, or all of a kind.',
  ...needs('secret:rotate', below),
  request: { body: body(leaseRevokePrefixSchema) },
  responses: answers(leasesRevokedSchema, 'How many.'),
});

export function mountLeases(api: Api, { leases }: Pick<SecretsPort, 'leases'>): void {
  api.openapi(list, async (context) => {
    const { items, next } = await leases.list(context.req.valid('query'), callerOf(context));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(renew, async (context) => {
    const { lease, seconds } = context.req.valid('json');
    return context.json(await leases.renew(lease, seconds ?? null, callerOf(context)), 200);
  });
  api.openapi(revoke, async (context) =>
    context.json(await leases.revoke(context.req.valid('json').lease, callerOf(context)), 200),
  );
  api.openapi(revokePrefix, async (context) =>
    context.json({ revoked: await leases.revokePrefix(context.req.valid('json').prefix, callerOf(context)) }, 200),
  );
}
