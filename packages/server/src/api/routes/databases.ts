import {
  databaseConnectionInputSchema,
  databaseConnectionSchema,
  databaseCredentialsInputSchema,
  databaseCredentialsSchema,
  databaseRoleInputSchema,
  databaseRoleSchema,
  slugSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { SecretsPort } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';
import { callerOf } from './secret-caller.ts';

const tags = ['databases'];
const connections = '/api/v1/database-connections';
const roles = '/api/v1/database-roles';
const below = { isDecidedBelow: true };
const params = z.object({ name: slugSchema });

const listConnections = createRoute({
  method: 'get',
  path: connections,
  tags,
  summary: 'Lists the servers that users are made at.',
  ...needs('secret:read'),
  responses: answers(z.strictObject({ items: z.array(databaseConnectionSchema) }), 'All of them.'),
});
const setConnection = createRoute({
  method: 'put',
  path: connections,
  tags,
  summary: 'Names the secret of a role that may make users. The server is asked before it is kept.',
  ...needs('secret:rotate', below),
  request: { body: body(databaseConnectionInputSchema) },
  responses: answers(databaseConnectionSchema, 'As it is now.'),
});
const removeConnection = createRoute({
  method: 'delete',
  path: `${connections}/{name}`,
  tags,
  summary: 'Removes a connection that no role is made of.',
  ...needs('secret:rotate', below),
  request: { params },
  responses: noContent('It is gone.'),
});
const listRoles = createRoute({
  method: 'get',
  path: roles,
  tags,
  summary: 'Lists the roles that users are made of.',
  ...needs('secret:read'),
  responses: answers(z.strictObject({ items: z.array(databaseRoleSchema) }), 'All of them.'),
});
const setRole = createRoute({
  method: 'put',
  path: roles,
  tags,
  summary: 'Says with which SQL users of a role are made. It is tried at the server and taken back.',
  ...needs('secret:rotate', below),
  request: { body: body(databaseRoleInputSchema) },
  responses: answers(databaseRoleSchema, 'As it is now.'),
});
const removeRole = createRoute({
  method: 'delete',
  path: `${roles}/{name}`,
  tags,
  summary: 'Removes a role; users that are lent stay until their leases end.',
  ...needs('secret:rotate', below),
  request: { params },
  responses: noContent('It is gone.'),
});
const issue = createRoute({
  method: 'post',
  path: `${roles}/{name}/credentials`,
  tags,
  summary: 'Makes a database user for the caller, good until its lease ends.',
  ...needs('secret:reveal', below),
  request: { params, body: body(databaseCredentialsInputSchema) },
  responses: created(databaseCredentialsSchema, 'The user and its lease. Not to be stored by anything on the way.'),
});

export function mountDatabases(api: Api, { databaseRoles }: Pick<SecretsPort, 'databaseRoles'>): void {
  api.openapi(listConnections, async (context) => context.json({ items: [...(await databaseRoles.connections())] }, 200));
  api.openapi(setConnection, async (context) =>
    context.json(await databaseRoles.setConnection(context.req.valid('json'), callerOf(context)), 200),
  );
  api.openapi(removeConnection, async (context) => {
    await databaseRoles.removeConnection(context.req.valid('param').name, callerOf(context));
    return context.body(null, 204);
  });
  api.openapi(listRoles, async (context) => context.json({ items: [...(await databaseRoles.roles())] }, 200));
  api.openapi(setRole, async (context) =>
    context.json(await databaseRoles.setRole(context.req.valid('json'), callerOf(context)), 200),
  );
  api.openapi(removeRole, async (context) => {
    await databaseRoles.removeRole(context.req.valid('param').name, callerOf(context));
    return context.body(null, 204);
  });
  api.openapi(issue, async (context) => {
    const { purpose } = context.req.valid('json');
    const credentials = await databaseRoles.issue(context.req.valid('param').name, callerOf(context, purpose));
    context.header('cache-control', 'no-store');
    return context.json(credentials, 201);
  });
}
