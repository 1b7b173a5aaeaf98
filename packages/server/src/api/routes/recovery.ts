import {
  backupQuerySchema,
  backupScheduleSchema,
  backupViewSchema,
  drillInputSchema,
  drillQuerySchema,
  drillViewSchema,
  exerciseInputSchema,
  incidentDetailSchema,
  pageSchema,
  recoveryStatusSchema,
  ulidSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { Exercises, Recovery } from '../../domains/incidents/index.ts';
import { Refusal } from '../../platform/refusal.ts';
import { answers, body, created, needs, type Api } from '../route.ts';

const tags = ['recovery'];
const at = '/api/v1/recovery';
const backups = '/api/v1/backups';
const drills = '/api/v1/drills';

const status = createRoute({
  method: 'get',
  path: at,
  tags,
  summary: 'Shows when backups are made and were verified, the last restore on trial, and what is wrong.',
  ...needs('recovery:read'),
  responses: answers(recoveryStatusSchema, 'As it is now.'),
});
const schedule = createRoute({
  method: 'put',
  path: `${at}/schedule`,
  tags,
  summary: 'Sets when backups are made, where, who can open them, how many are kept, and how often one is restored on trial.',
  ...needs('recovery:write'),
  request: { body: body(backupScheduleSchema) },
  responses: answers(backupScheduleSchema, 'In force.'),
});
const listBackups = createRoute({
  method: 'get',
  path: backups,
  tags,
  summary: 'Lists the backups of this node, newest first.',
  ...needs('recovery:read'),
  request: { query: backupQuerySchema },
  responses: answers(pageSchema(backupViewSchema), 'One page.'),
});
const backUp = createRoute({
  method: 'post',
  path: backups,
  tags,
  summary: 'Makes a backup now, as the schedule says where and for whom; answers when it is written.',
  ...needs('recovery:write'),
  responses: created(backupViewSchema, 'It is written.'),
});
const params = z.object({ backup: ulidSchema });
const showBackup = createRoute({
  method: 'get',
  path: `${backups}/{backup}`,
  tags,
  summary: 'Shows one backup.',
  ...needs('recovery:read'),
  request: { params },
  responses: answers(backupViewSchema, 'The backup.'),
});
const verify = createRoute({
  method: 'post',
  path: `${backups}/{backup}/verify`,
  tags,
  summary: 'Opens a backup, compares each file, verifies its ledger, and proves that the ledger in force goes on from there.',
  ...needs('recovery:write'),
  request: { params },
  responses: answers(backupViewSchema, 'The backup with the verdict.'),
});
const listDrills = createRoute({
  method: 'get',
  path: drills,
  tags,
  summary: 'Lists restores on trial of this node, newest first.',
  ...needs('recovery:read'),
  request: { query: drillQuerySchema },
  responses: answers(pageSchema(drillViewSchema), 'One page.'),
});
const startDrill = createRoute({
  method: 'post',
  path: drills,
  tags,
  summary: 'Restores a backup on trial, beside what is in force; answers when it began.',
  ...needs('recovery:write'),
  request: { body: body(drillInputSchema) },
  responses: created(drillViewSchema, 'It runs.'),
});
const showDrill = createRoute({
  method: 'get',
  path: `${drills}/{drill}`,
  tags,
  summary: 'Shows one restore on trial: its steps, how long it took, and what would have been lost.',
  ...needs('recovery:read'),
  request: { params: z.object({ drill: ulidSchema }) },
  responses: answers(drillViewSchema, 'As it is now.'),
});

const beginExercise = createRoute({
  method: 'post',
  path: `${drills}/incidents`,
  tags,
  summary:
    'Opens an incident that is a drill: its playbook shows each step, notices are drafted, nothing is done, and it is closed with a report. Answers when it began.',
  ...needs('incident:write'),
  request: { body: body(exerciseInputSchema) },
  responses: created(incidentDetailSchema, 'It goes on by itself.'),
});

/** An incident that is gone through on paper. */
export function mountExercises(api: Api, exercises: Exercises): void {
  api.openapi(beginExercise, async (context) =>
    context.json(await exercises.begin(context.req.valid('json'), context.get('principal').actor), 201),
  );
}

export function mountRecovery(api: Api, recovery: Recovery): void {
  api.openapi(status, async (context) => context.json(await recovery.status(), 200));
  api.openapi(schedule, async (context) =>
    context.json(await recovery.setSchedule(context.req.valid('json'), context.get('principal').actor), 200),
  );
  api.openapi(listBackups, async (context) => {
    const { items, next } = await recovery.backups(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(backUp, async (context) => context.json(await recovery.backUp(context.get('principal').actor), 201));
  api.openapi(showBackup, async (context) => context.json(await recovery.backup(context.req.valid('param').backup), 200));
  api.openapi(verify, async (context) =>
    context.json(await recovery.verify(context.req.valid('param').backup, context.get('principal').actor), 200),
  );
  api.openapi(listDrills, async (context) => {
    const { items, next } = await recovery.drills(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(startDrill, async (context) => {
    const { actor, permissions } = context.get('principal');
    const input = context.req.valid('json');
    // A reference reads what lies on this host: only its operator names one.
    if (input.databaseUrl !== null && permissions !== 'all') throw new Refusal('permission-missing');
    return context.json(await recovery.startDrill(input, actor), 201);
  });
  api.openapi(showDrill, async (context) => context.json(await recovery.drill(context.req.valid('param').drill), 200));
}
