import { rollbackInputSchema, snapshotCurrentSchema, snapshotStateSchema } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDomains } from '../parts.ts';
import { answers, body, needs, type Api } from '../route.ts';

const tags = ['snapshots'];
const historySchema = z.strictObject({ items: z.array(snapshotStateSchema).max(20) });

const current = createRoute({
  method: 'get',
  path: '/api/v1/snapshots/current',
  tags,
  summary: 'The policy state in force.',
  ...needs('system:read'),
  responses: answers(snapshotCurrentSchema, 'The state, without any key.'),
});
const history = createRoute({
  method: 'get',
  path: '/api/v1/snapshots',
  tags,
  summary: 'The last policy states, newest first: who made each and what led to it.',
  ...needs('system:read'),
  responses: answers(historySchema, 'At most 20.'),
});
const rollback = createRoute({
  method: 'post',
  path: '/api/v1/snapshots/rollback',
  tags,
  summary: 'Puts an earlier policy state into force again.',
  ...needs('system:write'),
  request: { body: body(rollbackInputSchema) },
  responses: answers(snapshotCurrentSchema, 'The state in force now.'),
});

export function mountSnapshots(api: Api, { protection }: ApiDomains): void {
  api.openapi(current, async (context) => context.json(await protection.snapshots.show(), 200));
  api.openapi(history, async (context) => context.json({ items: await protection.snapshots.history() }, 200));
  api.openapi(rollback, async (context) =>
    context.json(await protection.rollBack(context.req.valid('json'), context.get('principal').actor), 200),
  );
}
