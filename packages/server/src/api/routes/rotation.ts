import {
  pageQuerySchema,
  pageSchema,
  rotationListQuerySchema,
  rotationPlanInputSchema,
  rotationPlanListQuerySchema,
  rotationPlanSchema,
  rotationSchema,
  rotationStartSchema,
  secretRefSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { Refusal } from '../../platform/refusal.ts';
import type { SecretsPort } from '../parts.ts';
import { answers, body, created, needs, noContent, type Api } from '../route.ts';
import { callerOf } from './secret-caller.ts';

const tags = ['rotation'];
const runs = '/api/v1/rotations';
const plans = '/api/v1/rotation-plans';
const below = { isDecidedBelow: true };
const planParams = z.object(secretRefSchema.shape);
const plansSchema = z.strictObject({ items: z.array(rotationPlanSchema) });

const list = createRoute({
  method: 'get',
  path: runs,
  tags,
  summary: 'Lists rotations, newest first.',
  ...needs('secret:read', below),
  request: { query: pageQuerySchema.extend(rotationListQuerySchema.shape) },
  responses: answers(pageSchema(rotationSchema), 'One page.'),
});
const show = createRoute({
  method: 'get',
  path: `${runs}/{id}`,
  tags,
  summary: 'Shows where one rotation is.',
  ...needs('secret:read', below),
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: answers(rotationSchema, 'The rotation.'),
});
const start = createRoute({
  method: 'post',
  path: runs,
  tags,
  summary: 'Begins a rotation, or a drill of it; answers once the new credential is given, it was rolled back, or it takes long.',
  ...needs('secret:rotate', below),
  request: { body: body(rotationStartSchema) },
  responses: created(rotationSchema, 'The rotation as it is now.'),
});
const listPlans = createRoute({
  method: 'get',
  path: plans,
  tags,
  summary: 'Lists which secrets are rotated, how, and when next.',
  ...needs('secret:read', below),
  request: { query: rotationPlanListQuerySchema },
  responses: answers(plansSchema, 'All of them that the caller may know of.'),
});
const setPlan = createRoute({
  method: 'put',
  path: plans,
  tags,
  summary: 'Says how, and how often, a secret is rotated.',
  ...needs('secret:rotate', below),
  request: { body: body(rotationPlanInputSchema) },
  responses: answers(rotationPlanSchema, 'As it is now.'),
});
const removePlan = createRoute({
  method: 'delete',
  path: `${plans}/{application}/{environment}/{name}`,
  tags,
  summary: 'From now on a secret is changed by hand only. A rotation that runs goes on.',
  ...needs('secret:rotate', below),
  request: { params: planParams },
  responses: noContent('It is gone.'),
});

export function mountRotations(api: Api, { rotations }: Pick<SecretsPort, 'rotations'>): void {
  api.openapi(list, async (context) => {
    const { items, next } = await rotations.list(context.req.valid('query'), callerOf(context));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(show, async (context) => {
    const rotation = await rotations.find(context.req.valid('param').id, callerOf(context));
    if (rotation === null) throw new Refusal('not-found');
    return context.json(rotation, 200);
  });
  api.openapi(start, async (context) => {
    const { now, drill, ...ref } = context.req.valid('json');
    return context.json(await rotations.start(ref, { now, drill }, callerOf(context)), 201);
  });
  api.openapi(listPlans, async (context) => {
    const items = await rotations.plans(context.req.valid('query'), callerOf(context));
    return context.json({ items: [...items] }, 200);
  });
  api.openapi(setPlan, async (context) =>
    context.json(await rotations.setPlan(context.req.valid('json'), callerOf(context)), 200),
  );
  api.openapi(removePlan, async (context) => {
    await rotations.removePlan(context.req.valid('param'), callerOf(context));
    return context.body(null, 204);
  });
}
