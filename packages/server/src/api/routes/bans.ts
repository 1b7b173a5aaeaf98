import {
  allowInputSchema,
  allowViewSchema,
  banInputSchema,
  banViewSchema,
  pageQuerySchema,
  partSchema,
  pageSchema,
  prefixSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

/** The slash of a prefix is written `%2F`. */
const params = z.object({ prefix: prefixSchema });
const banQuery = pageQuerySchema.extend({
  address: prefixSchema.optional(),
  /** A part of the prefix or of the reason. */
  q: partSchema.optional(),
});

const listBans = createRoute({
  method: 'get',
  path: '/api/v1/bans',
  tags: ['bans'],
  summary: 'Lists bans, newest first; with `address` those that hit it, with `q` those whose prefix or reason has that part.',
  ...needs('ban:read'),
  request: { query: banQuery },
  responses: answers(pageSchema(banViewSchema), 'One page.'),
});
const addBan = createRoute({
  method: 'post',
  path: '/api/v1/bans',
  tags: ['bans'],
  summary: 'Bans an address or prefix; a ban of the same prefix is replaced. Loopback and allow-listed ones are refused.',
  ...needs('ban:write'),
  request: { body: body(banInputSchema) },
  responses: created(banViewSchema, 'The ban, in force at every gateway process of this node.'),
});
const removeBan = createRoute({
  method: 'delete',
  path: '/api/v1/bans/{prefix}',
  tags: ['bans'],
  summary: 'Lifts a ban.',
  ...needs('ban:write'),
  request: { params },
  responses: noContent('It is lifted.'),
});
const listAllows = createRoute({
  method: 'get',
  path: '/api/v1/allows',
  tags: ['bans'],
  summary: 'Lists the static allow-list, newest first; with `q` what has that part in its prefix or reason.',
  ...needs('ban:read'),
  request: { query: pageQuerySchema.extend({ q: partSchema.optional() }) },
  responses: answers(pageSchema(allowViewSchema), 'One page.'),
});
const addAllow = createRoute({
  method: 'post',
  path: '/api/v1/allows',
  tags: ['bans'],
  summary: 'Puts an address or prefix on the allow-list, which is asked before bans.',
  ...needs('ban:write'),
  request: { body: body(allowInputSchema) },
  responses: created(allowViewSchema, 'The entry.'),
});
const removeAllow = createRoute({
  method: 'delete',
  path: '/api/v1/allows/{prefix}',
  tags: ['bans'],
  summary: 'Takes an address or prefix off the allow-list.',
  ...needs('ban:write'),
  request: { params },
  responses: noContent('It is off the list.'),
});

/** What is answered holds: every gateway process of this node judges by it. */
export function mountBans(api: Api, { protection }: ApiDomains): void {
  api.openapi(listBans, async (context) => {
    const page = await protection.listBans(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  api.openapi(addBan, async (context) => {
    const ban = await protection.addBan(context.req.valid('json'), context.get('principal').actor);
    await protection.snapshots.settled();
    return context.json(ban, 201);
  });
  api.openapi(removeBan, async (context) => {
    await protection.removeBan(context.req.valid('param').prefix, context.get('principal').actor);
    await protection.snapshots.settled();
    return context.body(null, 204);
  });
  api.openapi(listAllows, async (context) => {
    const page = await protection.listAllows(context.req.valid('query'));
    return context.json({ items: [...page.items], next: page.next }, 200);
  });
  api.openapi(addAllow, async (context) => {
    const allow = await protection.addAllow(context.req.valid('json'), context.get('principal').actor);
    await protection.snapshots.settled();
    return context.json(allow, 201);
  });
  api.openapi(removeAllow, async (context) => {
    await protection.removeAllow(context.req.valid('param').prefix, context.get('principal').actor);
    await protection.snapshots.settled();
    return context.body(null, 204);
  });
}
