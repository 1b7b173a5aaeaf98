import { signInClearSchema, slugSchema } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDomains, PeoplePort } from '../parts.ts';
import { body, needs, noContent, type Api } from '../route.ts';

const clear = createRoute({
  method: 'post',
  path: '/api/v1/applications/{id}/sign-in/clear',
  tags: ['applications'],
  summary: 'Forgets the wrong tries at an application’s own login form: of one account, or of all accounts and sources.',
  ...needs('session:write'),
  request: { params: z.object({ id: slugSchema }), body: body(signInClearSchema) },
  responses: noContent('It may be tried again at once.'),
});

export function mountSignInTries(
  api: Api,
  { observed, applications }: Pick<PeoplePort, 'observed'> & Pick<ApiDomains, 'applications'>,
): void {
  api.openapi(clear, async (context) => {
    const { id } = context.req.valid('param');
    // Refuses what does not exist.
    await applications.get(id);
    await observed.clear(id, { ...context.req.valid('json'), actor: context.get('principal').actor });
    return context.body(null, 204);
  });
}
