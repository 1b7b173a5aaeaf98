import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStand } from './stand.ts';
import type { Stand } from './stand.ts';

const ATTACK = "1' OR '1'='1";
const TWIN = "O'Neill's 1 or 2 teas = fine";
const BOUNDARY = 'b0undary';
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
const send = async ({ method = 'GET', path = '/form', headers = {}, body }: Sent): Promise<number> => {
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return (await stand.server.fetch(path, { method, headers: { ...headers, ...length }, ...(body === undefined ? {} : { body }) }))
    .status;
};
const post = (type: string | null, body: string): Sent => ({
  method: 'POST',
  ...(type === null ? {} : { headers: { 'content-type': type } }),
  body,
});
const field = (name: string, text: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const file = (bytes: number): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n${'a'.repeat(bytes)}\r\n`;
const form = (text: string): string => `id=${encodeURIComponent(text)}`;

const PLACES: readonly { readonly place: string; readonly put: (text: string) => Sent }[] = [
  { place: 'query', put: (text) => ({ path: `/form?id=${encodeURIComponent(text)}` }) },
  { place: 'query, encoded twice', put: (text) => ({ path: `/form?id=${encodeURIComponent(encodeURIComponent(text))}` }) },
  { place: 'path', put: (text) => ({ path: `/form/${encodeURIComponent(text)}` }) },
  { place: 'cookie', put: (text) => ({ headers: { cookie: form(text) } }) },
  { place: 'form', put: (text) => post('application/x-www-form-urlencoded', form(text)) },
  { place: 'form that says it is text', put: (text) => post('text/plain', form(text)) },
  { place: 'form that says it is bytes', put: (text) => post('application/octet-stream', form(text)) },
  { place: 'form that says nothing', put: (text) => post(null, form(text)) },
  { place: 'form of an unknown type', put: (text) => post('foo/bar', form(text)) },
  { place: 'JSON', put: (text) => post('application/json', JSON.stringify({ a: [{ b: text }] })) },
  { place: 'JSON that says it is text', put: (text) => post('text/plain', JSON.stringify({ id: text })) },
  { place: 'multipart field', put: (text) => post(MULTIPART, `${file(10)}${field('id', text)}--${BOUNDARY}--\r\n`) },
  {
    place: 'multipart field behind a file larger than is held',
    put: (text) => post(MULTIPART, `${file(1_100_000)}${field('id', text)}--${BOUNDARY}--\r\n`),
  },
];

describe('an attack is blocked wherever it stands, and its innocent twin passes there:', () => {
  test.each(PLACES)('$place', async ({ put }) => {
    expect(await send(put(ATTACK))).toBe(403);
    expect(await send(put(TWIN))).toBe(200);
  });
});
