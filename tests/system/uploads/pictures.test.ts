import type { ApplicationInput } from '@holdfast/contract';
import { spawnSync } from 'node:child_process';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxes, gif, jpeg, png, pngChunk, webp, zip } from '../../support/file-samples.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { UploadStand } from '../../support/upload-stand.ts';

const SECRET = 'Photographer-0815';
const TYPES = ['png', 'jpeg', 'gif', 'webp', 'heic', 'txt'];
const enforcing = (images: 'keep' | 'strip' | 'reencode'): Partial<ApplicationInput> => ({
  mode: 'enforce',
  uploads: { types: TYPES, images },
});

/** Octets that no two pictures have in common, so that it is large. */
const noise = (width: number, height: number): ReturnType<typeof sharp> =>
  sharp(Buffer.from(Array.from({ length: width * height * 3 }, (_, index) => (index * 2_654_435_761) >>> 24)), {
    raw: { width, height, channels: 3 },
  });
const withPlace = (picture: ReturnType<typeof sharp>): ReturnType<typeof sharp> =>
  picture.withExif({ IFD0: { Artist: SECRET } }).withMetadata({ orientation: 6 });

const upload = (bytes: Uint8Array, fileName: string, head = ''): Buffer =>
  form([
    { name: 'title', value: 'A holiday' },
    { name: 'file', fileName, type: `image/${fileName.split('.').at(-1)}${head}`, bytes },
    { name: 'note', value: 'behind it' },
  ]);

/** The file in a form that reached the application, by its own reading of the framing. */
function fileIn(stand: UploadStand): Buffer {
  const { body = Buffer.alloc(0) } = stand.received.at(-1) ?? {};
  const at = body.indexOf('filename=');
  const from = body.indexOf('\r\n\r\n', at) + 4;
  return body.subarray(from, body.indexOf('\r\n--holdfast-test-boundary', from));
}

interface Answer {
  readonly code: string;
  readonly files?: readonly { readonly reason: string }[];
}
const answerOf = (body: string): Answer => JSON.parse(body) as Answer;

