import { linkIssuedSchema, personLinkSchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { PeoplePort } from '../parts.ts';
import { created, needs, type Api } from '../route.ts';
import { hostOnly } from './maintenance.ts';
import { findPerson, personParams, viewOf } from './people.ts';

const tags = ['people'];

const setup = createRoute({
  method: 'post',
  path: '/api/v1/setup-link',
  tags,
  summary:
    'Makes the link that sets up the first owner; an earlier one ends. Only for the operator of the host, while there is no owner.',
  ...needs('person:write'),
  responses: created(linkIssuedSchema, 'The link, for one use within 15 minutes.'),
});
const recover = createRoute({
  method: 'post',
  path: '/api/v1/people/{person}/recover',
  tags,
  summary:
    'A new start for an administrator: password, factors and sessions go, a link comes. Only for the operator of the host.',
  ...needs('person:write'),
  request: { params: personParams },
  responses: created(personLinkSchema, 'The link, for one use within 15 minutes.'),
});

/** Ways back in. They are mounted where the file system guards the door, and nowhere else. */
export function mountAdmins(api: Api, { people, admins, links }: PeoplePort): void {
  api.use(setup.path, hostOnly);
  api.use('/api/v1/people/:person/recover', hostOnly);
  api.openapi(setup, async (context) => {
    const { token, expiresAt } = await admins.issueSetupLink(context.get('principal').actor);
    return context.json({ link: `${links.admin('setup')}${token}`, expiresAt }, 201);
  });
  api.openapi(recover, async (context) => {
    const { id } = await findPerson(people, context.req.valid('param').person);
    const { token, expiresAt, person } = await admins.recover(id, context.get('principal').actor);
    return context.json({ link: `${links.admin('invite')}${token}`, expiresAt, person: viewOf(person) }, 201);
  });
}
