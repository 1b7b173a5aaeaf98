import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, png } from '../../support/file-samples.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { UploadStand } from '../../support/upload-stand.ts';

const ROUTES = [
  { path: '/people/{id}/photo', types: ['png', 'jpeg'], filesMax: 1, fileBytesMax: 4000 },
  { path: '/people/me/photo', types: ['png'], filesMax: 2 },
  { path: '/comments', files: 'refuse' as const },
  { path: '/import/*', types: ['txt'] },
  { path: '/watched', types: ['txt'], action: 'record' as const },
];

const photos = (...bytes: readonly Uint8Array[]): Buffer =>
  form(bytes.map((each, index) => ({ name: `f${index}`, fileName: `photo${index}.png`, type: 'image/png', bytes: each })));
const text = form([{ name: 'note', value: 'only words' }]);
/** Too large to be buffered. */
const large = form([{ name: 'f', fileName: 'a.txt', type: 'text/plain', bytes: Buffer.alloc(2_000_000, 'honest words\n') }]);

interface Told {
  readonly status: number;
  readonly reason: string | undefined;
}

async function send(stand: UploadStand, path: string, body: Buffer, type = FORM): Promise<Told> {
  const { status, body: answer } = await stand.send(body, { type, path });
  if (status === 200) return { status, reason: undefined };
  const { files, code } = JSON.parse(answer) as { code: string; files?: { reason: string }[] };
  return { status, reason: files?.[0]?.reason ?? code };
}

describe('routes with settings of their own', () => {
  let stand: UploadStand;
  beforeAll(async () => {
    const uploads = { types: ['pdf'], routes: ROUTES };
    stand = await startUploadStand({ application: { mode: 'enforce', uploads } });
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  it.each([
    { name: 'a picture where pictures are taken', path: '/people/7/photo', body: photos(png()), told: { status: 200 } },
    {
      name: 'another type there',
      path: '/people/7/photo',
      body: photos(Buffer.from('words')),
      told: { reason: 'type-mismatch' },
    },
    { name: 'two where one is taken', path: '/people/7/photo', body: photos(png(), png()), told: { reason: 'too-many' } },
    { name: 'two where two are', path: '/people/me/photo', body: photos(png(), png()), told: { status: 200 } },
    { name: 'a picture elsewhere', path: '/other', body: photos(png()), told: { reason: 'type-refused' } },
    { name: 'any file where none is taken', path: '/comments', body: photos(png()), told: { reason: 'not-taken' } },
    { name: 'the same in another spelling', path: '/Comments/', body: photos(png()), told: { reason: 'not-taken' } },
    { name: 'a large one there', path: '/comments', body: large, told: { reason: 'upload-refused' } },
    { name: 'a form without files there', path: '/comments', body: text, told: { status: 200 } },
    { name: 'a large text below an import', path: '/import/a/b', body: large, told: { status: 200 } },
    { name: 'a picture where it is only recorded', path: '/watched', body: photos(png()), told: { status: 200 } },
  ])('$name', async ({ path, body, told }) => {
    const before = stand.received.length;
    expect(await send(stand, path, body)).toMatchObject({ status: 422, ...told });
    const passed = told.status === 200;
    expect(stand.received.length).toBe(before + (passed ? 1 : 0));
    if (passed) expect(stand.received.at(-1)?.hash).toBe(sha256(body));
  });

  it('files within documents are files too: not where none is taken, and where they are', async () => {
    const document = Buffer.from(JSON.stringify({ picture: jpeg().toString('base64') }));
    expect(await send(stand, '/comments', document, 'application/json')).toMatchObject({ status: 422, reason: 'not-taken' });
    expect(await send(stand, '/people/7/photo', document, 'application/json')).toMatchObject({ status: 200 });
    const token = Buffer.from(JSON.stringify({ token: 'q'.repeat(128) }));
    expect(await send(stand, '/comments', token, 'application/json')).toMatchObject({ status: 200 });
  });
});

it('where only named routes take files, the others take none', async () => {
  const uploads = { routes: [{ path: '/in' }], elsewhere: 'refuse' as const };
  await using stand = await startUploadStand({ application: { mode: 'enforce', uploads } });
  expect(await send(stand, '/elsewhere', photos(png()))).toMatchObject({ status: 422, reason: 'not-taken' });
  expect(await send(stand, '/elsewhere', png(), 'image/png')).toMatchObject({ status: 422, reason: 'not-taken' });
  expect(await send(stand, '/in', photos(png()))).toMatchObject({ status: 200 });
});

it('in monitor mode files on such a route are recorded and pass; a route may count all the same', async () => {
  const routes = [{ path: '/hard', files: 'refuse' as const, action: 'block' as const }];
  await using stand = await startUploadStand({ application: { mode: 'monitor', uploads: { elsewhere: 'refuse', routes } } });
  expect(await send(stand, '/soft', photos(png()))).toMatchObject({ status: 200 });
  await expect.poll(() => stand.events('upload.passed').at(-1)?.reason).toBe('upload-not-taken');
  expect(await send(stand, '/hard', photos(png()))).toMatchObject({ status: 422, reason: 'not-taken' });
});
