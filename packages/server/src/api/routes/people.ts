import {
  callerSchema,
  factorsViewSchema,
  mfaAdoptionSchema,
  pageSchema,
  peopleQuerySchema,
  PERMISSIONS,
  personChangeSchema,
  personInputSchema,
  personLinkSchema,
  personViewSchema,
  type Caller,
  type PersonView,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { mayAdminister, type Principal } from '../../domains/access/index.ts';
import type { People, Person } from '../../domains/identity/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Links, PeoplePort } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api, type ApiEnv } from '../route.ts';

/** An id, or the name that the person signs in with. */
export const personParams = z.object({ person: z.string().min(1).max(254) });
const tags = ['people'];
const path = '/api/v1/people/{person}';
const request = { params: personParams };

const list = createRoute({
  method: 'get',
  path: '/api/v1/people',
  tags,
  summary: 'Lists people, oldest first; all of them, or those that a filter leaves.',
  ...needs('person:read'),
  request: { query: peopleQuerySchema },
  responses: answers(pageSchema(personViewSchema), 'One page.'),
});
const adoption = createRoute({
  method: 'get',
  path: '/api/v1/people/adoption',
  tags,
  summary: 'How many people have which second factor.',
  ...needs('person:read'),
  responses: answers(mfaAdoptionSchema, 'Numbers, no names.'),
});
const invite = createRoute({
  method: 'post',
  path: '/api/v1/people',
  tags,
  summary: 'Invites a person. The link stands in this answer only, and in the letter if there is an address.',
  ...needs('person:write'),
  request: { body: body(personInputSchema) },
  responses: created(personLinkSchema, 'The person and the link.'),
});
const show = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Shows one person.',
  ...needs('person:read'),
  request,
  responses: answers(personViewSchema, 'The person.'),
});
const change = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Changes role, groups or the need for two factors; the sessions of the person end.',
  ...needs('person:write'),
  request: { params: personParams, body: body(personChangeSchema) },
  responses: answers(personViewSchema, 'The person as it is now.'),
});
const again = createRoute({
  method: 'post',
  path: `${path}/invite`,
  tags,
  summary: 'Makes a new link for somebody who has not come yet; the earlier one ends.',
  ...needs('person:write'),
  request: { params: personParams, query: z.object({ application: personInputSchema.shape.application }) },
  responses: created(personLinkSchema, 'The person and the link.'),
});
const disable = createRoute({
  method: 'post',
  path: `${path}/disable`,
  tags,
  summary: 'Ends all sessions of a person, who cannot sign in any more.',
  ...needs('person:write'),
  request,
  responses: answers(personViewSchema, 'The person as it is now.'),
});
const enable = createRoute({
  method: 'post',
  path: `${path}/enable`,
  tags,
  summary: 'Lets a disabled person sign in again.',
  ...needs('person:write'),
  request,
  responses: answers(personViewSchema, 'The person as it is now.'),
});
const unlock = createRoute({
  method: 'post',
  path: `${path}/unlock`,
  tags,
  summary: 'Lets somebody try again at once whom wrong passwords or codes have made wait.',
  ...needs('person:write'),
  request,
  responses: answers(personViewSchema, 'The person.'),
});
const factors = createRoute({
  method: 'get',
  path: `${path}/factors`,
  tags,
  summary: 'What a person signs in with besides a password.',
  ...needs('person:read'),
  request,
  responses: answers(factorsViewSchema, 'The factors.'),
});
const resetFactors = createRoute({
  method: 'delete',
  path: `${path}/factors`,
  tags,
  summary: 'Removes all second factors of a person and ends the sessions; the next sign-in enrols anew.',
  ...needs('person:write'),
  request,
  responses: noContent('They are gone.'),
});
const disconnect = createRoute({
  method: 'delete',
  path: `${path}/accounts/{provider}`,
  tags,
  summary: 'Takes an account at a provider away as a way in; refused when there is no other one.',
  ...needs('person:write'),
  request: { params: personParams.extend({ provider: z.string().min(1).max(63) }) },
  responses: noContent('It is no way in any more.'),
});
const me = createRoute({
  method: 'get',
  path: '/api/v1/me',
  tags,
  summary: 'Who calls, and what they may.',
  ...needs('system:read'),
  responses: answers(callerSchema, 'The caller.'),
});

export async function findPerson(people: People, word: string): Promise<Person> {
  const person = (await people.find(word)) ?? (await people.findByName(word));
  if (person === null) throw new Refusal('not-found');
  return person;
}

export const viewOf = (person: Person): PersonView => {
  const { id, name, display, email, role, status, mfaRequired, hasPassword, createdAt, createdBy, lastSignedInAt } = person;
  const groups = [...person.groups];
  return { id, name, display, email, role, groups, status, mfaRequired, hasPassword, createdAt, createdBy, lastSignedInAt };
};

