import { controlEvents, sealEvents } from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { Refusal } from '../../platform/refusal.ts';
import type { MaintenancePort } from '../maintenance.ts';
import { answers, body, needs, noContent, type Api, type ApiEnv } from '../route.ts';

const tags = ['maintenance'];

const takenSchema = z.strictObject({
  dump: z.strictObject({
    file: z.string(),
    bytes: z.number().int().nonnegative(),
    rows: z.array(z.strictObject({ table: z.string(), rows: z.number().int().nonnegative() })),
  }),
  node: z.string(),
  checkpoint: z.string().nullable(),
  ledgerSize: z.number().int().nonnegative(),
});
const dump = createRoute({
  method: 'post',
  path: '/api/v1/system/dumps',
  tags,
  summary:
    'Writes the tables of one moment into a file below the data directory, for a backup; whoever asks removes it. Only for the operator of the host.',
  ...needs('backup:write'),
  responses: answers(takenSchema, 'Where it lies, and a signed head of the ledger that is no older.'),
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

const readOnly = createRoute({
  method: 'post',
  path: '/api/v1/system/read-only',
  tags,
  summary: 'Lets all applications take safe methods alone until somebody releases them. Only for the operator of the host.',
  ...needs('backup:write'),
  responses: answers(z.strictObject({ applications: z.array(z.string()) }), 'Those it holds for.'),
});

/** A token could be stolen; the whole state leaves only through the socket that the file system guards. */
export const hostOnly = createMiddleware<ApiEnv>(async (context, next) => {
  if (context.get('principal').permissions !== 'all') throw new Refusal('permission-missing');
  await next();
});

export function mountMaintenance(api: Api, port: MaintenancePort): void {
  api.use(dump.path, hostOnly);
  api.use(noteSeal.path, hostOnly);
  api.use(readOnly.path, hostOnly);
  api.openapi(readOnly, async (context) =>
    context.json({ applications: [...(await port.readOnly(context.get('principal').actor))] }, 200),
  );
  api.openapi(dump, async (context) => {
    const taken = await port.take();
    return context.json({ ...taken, dump: { ...taken.dump, rows: [...taken.dump.rows] } }, 200);
  });
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
