import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watchMemory } from '../../support/process-memory.ts';
import type { Answer } from '../../support/holdfast-process.ts';
import { startStand } from './stand.ts';
import type { Stand } from './stand.ts';

const MEGABYTE = 1_048_576;
const RISE_BYTES_MAX = 60 * MEGABYTE;
const ATTACK = "1' OR '1'='1";
const TWIN = "O'Neill's 1 or 2 teas = fine";
const BOUNDARY = 'b0undary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const field = (name: string, text: string): Buffer =>
  Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`);
const file = (bytes: Uint8Array, fileName = 'a photo.jpg'): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="${fileName}"\r\n`),
    Buffer.from('Content-Type: image/jpeg\r\n\r\n'),
    bytes,
    Buffer.from('\r\n'),
  ]);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, END]);

interface Sent {
  readonly isChunked?: boolean;
  readonly type?: string;
}
const upload = (body: Buffer, { isChunked = false, type = TYPE }: Sent = {}, to: Stand = stand): Promise<Answer> => {
  const framing: Record<string, string> = isChunked
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(body.length) };
  return to.server.fetch('/sink', { method: 'POST', headers: { 'content-type': type, accept: 'text/html', ...framing }, body });
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const PHOTO = randomBytes(5 * MEGABYTE);

describe('an upload that streams', () => {
  test.each([[false], [true]])('arrives byte for byte with its honest fields (chunked: %s)', async (isChunked) => {
    const body = form(field('title', TWIN), file(PHOTO), field('note', 'x'.repeat(60_000)), field('id', '1'));
    const answer = await upload(body, { isChunked });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ bytes: body.length, sha256: sha256(body) });
  });

  const ATTACKS: readonly (readonly [string, () => Buffer])[] = [
    ['in a field before the file', () => form(field('id', ATTACK), file(PHOTO))],
    ['in a field behind the file', () => form(file(PHOTO), field('id', ATTACK))],
    ['in the name of a field', () => form(file(PHOTO), field("id' OR '1'='1", 'x'))],
    ['in the name of a file', () => form(file(PHOTO), file(Buffer.from('x'), '../../../../etc/passwd'))],
    ['in a part whose file name is empty', () => form(file(PHOTO), file(Buffer.from(ATTACK), ''))],
  ];
  test.each(ATTACKS)('is blocked for an attack %s, with a number, and never arrives whole', async (_where, make) => {
    for (const isChunked of [false, true]) {
      const before = stand.application.bytesRead;
      const body = make();
      const answer = await upload(body, { isChunked });
      expect(answer.status).toBe(403);
      expect(answer.body).toContain(String(answer.headers['x-request-id']));
      expect(stand.application.bytesRead - before).toBeLessThan(body.length - END.length);
      const told = await stand.server.cli<unknown>('explain', String(answer.headers['x-request-id']));
      expect(JSON.stringify(told.data)).toContain('blocked');
    }
  });

  test.each([
    ['a delimiter behind a bare line feed', form(file(Buffer.concat([PHOTO, Buffer.from(`\n--${BOUNDARY}\nX`)])))],
    ['a body behind its end', Buffer.concat([form(file(PHOTO)), form(field('id', 'x'))])],
    ['no end', file(PHOTO)],
    ['a repeated part header', form(file(PHOTO), Buffer.from(`--${BOUNDARY}\r\nA: 1\r\nA: 2\r\n\r\nx\r\n`))],
  ])('is refused when it can be read in two ways: %s', async (_name, body) => {
    expect((await upload(body)).status).toBe(400);
  });

  test('is refused when a text field is larger than is held; a file of that size is no matter', async () => {
    expect((await upload(form(file(PHOTO), field('note', '.'.repeat(70_000))))).status).toBe(413);
    expect((await upload(form(file(PHOTO), file(Buffer.alloc(70_000, 'x'))))).status).toBe(200);
  });

  test('of raw octets passes unread, as the guide says', async () => {
    const body = Buffer.concat([PHOTO, Buffer.from(ATTACK)]);
    const answer = await upload(body, { type: 'application/octet-stream' });
    expect(JSON.parse(answer.body)).toEqual({ bytes: body.length, sha256: sha256(body) });
  });

  test('of 50 MB leaves the memory flat', async () => {
    const body = form(field('title', TWIN), file(Buffer.alloc(50_000_000, 'b')), field('id', '1'));
    await upload(body);
    const memory = watchMemory(stand.server.child.pid);
    expect((await upload(body)).status).toBe(200);
    memory.stop();
    expect(memory.peakBytes - memory.startBytes).toBeLessThan(RISE_BYTES_MAX);
  });
});

test('in monitor mode an attack in an upload is recorded and the upload arrives byte for byte, readable or not', async () => {
  await using watching = await startStand({ config: { mode: 'monitor' } });
  for (const body of [form(file(PHOTO), field('id', ATTACK)), Buffer.concat([file(PHOTO), field('id', ATTACK)])]) {
    const answer = await upload(body, {}, watching);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ bytes: body.length, sha256: sha256(body) });
    const told = await watching.server.cli<unknown>('explain', String(answer.headers['x-request-id']));
    expect(JSON.stringify(told.data)).toContain('recorded');
  }
});