function assertMay(context: Context<ApiEnv>, ...roles: readonly (string | null)[]): void {
  if (roles.every((role) => mayAdminister(context.get('principal'), role))) return;
  context.set('refusedPermission', true);
  throw new Refusal('permission-missing');
}

/** Whoever has a role signs in to the administration, everybody else to an application. */
async function linkBase(links: Links, role: string | null, application: string | undefined): Promise<string> {
  if (role !== null) return links.admin('invite');
  const base = await links.application(application);
  if (base === null) {
    throw new Refusal('input-invalid', { errors: [{ pointer: '/application', detail: 'there is no such application' }] });
  }
  return base;
}

function callerOf({ actor, permissions, session }: Principal): Caller {
  const list = permissions === 'all' ? [...PERMISSIONS] : [...permissions];
  if (session === undefined) {
    return {
      kind: actor.kind === 'token' ? 'token' : 'operator',
      ref: actor.ref,
      name: null,
      role: null,
      permissions: list,
      session: null,
    };
  }
  const { id, person, name, expiresAt, elevatedUntil } = session;
  // A role that is none has no permissions, and is not named.
  const role = callerSchema.shape.role.safeParse(session.role).data ?? null;
  return { kind: 'person', ref: person, name, role, permissions: list, session: { id, expiresAt, elevatedUntil } };
}

function mountReads(api: Api, { people }: PeoplePort): void {
  // Before the route of one person, which would take it for a name.
  api.openapi(adoption, async (context) => context.json(await people.adoption(), 200));
  api.openapi(list, async (context) => {
    const { items, next } = await people.list(context.req.valid('query'));
    return context.json({ items: items.map(viewOf), next }, 200);
  });
  api.openapi(show, async (context) => context.json(viewOf(await findPerson(people, context.req.valid('param').person)), 200));
  api.openapi(factors, async (context) => {
    const { id } = await findPerson(people, context.req.valid('param').person);
    const { totp, passkeys, recoveryCodesLeft } = await people.factors(id);
    const accounts = (await people.links(id)).map((link) => ({ ...link }));
    const shown = passkeys.map(({ id: key, name, createdAt, lastUsedAt }) => ({ id: key, name, createdAt, lastUsedAt }));
    return context.json({ totp, passkeys: shown, recoveryCodesLeft, accounts }, 200);
  });
  api.openapi(me, (context) => context.json(callerOf(context.get('principal')), 200));
}

function mountInvites(api: Api, { people, links }: PeoplePort): void {
  api.openapi(invite, async (context) => {
    const { application, ...input } = context.req.valid('json');
    const principal = context.get('principal');
    assertMay(context, input.role);
    const base = await linkBase(links, input.role, application);
    const person = await people.create(input, principal.actor);
    const { token, expiresAt } = await people.invite(person.id, principal.actor, base);
    return context.json({ person: viewOf(person), link: `${base}${token}`, expiresAt }, 201);
  });
  api.openapi(again, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    const principal = context.get('principal');
    assertMay(context, person.role);
    const base = await linkBase(links, person.role, context.req.valid('query').application);
    const { token, expiresAt } = await people.invite(person.id, principal.actor, base);
    return context.json({ person: viewOf(person), link: `${base}${token}`, expiresAt }, 201);
  });
}

export function mountPeople(api: Api, port: PeoplePort): void {
  const { people } = port;
  mountReads(api, port);
  mountInvites(api, port);
  api.openapi(change, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    const principal = context.get('principal');
    const wanted = context.req.valid('json');
    assertMay(context, person.role, wanted.role ?? null);
    return context.json(viewOf(await people.change(person.id, wanted, principal.actor)), 200);
  });
  api.openapi(disable, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    assertMay(context, person.role);
    return context.json(viewOf(await people.disable(person.id, context.get('principal').actor)), 200);
  });
  api.openapi(enable, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    assertMay(context, person.role);
    return context.json(viewOf(await people.enable(person.id, context.get('principal').actor)), 200);
  });
  api.openapi(unlock, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    assertMay(context, person.role);
    return context.json(viewOf(await people.unlock(person.id, context.get('principal').actor)), 200);
  });
  api.openapi(disconnect, async (context) => {
    const { person: word, provider } = context.req.valid('param');
    const person = await findPerson(people, word);
    assertMay(context, person.role);
    await people.disconnect(person.id, provider, context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(resetFactors, async (context) => {
    const person = await findPerson(people, context.req.valid('param').person);
    assertMay(context, person.role);
    await people.resetFactors(person.id, context.get('principal').actor);
    return context.body(null, 204);
  });
}
