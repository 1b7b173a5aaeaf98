import {
  pageQuerySchema,
  pageSchema,
  secretCompareSchema,
  secretComparisonSchema,
  secretDetailSchema,
  secretListQuerySchema,
  secretRefSchema,
  secretRevealSchema,
  secretRollbackSchema,
  secretSettingsSchema,
  secretValueSchema,
  secretVersionsSchema,
  secretViewSchema,
  secretWriteSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { compareFields } from '../../domains/secrets/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ApiParts } from '../parts.ts';
import { mountSecretGrants } from './secret-grants.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';
import { callerOf } from './secret-caller.ts';

/** A name with slashes stands in one segment, with its slashes encoded. */
const params = z.object(secretRefSchema.shape);
const tags = ['secrets'];
const all = '/api/v1/secrets';
const at = `${all}/{application}/{environment}/{name}`;
const below = { isDecidedBelow: true };
const detail = (description: string) => answers(secretDetailSchema, description);
/** Whoever compares a guess with a value learns whether it is right: it is a read, with all that belongs to one. */
const COMPARISON = 'compare versions';

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists the secrets that the caller may know of, by their addresses. Without values.',
  ...needs('secret:read', below),
  request: { query: pageQuerySchema.extend(secretListQuerySchema.shape) },
  responses: answers(pageSchema(secretViewSchema), 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: at,
  tags,
  summary: 'Shows one secret with its versions. Without values.',
  ...needs('secret:read', below),
  request: { params },
  responses: detail('The secret.'),
});
const write = createRoute({
  method: 'post',
  path: `${at}/versions`,
  tags,
  summary: 'Writes a new version, and makes the secret when there is none.',
  ...needs('secret:write', below),
  request: { params, body: body(secretWriteSchema) },
  responses: created(secretDetailSchema, 'The secret as it is now.'),
});
const reveal = createRoute({
  method: 'post',
  path: `${at}/reveal`,
  tags,
  summary: 'Gives the value of the current version, or of the one named. Recorded before it is given.',
  ...needs('secret:reveal', below),
  request: { params, body: body(secretRevealSchema) },
  responses: answers(secretValueSchema, 'The value. Not to be stored by anything on the way.'),
});
const compare = createRoute({
  method: 'post',
  path: `${at}/compare`,
  tags,
  summary:
    'Names the fields that two versions have in common, and those that changed. Both are read for it, and that is recorded.',
  ...needs('secret:reveal', below),
  request: { params, body: body(secretCompareSchema) },
  responses: answers(secretComparisonSchema, 'Names of fields; no value.'),
});
const settings = createRoute({
  method: 'patch',
  path: at,
  tags,
  summary: 'Changes owner, description, greatest age, versions kept, or whether it is a decoy.',
  ...needs('secret:write', below),
  request: { params, body: body(secretSettingsSchema) },
  responses: detail('The secret as it is now.'),
});
const rollback = createRoute({
  method: 'post',
  path: `${at}/rollback`,
  tags,
  summary: 'Writes the content of an earlier version as a new one.',
  ...needs('secret:write', below),
  request: { params, body: body(secretRollbackSchema) },
  responses: detail('The secret as it is now.'),
});
const moving = (verb: 'delete' | 'undelete' | 'destroy', summary: string) =>
  createRoute({
    method: 'post',
    path: `${at}/${verb}`,
    tags,
    summary,
    ...needs('secret:write', below),
    request: { params, body: body(secretVersionsSchema) },
    responses: detail('The secret as it is now.'),
  });
const hide = moving('delete', 'Hides versions; they can be brought back.');
const bringBack = moving('undelete', 'Brings hidden versions back.');
const destroy = moving('destroy', 'Destroys the values of versions for good.');
const remove = createRoute({
  method: 'delete',
  path: at,
  tags,
  summary: 'Removes a secret with all its versions, for good.',
  ...needs('secret:write', below),
  request: { params },
  responses: noContent('It is gone.'),
});

type Port = NonNullable<ApiParts['secrets']>;

function mountReading(api: Api, { secrets }: Port): void {
  api.openapi(list, async (context) => {
    const { purpose, ...query } = context.req.valid('query');
    const { items, next } = await secrets.list(query, callerOf(context, purpose));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(show, async (context) => {
    const found = await secrets.find(context.req.valid('param'), callerOf(context));
    if (found === null) throw new Refusal('not-found');
    return context.json(found, 200);
  });
  api.openapi(reveal, async (context) => {
    const { purpose, via, version } = context.req.valid('json');
    const value = await secrets.read(context.req.valid('param'), { ...callerOf(context, purpose), via: via ?? 'api' }, version);
    context.header('cache-control', 'no-store');
    return context.json(value, 200);
  });
  api.openapi(compare, async (context) => {
    const ref = context.req.valid('param');
    const { from, to } = context.req.valid('json');
    const [before, after] = [
      await secrets.read(ref, callerOf(context, COMPARISON), from),
      await secrets.read(ref, callerOf(context, COMPARISON), to),
    ];
    return context.json({ from, to, fields: [...compareFields(before.data, after.data)] }, 200);
  });
}

export function mountSecrets(api: Api, port: Port): void {
  mountReading(api, port);
  mountSecretGrants(api, port);
  const { secrets } = port;
  api.openapi(write, async (context) =>
    context.json(await secrets.write(context.req.valid('param'), context.req.valid('json'), callerOf(context)), 201),
  );
  api.openapi(settings, async (context) =>
    context.json(await secrets.change(context.req.valid('param'), context.req.valid('json'), callerOf(context)), 200),
  );
  api.openapi(rollback, async (context) =>
    context.json(await secrets.rollback(context.req.valid('param'), context.req.valid('json'), callerOf(context)), 200),
  );
  api.openapi(hide, async (context) => {
    const { versions } = context.req.valid('json');
    return context.json(await secrets.deleteVersions(context.req.valid('param'), versions, callerOf(context)), 200);
  });
  api.openapi(bringBack, async (context) => {
    const { versions } = context.req.valid('json');
    return context.json(await secrets.undeleteVersions(context.req.valid('param'), versions, callerOf(context)), 200);
  });
  api.openapi(destroy, async (context) => {
    const { versions } = context.req.valid('json');
    return context.json(await secrets.destroyVersions(context.req.valid('param'), versions, callerOf(context)), 200);
  });
  api.openapi(remove, async (context) => {
    await secrets.remove(context.req.valid('param'), callerOf(context));
    return context.body(null, 204);
  });
}
