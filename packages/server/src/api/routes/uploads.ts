import {
  blockImportedSchema,
  blockImportSchema,
  blockInputSchema,
  blockListQuerySchema,
  blockViewSchema,
  fileHashSchema,
  pageSchema,
  ulidSchema,
  uploadDetailSchema,
  uploadListQuerySchema,
  uploadReasonSchema,
  uploadStatusSchema,
  uploadViewSchema,
} from '@holdfast/contract';
import { createRoute, z } from '@hono/zod-openapi';
import type { UploadsPort } from '../parts.ts';
import { answers, body, needs, noContent, octets, type Api } from '../route.ts';

const tags = ['uploads'];
const params = z.object({ upload: ulidSchema });
const all = '/api/v1/uploads';
const one = `${all}/{upload}`;

const list = createRoute({
  method: 'get',
  path: all,
  tags,
  summary: 'Lists files that were not passed on, newest first; also deleted ones, without their names.',
  ...needs('upload:read'),
  request: { query: uploadListQuerySchema },
  responses: answers(pageSchema(uploadViewSchema), 'One page.'),
});
const status = createRoute({
  method: 'get',
  path: `${all}/status`,
  tags,
  summary: 'Shows how much is kept, the scanners, where rescanning stands, and what became of files lately.',
  ...needs('upload:read'),
  responses: answers(uploadStatusSchema, 'As it is now.'),
});
const show = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Shows one kept file and where it came from. Without its bytes.',
  ...needs('upload:read'),
  request: { params },
  responses: answers(uploadDetailSchema, 'The file.'),
});
const release = createRoute({
  method: 'post',
  path: `${one}/release`,
  tags,
  summary: 'Lets these bytes pass from now on, in their application and until rules change. Scanned once more before.',
  ...needs('upload:release'),
  request: { params, body: body(uploadReasonSchema) },
  responses: answers(uploadDetailSchema, 'The file as it is now.'),
});
const remove = createRoute({
  method: 'post',
  path: `${one}/delete`,
  tags,
  summary: 'Forgets the key and removes the bytes, for good.',
  ...needs('upload:write'),
  request: { params, body: body(uploadReasonSchema) },
  responses: noContent('The bytes are gone.'),
});
const download = createRoute({
  method: 'post',
  path: `${one}/download`,
  tags,
  summary: 'Gives a copy for analysis: a ZIP archive with the password `infected`. Recorded before it is given.',
  ...needs('upload:release'),
  request: { params },
  responses: octets('The archive.'),
});
const rescan = createRoute({
  method: 'post',
  path: `${all}/rescan`,
  tags,
  summary: 'Scans all kept files again, or the one named. Goes on after the answer.',
  ...needs('upload:write'),
  request: { body: body(z.strictObject({ upload: ulidSchema.optional() })) },
  responses: answers(uploadStatusSchema, 'As it is now.'),
});
const listBlocks = createRoute({
  method: 'get',
  path: `${all}/blocks`,
  tags,
  summary: 'Lists hashes that are known to be bad; with `q` those with that part in hash or reason.',
  ...needs('upload:read'),
  request: { query: blockListQuerySchema },
  responses: answers(pageSchema(blockViewSchema), 'One page.'),
});
const block = createRoute({
  method: 'post',
  path: `${all}/blocks`,
  tags,
  summary: 'Puts a hash on the list of bad files. Whoever passed such a file on before is told by an event.',
  ...needs('upload:write'),
  request: { body: body(blockInputSchema) },
  responses: noContent('It is on the list.'),
});
const importBlocks = createRoute({
  method: 'post',
  path: `${all}/blocks/import`,
  tags,
  summary: 'Puts many hashes on the list at once.',
  ...needs('upload:write'),
  request: { body: body(blockImportSchema) },
  responses: answers(blockImportedSchema, 'How many were new.'),
});
const unblock = createRoute({
  method: 'post',
  path: `${all}/blocks/{hash}/remove`,
  tags,
  summary: 'Takes a hash off the list. Bytes that were bad by the list alone are looked at anew.',
  // It lets something in that was kept out.
  ...needs('upload:release'),
  request: { params: z.object({ hash: fileHashSchema }), body: body(uploadReasonSchema) },
  responses: noContent('It is off the list.'),
});

/** Nothing may open, run or sniff it, wherever somebody lands with it. */
const INERT = {
  'content-type': 'application/octet-stream',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function mountUploads(api: Api, { uploads }: { readonly uploads: UploadsPort }): void {
  api.openapi(list, async (context) => {
    const { items, next } = await uploads.list(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  // Words before ids: the first that fits answers.
  api.openapi(status, async (context) => context.json(await uploads.status(), 200));
  api.openapi(listBlocks, async (context) => {
    const { items, next } = await uploads.blocks(context.req.valid('query'));
    return context.json({ items: [...items], next }, 200);
  });
  api.openapi(show, async (context) => context.json(await uploads.show(context.req.valid('param').upload), 200));
  api.openapi(release, async (context) => {
    const { upload: id } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    return context.json(await uploads.release({ id, reason, actor: context.get('principal').actor }), 200);
  });
  api.openapi(remove, async (context) => {
    const { upload: id } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    await uploads.remove({ id, reason, actor: context.get('principal').actor });
    return context.body(null, 204);
  });
  api.openapi(download, async (context) => {
    const { name, bytes, content } = await uploads.copy(context.req.valid('param').upload, context.get('principal').actor);
    const headers = { ...INERT, 'content-length': String(bytes), 'content-disposition': `attachment; filename="${name}"` };
    return new Response(ReadableStream.from(content), { headers });
  });
  api.openapi(rescan, async (context) => context.json(await uploads.rescan(context.req.valid('json').upload ?? null), 200));
  api.openapi(block, async (context) => {
    await uploads.block(context.req.valid('json'), context.get('principal').actor);
    return context.body(null, 204);
  });
  api.openapi(importBlocks, async (context) =>
    context.json(await uploads.importBlocks(context.req.valid('json'), context.get('principal').actor), 200),
  );
  api.openapi(unblock, async (context) => {
    const { hash } = context.req.valid('param');
    await uploads.unblock({ hash, reason: context.req.valid('json').reason }, context.get('principal').actor);
    return context.body(null, 204);
  });
}