describe('pictures without metadata', () => {
  let stand: UploadStand;
  beforeAll(async () => {
    stand = await startUploadStand({ application: enforcing('strip') });
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  it.each([
    { name: 'a small one', size: 32 },
    { name: 'one that lies on disk', size: 300 },
    { name: 'one that streams', size: 1100 },
  ])('reach the application with the same pixels, turned as before: $name', async ({ size }) => {
    const picture = await withPlace(noise(size, size)).jpeg({ quality: 100 }).toBuffer();
    const body = upload(picture, 'a.jpeg', '\r\nContent-Length: 7');
    expect((await stand.send(body, { type: FORM, headers: { 'content-md5': 'x' } })).status).toBe(200);
    const got = fileIn(stand);
    expect(got.includes(SECRET)).toBe(false);
    expect(await sharp(got).metadata()).toMatchObject({ orientation: 6, width: size, height: size });
    const [before, after] = await Promise.all([picture, got].map((each) => sharp(each).raw().toBuffer()));
    expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true);
    const { body: received = Buffer.alloc(0), headers } = stand.received.at(-1) ?? {};
    expect(headers).toMatchObject({ 'content-length': String(received.length) });
    expect(headers?.['content-md5']).toBeUndefined();
    expect(received.includes('Content-Length: 7')).toBe(false);
    // All around the file is as it came.
    const around = (all: Buffer, file: Buffer): Buffer => all.subarray(all.indexOf(file) + file.length);
    expect(around(received, got).equals(around(body, picture))).toBe(true);
  });

  it('are told with what was delivered', async () => {
    const picture = png([pngChunk('tEXt', Buffer.from(`Author\0${SECRET}`))]);
    await stand.send(picture, { type: 'image/png' });
    const { hash, body } = stand.received.at(-1) ?? { hash: '', body: Buffer.alloc(0) };
    expect(hash).toBe(sha256(png()));
    await expect
      .poll(() => stand.events('upload.passed').find(({ payload }) => payload['hash'] === sha256(picture))?.payload)
      .toMatchObject({ delivered: { how: 'stripped', bytes: body.length, hash } });
  });

  it.each([
    ['png', png()],
    ['jpeg', jpeg()],
    ['gif', gif()],
    ['webp', webp()],
  ] as const)('that had none arrive octet by octet: %s', async (type, bytes) => {
    const body = upload(bytes, `a.${type}`);
    expect((await stand.send(body, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(body));
  });

  it('within a document cannot be changed there, and one that needs no change passes', async () => {
    const document = (bytes: Uint8Array): Buffer =>
      Buffer.from(JSON.stringify({ picture: Buffer.from(bytes).toString('base64') }));
    const refused = await stand.send(document(jpeg([SECRET])), { type: 'application/json' });
    expect({ status: refused.status, ...answerOf(refused.body).files?.[0] }).toMatchObject({ status: 422, reason: 'unchanged' });
    expect((await stand.send(document(jpeg()), { type: 'application/json' })).status).toBe(200);
  });

  it('do not become the end of their part', async () => {
    // A chunk that goes stands between the two halves of a delimiter.
    const parts = webp([
      ['ICCP', 'colour\r\n--'],
      ['EXIF', SECRET],
      ['ALPH', '\r\nname'],
    ]);
    const type = 'multipart/form-data; boundary=ALPH';
    const head = '--ALPH\r\nContent-Disposition: form-data; name="f"; filename="a.webp"\r\nContent-Type: image/webp\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), parts, Buffer.from('\r\n--ALPH--\r\n')]);
    const before = stand.received.length;
    const sent = await stand.send(body, { type });
    expect({ status: sent.status, reason: answerOf(sent.body).files?.[0]?.reason }).toEqual({ status: 422, reason: 'unchanged' });
    expect(stand.received.length).toBe(before);
  });
});

describe('pictures that are written anew', () => {
  let stand: UploadStand;
  beforeAll(async () => {
    stand = await startUploadStand({ application: enforcing('reencode') });
    if (spawnSync('unshare', ['--user', '--map-current-user', '--net', '--', 'true']).status !== 0)
      process.emitWarning('no network namespaces here: pictures are decoded in a process that has the network');
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });
  const arrives = async (bytes: Uint8Array, fileName: string): Promise<Buffer> => {
    const sent = await stand.send(upload(bytes, fileName), { type: FORM });
    expect(sent, sent.body).toMatchObject({ status: 200 });
    const { body, headers } = stand.received.at(-1) ?? {};
    expect(headers?.['content-length']).toBe(String(body?.length));
    return fileIn(stand);
  };

  it('are upright and the same to the eye, small ones and large ones', async () => {
    for (const size of [40, 1000]) {
      const plain = sharp({ create: { width: size, height: size / 2, channels: 3, background: { r: 200, g: 90, b: 30 } } });
      const got = await arrives(await withPlace(plain).jpeg().toBuffer(), 'a.jpeg');
      expect(got.includes(SECRET)).toBe(false);
      const metadata = await sharp(got).metadata();
      expect(metadata).toMatchObject({ format: 'jpeg', width: size / 2, height: size });
      expect(metadata.orientation).toBeUndefined();
      const [red, green, blue] = await sharp(got).raw().toBuffer();
      expect([red, green, blue].map((value, index) => Math.abs((value ?? 0) - ([200, 90, 30][index] ?? 0)) < 6)).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  it('may be larger than what is held in memory, as a raw body too', async () => {
    const picture = await noise(900, 700).png().toBuffer();
    expect((await stand.send(picture, { type: 'image/png' })).status).toBe(200);
    const { body = Buffer.alloc(0), headers } = stand.received.at(-1) ?? {};
    expect(headers?.['content-length']).toBe(String(body.length));
    const [before, after] = await Promise.all([picture, body].map((each) => sharp(each).raw().toBuffer()));
    expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true);
  });

  it('keep sixteen bits, motion and transparency; printed colours become those of the Web', async () => {
    const deep = await noise(20, 20).toColourspace('rgb16').png().toBuffer();
    expect(await sharp(await arrives(deep, 'a.png')).metadata()).toMatchObject({ depth: 'ushort', width: 20 });
    const frames = Buffer.concat([10, 200].map((grey) => Buffer.alloc(8 * 8 * 3, grey)));
    const raw = { width: 8, height: 16, channels: 3 as const, pageHeight: 8 };
    const moving = await sharp(frames, { raw })
      .gif({ delay: [100, 200], loop: 2 })
      .toBuffer();
    expect(await sharp(await arrives(moving, 'a.gif')).metadata()).toMatchObject({ pages: 2, delay: [100, 200], loop: 2 });
    const printed = await noise(20, 20).toColourspace('cmyk').jpeg().toBuffer();
    expect(await sharp(await arrives(printed, 'a.jpeg')).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
    const clear = sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } } });
    expect(await sharp(await arrives(await clear.webp().toBuffer(), 'a.webp')).metadata()).toMatchObject({ hasAlpha: true });
    const wide = await noise(20, 20).withIccProfile('p3').png().toBuffer();
    expect((await sharp(await arrives(wide, 'a.png')).metadata()).hasProfile).toBe(false);
  });

  it.each([
    {
      name: 'far too many pixels in few octets',
      make: () =>
        sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
      fileName: 'a.png',
    },
    { name: 'a structure that holds and pixels that do not', make: async () => withoutPixels(), fileName: 'a.png' },
    { name: 'a picture of a type that cannot be written', make: async () => heic(), fileName: 'a.heic' },
  ])('are refused when they cannot be: $name', async ({ make, fileName }) => {
    const before = stand.received.length;
    const sent = await stand.send(upload(await make(), fileName), { type: FORM });
    expect({ status: sent.status, reason: answerOf(sent.body).files?.[0]?.reason }).toEqual({ status: 422, reason: 'unchanged' });
    expect(stand.received.length).toBe(before);
  });

  it('carry nothing behind their end, and other files are left alone', async () => {
    const tail = Buffer.concat([await noise(30, 30).png().toBuffer(), Buffer.alloc(64)]);
    expect((await arrives(tail, 'a.png')).subarray(-8).toString('latin1')).toContain('IEND');
    const words = form([{ name: 'f', fileName: 'a.txt', type: 'text/plain', bytes: Buffer.from('words') }]);
    expect((await stand.send(words, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(words));
    const both = Buffer.concat([png(), zip([{ name: 'a.txt', content: 'a' }])]);
    expect((await stand.send(upload(both, 'a.png'), { type: FORM })).status).toBe(422);
  });

  it('leave no process behind', () => {
    const { stdout } = spawnSync('pgrep', ['-f', 'reencode-picture', '--parent', String(process.pid)], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

const heic = (): Buffer => boxes('heic', ['meta', 'mdat']);
const HEADER_BYTES = 33;
const withoutPixels = (): Buffer =>
  Buffer.concat([
    png().subarray(0, HEADER_BYTES),
    pngChunk('IDAT', Buffer.from('these are no pixels')),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);

describe('where nobody can write pictures anew', () => {
  it('they are held and their sender told to come again; other files pass', async () => {
    await using stand = await startUploadStand({ application: enforcing('reencode'), scanners: { sharp: '/nowhere/sharp' } });
    const sent = await stand.send(upload(png(), 'a.png'), { type: FORM });
    expect({ status: sent.status, code: answerOf(sent.body).code }).toEqual({ status: 503, code: 'upload-held' });
    expect(sent.headers['retry-after']).toBeDefined();
    expect(stand.received).toEqual([]);
    await expect
      .poll(() => stand.events('upload.held').at(-1)?.payload['findings'])
      .toMatchObject([{ code: 'unchanged', detail: 'sharp is not installed' }]);
    expect((await stand.send(Buffer.from('words'), { type: 'text/plain' })).status).toBe(200);
  });

  it('monitor mode changes nothing', async () => {
    await using stand = await startUploadStand({ application: { ...enforcing('strip'), mode: 'monitor' } });
    const body = upload(jpeg([SECRET]), 'a.jpeg');
    expect((await stand.send(body, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(body));
  });
});
