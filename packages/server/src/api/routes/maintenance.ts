import { controlEvents, sealEvents } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { Refusal } from '../../platform/refusal.ts';
import type { MaintenancePort } from '../maintenance.ts';
import { answers, body, needs, noContent, type Api, type ApiEnv } from '../route.ts';

const tags = ['maintenance'];

const tables = createRoute({
  method: 'get',
  path: '/api/v1/system/tables',
  tags,
  summary: 'The tables as JSON lines, for a backup. Only for the operator of the host.',
  ...needs('backup:write'),
  responses: { 200: { description: 'JSON lines.', content: { 'text/plain': { schema: z.string() } } } },
});
const noteBackup = createRoute({
  method: 'post',
  path: '/api/v1/system/backups',
  tags,
  summary: 'Records that a backup was written.',
  ...needs('backup:write'),
  request: { body: body(controlEvents.backupCreated.payload) },
  responses: noContent('It is recorded.'),
});
const noteRestore = createRoute({
  method: 'post',
  path: '/api/v1/system/restores',
  tags,
  summary: 'Records that this data directory came out of a backup.',
  ...needs('backup:write'),
  request: { body: body(controlEvents.backupRestored.payload) },
  responses: noContent('It is recorded.'),
});
const noteSeal = createRoute({
  method: 'post',
  path: '/api/v1/system/seals',
  tags,
  summary: 'Records that the root key is about to be kept in another way. Only for the operator of the host.',
  ...needs('key:write'),
  request: { body: body(sealEvents.changed.payload) },
  responses: noContent('It is recorded.'),
});
const rotate = createRoute({
  method: 'post',
  path: '/api/v1/audit/key/rotate',
  tags,
  summary: 'Signs the ledger with a new key from now on.',
  ...needs('audit:write'),
  responses: answers(z.strictObject({ verifierKey: z.string() }), 'The new key.'),
});

/** A token could be stolen; the whole state leaves only through the socket that the file system guards. */
export const hostOnly = createMiddleware<ApiEnv>(async (context, next) => {
  if (context.get('principal').permissions !== 'all') throw new Refusal('permission-missing');
  await next();
});

export function mountMaintenance(api: Api, port: MaintenancePort): void {
  api.use(tables.path, hostOnly);
  api.use(noteSeal.path, hostOnly);
  api.openapi(tables, async (context) => context.text(await port.tables(), 200));
  api.openapi(noteBackup, async (context) => {
    await port.noteBackup(context.req.valid('json'), context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(noteRestore, async (context) => {
    await port.noteRestore(context.req.valid('json'), context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(noteSeal, async (context) => {
    await port.noteSeal(context.req.valid('json'), context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(rotate, async (context) => context.json(await port.rotateLedgerKey(), 200));
}
