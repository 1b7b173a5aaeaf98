import {
  learnedRoutesSchema,
  schemaAcceptSchema,
  schemaCheckInputSchema,
  schemaCheckSchema,
  schemaCoverageSchema,
  schemaImportedSchema,
  schemaImportSchema,
  schemaModeInputSchema,
  schemaRestoreSchema,
  schemaSharesSchema,
  schemaProposalSchema,
  schemaStatusSchema,
  schemaVersionSchema,
  schemaVersionViewSchema,
  schemaWithdrawSchema,
  slugSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDomains } from '../parts.ts';
import { answers, body, created, needs, type Api } from '../route.ts';

const params = z.object({ id: slugSchema });
const numberParams = params.extend({ version: z.coerce.number().int().positive() });
const versionParams = params.extend({
  version: z.union([z.literal('current'), z.coerce.number().int().positive()], 'a number, or current'),
});
const tags = ['schema'];
const at = '/api/v1/applications/{id}/schema';

const status = createRoute({
  method: 'get',
  path: at,
  tags,
  summary: 'How much was learned of an application, and which schema is in force.',
  ...needs('schema:read'),
  request: { params },
  responses: answers(schemaStatusSchema, 'The state of learning.'),
});
const routes = createRoute({
  method: 'get',
  path: `${at}/routes`,
  tags,
  summary: 'Learned routes, most visited first, and whether the schema in force lists them.',
  ...needs('schema:read'),
  request: { params },
  responses: answers(learnedRoutesSchema, 'All of them; they are bounded.'),
});
const proposal = createRoute({
  method: 'get',
  path: `${at}/proposal`,
  tags,
  summary: 'An OpenAPI fragment made of what was learned. Nothing is in force by it.',
  ...needs('schema:read'),
  request: { params },
  responses: answers(schemaProposalSchema, 'The proposal.'),
});
const show = createRoute({
  method: 'get',
  path: `${at}/versions/{version}`,
  tags,
  summary: 'An accepted schema, by its version or as `current`.',
  ...needs('schema:read'),
  request: { params: versionParams },
  responses: answers(schemaVersionViewSchema, 'The schema with its fragment.'),
});
const importing = createRoute({
  method: 'post',
  path: `${at}/import`,
  tags,
  summary:
    'Reads a whole OpenAPI document into the form that can be accepted, and tells what it would leave unlisted. Changes nothing.',
  ...needs('schema:read'),
  request: { params, body: body(schemaImportSchema) },
  responses: answers(schemaImportedSchema, 'Faults with JSON pointers, or the document as it would be kept.'),
});
const coverage = createRoute({
  method: 'get',
  path: `${at}/coverage`,
  tags,
  summary: 'How much of what an application answers is under the schema in force, and what did not fit it in the last day.',
  ...needs('schema:read'),
  request: { params },
  responses: answers(schemaCoverageSchema, 'Routes and violations, the most frequent first.'),
});
const shares = createRoute({
  method: 'get',
  path: '/api/v1/schema/coverage',
  tags,
  summary: 'How much of what each application answers is under a schema in force.',
  ...needs('schema:read'),
  responses: answers(schemaSharesSchema, 'All applications; as of half a minute ago at most.'),
});
const check = createRoute({
  method: 'post',
  path: `${at}/check`,
  tags,
  summary: 'Reads a fragment as every gateway would, and names learned routes that it does not list. Changes nothing.',
  ...needs('schema:read'),
  request: { params, body: body(schemaCheckInputSchema) },
  responses: answers(schemaCheckSchema, 'Faults with JSON pointers; none = it can be accepted.'),
});
const accept = createRoute({
  method: 'post',
  path: at,
  tags,
  summary: 'Puts a schema in force: what has another form is refused in enforce mode and recorded in monitor mode.',
  ...needs('schema:write'),
  request: { params, body: body(schemaAcceptSchema) },
  responses: created(schemaVersionSchema, 'The version, in force within a second.'),
});
const withdraw = createRoute({
  method: 'post',
  path: `${at}/withdraw`,
  tags,
  summary: 'Ends the schema in force; the one before it comes back, or none with `all`.',
  ...needs('schema:write'),
  request: { params, body: body(schemaWithdrawSchema) },
  responses: answers(schemaStatusSchema, 'The state as it is now.'),
});

const mode = createRoute({
  method: 'post',
  path: `${at}/mode`,
  tags,
  summary: 'Says whether the schema in force refuses what does not fit, or only records it.',
  ...needs('schema:write'),
  request: { params, body: body(schemaModeInputSchema) },
  responses: answers(schemaVersionSchema, 'The version in force as it is now.'),
});
const restore = createRoute({
  method: 'post',
  path: `${at}/versions/{version}/restore`,
  tags,
  summary: 'Puts an earlier version in force again, as a new one.',
  ...needs('schema:write'),
  request: { params: numberParams, body: body(schemaRestoreSchema) },
  responses: created(schemaVersionSchema, 'The version, in force within a second.'),
});

export function mountSchemas(api: Api, { protection }: ApiDomains): void {
  api.openapi(status, async (context) => context.json(await protection.learning.status(context.req.valid('param').id), 200));
  api.openapi(routes, async (context) =>
    context.json({ items: [...(await protection.learning.routes(context.req.valid('param').id))] }, 200),
  );
  api.openapi(proposal, async (context) => context.json(await protection.learning.propose(context.req.valid('param').id), 200));
  api.openapi(show, async (context) => {
    const { id, version } = context.req.valid('param');
    return context.json(await protection.learning.show(id, version), 200);
  });
  api.openapi(importing, async (context) =>
    context.json(await protection.learning.readDocument(context.req.valid('param').id, context.req.valid('json')), 200),
  );
  api.openapi(coverage, async (context) =>
    context.json(await protection.learning.coverage.show(context.req.valid('param').id), 200),
  );
  api.openapi(shares, async (context) => context.json({ items: [...(await protection.learning.coverage.shares())] }, 200));
  api.openapi(check, async (context) => {
    const { fragment } = context.req.valid('json');
    return context.json(await protection.learning.check(context.req.valid('param').id, fragment), 200);
  });
  api.openapi(accept, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await protection.learning.accept(context.req.valid('param').id, context.req.valid('json'), actor), 201);
  });
  api.openapi(mode, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await protection.learning.setMode(context.req.valid('param').id, context.req.valid('json'), actor), 200);
  });
  api.openapi(restore, async (context) => {
    const { actor } = context.get('principal');
    const { id, version } = context.req.valid('param');
    const made = await protection.learning.restore({ application: id, version }, context.req.valid('json'), actor);
    return context.json(made, 201);
  });
  api.openapi(withdraw, async (context) => {
    const { actor } = context.get('principal');
    return context.json(await protection.learning.withdraw(context.req.valid('param').id, context.req.valid('json'), actor), 200);
  });
}
