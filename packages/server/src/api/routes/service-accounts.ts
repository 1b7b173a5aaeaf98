import {
  pageQuerySchema,
  partSchema,
  pageSchema,
  serviceAccountChangeSchema,
  serviceAccountInputSchema,
  serviceAccountViewSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Principal } from '../../domains/access/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ApiDomains, PeoplePort } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';

/** A name or an id. */
const params = z.object({ account: z.string().min(1).max(63) });
const tags = ['service-accounts'];
const path = '/api/v1/service-accounts/{account}';
const one = (description: string) => answers(serviceAccountViewSchema, description);

const list = createRoute({
  method: 'get',
  path: '/api/v1/service-accounts',
  tags,
  summary: 'Lists accounts of programs, oldest first; with `q` those whose name or purpose has that part.',
  ...needs('account:read'),
  request: { query: pageQuerySchema.extend({ q: partSchema.optional() }) },
  responses: answers(pageSchema(serviceAccountViewSchema), 'One page.'),
});
const create = createRoute({
  method: 'post',
  path: '/api/v1/service-accounts',
  tags,
  summary: 'Makes an account for a program; it has no token yet.',
  ...needs('account:write'),
  request: { body: body(serviceAccountInputSchema) },
  responses: created(serviceAccountViewSchema, 'The account.'),
});
const show = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Shows one account.',
  ...needs('account:read'),
  request: { params },
  responses: one('The account.'),
});
const change = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Changes owner, purpose or the applications that it may call.',
  ...needs('account:write'),
  request: { params, body: body(serviceAccountChangeSchema) },
  responses: one('The account as it is now.'),
});
const disable = createRoute({
  method: 'post',
  path: `${path}/disable`,
  tags,
  summary: 'Refuses all tokens of an account at once, until it is enabled again.',
  ...needs('account:write', { isCalming: true }),
  request: { params },
  responses: one('The account as it is now.'),
});
const enable = createRoute({
  method: 'post',
  path: `${path}/enable`,
  tags,
  summary: 'Takes the tokens of an account again.',
  ...needs('account:write'),
  request: { params },
  responses: one('The account as it is now.'),
});
const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Deletes an account and revokes all its tokens.',
  ...needs('account:write', { isCalming: true }),
  request: { params },
  responses: noContent('It is gone.'),
});

export interface ServiceAccountsPort {
  readonly identity: ApiDomains['identity'];
  /** Left out = there are no people here, and nobody answers for an account. */
  readonly people?: PeoplePort['people'] | undefined;
}

/** The id of the person who is to answer for it. */
async function ownerOf({ people }: ServiceAccountsPort, word: string): Promise<string> {
  const person = (await people?.find(word)) ?? (await people?.findByName(word)) ?? null;
  if (person !== null) return person.id;
  throw new Refusal('input-invalid', { errors: [{ pointer: '/owner', detail: 'there is no such person' }] });
}

async function newOwner(port: ServiceAccountsPort, word: string | undefined, { session, account }: Principal) {
  if (word !== undefined) return ownerOf(port, word);
  if (account === undefined) return session?.person ?? null;
  // An account that a program makes is answered for by whoever answers for the program.
  return (await port.identity.accounts.find(account.id))?.owner?.id ?? null;
}

export function mountServiceAccounts(api: Api, port: ServiceAccountsPort): void {
  const { identity } = port;
  api.openapi(list, async (context) => {
    const { items, next } = await identity.accounts.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(create, async (context) => {
    const { owner: word, ...input } = context.req.valid('json');
    const principal = context.get('principal');
    const owner = await newOwner(port, word, principal);
    return context.json(await identity.accounts.create({ ...input, owner }, principal.actor), 201);
  });
  api.openapi(show, async (context) => {
    const account = await identity.accounts.find(context.req.valid('param').account);
    if (account === null) throw new Refusal('not-found');
    return context.json(account, 200);
  });
  api.openapi(change, async (context) => {
    const { owner: word, ...input } = context.req.valid('json');
    const owner = word === undefined ? {} : { owner: await ownerOf(port, word) };
    const { account } = context.req.valid('param');
    return context.json(await identity.accounts.change(account, { ...input, ...owner }, context.get('principal').actor), 200);
  });
  api.openapi(disable, async (context) =>
    context.json(await identity.accounts.disable(context.req.valid('param').account, context.get('principal').actor), 200),
  );
  api.openapi(enable, async (context) =>
    context.json(await identity.accounts.enable(context.req.valid('param').account, context.get('principal').actor), 200),
  );
  api.openapi(remove, async (context) => {
    await identity.accounts.remove(context.req.valid('param').account, context.get('principal').actor);
    return context.body(null, 204);
  });
}
