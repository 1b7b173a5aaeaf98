import { doctorViewSchema, healthViewSchema, selfTestViewSchema, systemStatusSchema } from '@holdfast/contract';
import { createRoute } from '@hono/zod-openapi';
import type { SystemPort } from '../parts.ts';
import { answers, needs, type Api } from '../route.ts';

const tags = ['system'];

const status = createRoute({
  method: 'get',
  path: '/api/v1/system/status',
  tags,
  summary: 'What runs where.',
  ...needs('system:read'),
  responses: answers(systemStatusSchema, 'The status.'),
});
const health = createRoute({
  method: 'get',
  path: '/api/v1/system/health',
  tags,
  summary: 'Live, started, ready, and why not.',
  ...needs('system:read'),
  responses: answers(healthViewSchema, 'The health.'),
});
const doctor = createRoute({
  method: 'get',
  path: '/api/v1/system/doctor',
  tags,
  summary: 'Checks what commonly goes wrong and says what to do about it.',
  ...needs('system:read'),
  responses: answers(doctorViewSchema, 'All checks.'),
});
const selfTest = createRoute({
  method: 'post',
  path: '/api/v1/system/self-test',
  tags,
  summary: 'Sends harmless probes through the gateway and tells what each should and did do.',
  ...needs('system:write'),
  responses: answers(selfTestViewSchema, 'The probes.'),
});
const errorTest = createRoute({
  method: 'post',
  path: '/api/v1/system/error-test',
  tags,
  summary: 'Puts an application that fails behind the gateway for a moment and looks for its words in what visitors get.',
  ...needs('system:write'),
  responses: answers(selfTestViewSchema, 'The probes.'),
});

export function mountSystem(api: Api, system: SystemPort): void {
  api.openapi(status, async (context) => context.json(await system.status(), 200));
  api.openapi(health, (context) => context.json(system.health(), 200));
  api.openapi(doctor, async (context) => context.json({ checks: [...(await system.doctor())] }, 200));
  api.openapi(selfTest, async (context) => context.json(await system.selfTest(), 200));
  api.openapi(errorTest, async (context) => context.json(await system.errorTest(), 200));
}
