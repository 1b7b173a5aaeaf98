import {
  applicationViewSchema,
  cspObservationsSchema,
  cspSettingsSchema,
  cspSuggestionSchema,
  slugSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { entityTag, readIfMatch } from '../entity-tag.ts';
import type { ApiDomains } from '../parts.ts';
import { answers, body, needs, type Api } from '../route.ts';

const params = z.object({ id: slugSchema });
const tags = ['csp'];

const reports = createRoute({
  method: 'get',
  path: '/api/v1/applications/{id}/csp/reports',
  tags,
  summary: 'What browsers reported and which inline code was seen, counted.',
  ...needs('csp:read'),
  request: { params },
  responses: answers(cspObservationsSchema, 'All rows; they are bounded for each application.'),
});
const suggestion = createRoute({
  method: 'get',
  path: '/api/v1/applications/{id}/csp/suggestion',
  tags,
  summary: 'Settings that would let in what was seen, and what was left out. Anyone can send a report: read before applying.',
  ...needs('csp:read'),
  request: { params },
  responses: answers(cspSuggestionSchema, 'The suggestion.'),
});
const apply = createRoute({
  method: 'put',
  path: '/api/v1/applications/{id}/csp',
  tags,
  summary: 'Sets the content security policy of an application.',
  ...needs('csp:write'),
  request: { params, body: body(cspSettingsSchema) },
  responses: answers(applicationViewSchema, 'The application as it is now.'),
});

export function mountCsp(api: Api, { applications, protection }: ApiDomains): void {
  api.openapi(reports, async (context) => context.json(await protection.cspObservations(context.req.valid('param').id), 200));
  api.openapi(suggestion, async (context) => context.json(await protection.suggestCsp(context.req.valid('param').id), 200));
  api.openapi(apply, async (context) => {
    const csp = context.req.valid('json');
    const by = { actor: context.get('principal').actor, revision: readIfMatch(context.req.header('if-match')) };
    const view = await applications.adjust(context.req.valid('param').id, by, (current) => ({ ...current, csp }));
    return context.json(view, 200, { etag: entityTag(view.revision) });
  });
}
