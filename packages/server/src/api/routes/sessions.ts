import {
  pageSchema,
  sessionQuerySchema,
  sessionsEndedSchema,
  sessionViewSchema,
  ulidSchema,
  type SessionAnswer,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { People, SessionListed } from '../../domains/identity/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { PeoplePort } from '../parts.ts';
import { answers, needs, noContent, type Api } from '../route.ts';
import { findPerson, personParams } from './people.ts';

const tags = ['sessions'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/sessions',
  tags,
  summary: 'Lists who is signed in, newest first; never a token.',
  ...needs('session:read'),
  request: { query: sessionQuerySchema },
  responses: answers(pageSchema(sessionViewSchema), 'One page.'),
});
const listOne = createRoute({
  method: 'get',
  path: '/api/v1/people/{person}/sessions',
  tags,
  summary: 'Lists the sessions of one person, oldest first.',
  ...needs('session:read'),
  request: { params: personParams },
  responses: answers(z.strictObject({ items: z.array(sessionViewSchema) }), 'All of them.'),
});
const end = createRoute({
  method: 'delete',
  path: '/api/v1/sessions/{id}',
  tags,
  summary: 'Ends one session at once, everywhere.',
  ...needs('session:write'),
  request: { params: z.object({ id: ulidSchema }) },
  responses: noContent('It is over.'),
});
const endAll = createRoute({
  method: 'delete',
  path: '/api/v1/people/{person}/sessions',
  tags,
  summary: 'Ends all sessions of one person at once.',
  ...needs('session:write'),
  request: { params: personParams },
  responses: answers(sessionsEndedSchema, 'How many there were.'),
});

async function viewsOf(people: People, sessions: readonly SessionListed[]): Promise<SessionAnswer[]> {
  const names = await people.namesOf([...new Set(sessions.map(({ person }) => person))]);
  return sessions.map(({ idleMs, amr, ...session }) => ({
    ...session,
    name: names.get(session.person) ?? '',
    idleSeconds: Math.floor(idleMs / 1000),
    amr: [...amr],
  }));
}

export function mountSessions(api: Api, { people, sessions }: PeoplePort): void {
  api.openapi(list, async (context) => {
    const { cursor = null, limit, kind, application } = context.req.valid('query');
    const { items, next } = await sessions.listAll({ before: cursor, limit, kind, application });
    return context.json({ items: await viewsOf(people, items), next }, 200);
  });
  api.openapi(listOne, async (context) => {
    const { id } = await findPerson(people, context.req.valid('param').person);
    return context.json({ items: await viewsOf(people, await sessions.list(id)) }, 200);
  });
  api.openapi(end, async (context) => {
    const by = { reason: 'revoked' as const, actor: context.get('principal').actor };
    if (!(await sessions.endOne(null, context.req.valid('param').id, by))) throw new Refusal('not-found');
    return context.body(null, 204);
  });
  api.openapi(endAll, async (context) => {
    const { id } = await findPerson(people, context.req.valid('param').person);
    return context.json({ ended: await sessions.endAll(id, 'revoked', context.get('principal').actor) }, 200);
  });
}
