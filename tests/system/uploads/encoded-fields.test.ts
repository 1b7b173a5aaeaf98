import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EICAR, png, pngChunk } from '../../support/file-samples.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { Part, UploadStand } from '../../support/upload-stand.ts';

/** So large that no form with it is held in memory. */
const FILLER: Part = { name: 'big', fileName: 'a.txt', type: 'text/plain', bytes: Buffer.alloc(1_500_000, 'honest words\n') };
const prose = (bytes: number): Buffer => Buffer.alloc(bytes, 'The kettle sings and the tin is green.\n');
/** In lines, as MIME writes it (RFC 2045 §6.8). */
const inLines = (text: string): string => text.replaceAll(/.{76}/gu, '$&\r\n');
const picture = png([pngChunk('zzZz', Buffer.alloc(200_000, 1))]);

interface Case {
  readonly name: string;
  readonly value: string;
}

const around = (value: string): Buffer =>
  form([{ name: 'title', value: 'first' }, { name: 'file', value }, FILLER, { name: 'note', value: 'last' }]);
const encoded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe.each(['monitor', 'enforce'] as const)('a form that streams, in %s mode', (mode) => {
  let stand: UploadStand;
  beforeAll(async () => {
    stand = await startUploadStand({ application: { mode, uploads: { types: ['txt', 'png'], fileBytesMax: 4_000_000 } } });
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  const bad: readonly Case[] = [
    { name: 'a short field', value: encoded(EICAR) },
    { name: 'a short field that says what it is', value: `data:text/plain;base64,${encoded(EICAR)}` },
    { name: 'a long field', value: encoded(Buffer.concat([prose(300_000), EICAR])) },
    {
      name: 'a long field that says what it is',
      value: `data:text/plain;base64,${encoded(Buffer.concat([prose(300_001), EICAR]))}`,
    },
    { name: 'a long field in lines', value: inLines(encoded(Buffer.concat([prose(300_002), EICAR]))) },
  ];
  it.each(bad)('does not bring malware in $name', async ({ value }) => {
    const before = stand.received.length;
    const sent = await stand.send(around(value), { type: FORM });
    expect({ status: sent.status, code: (JSON.parse(sent.body) as { code: string }).code }).toEqual({
      status: 422,
      code: 'upload-quarantined',
    });
    expect(stand.received.length).toBe(before);
  });

  const honest: readonly Case[] = [
    { name: 'text', value: encoded(prose(300_000)) },
    { name: 'a picture', value: `data:image/png;base64,${encoded(picture)}` },
    { name: 'a picture in lines', value: inLines(encoded(picture)) },
    { name: 'a key', value: encoded(randomBytes(2000)) },
  ];
  it.each(honest)('arrives octet by octet with $name in it', async ({ value }) => {
    const body = around(value);
    expect((await stand.send(body, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)).toMatchObject({ hash: sha256(body), isWhole: true });
  });
});

describe('where it counts', () => {
  let stand: UploadStand;
  beforeAll(async () => {
    const uploads = {
      types: ['txt'],
      fileBytesMax: 2_000_000,
      routes: [{ path: '/words', files: 'refuse' as const, types: ['txt'] }],
    };
    stand = await startUploadStand({ application: { mode: 'enforce', uploads } });
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });
  const told = async (value: string, path = '/files'): Promise<unknown> => {
    const { status, body } = await stand.send(around(value), { type: FORM, path });
    if (status === 200) return status;
    const { code, files } = JSON.parse(body) as { code: string; files?: { reason: string }[] };
    return files?.[0]?.reason ?? code;
  };

  it('a picture where only text is taken is refused, said or not', async () => {
    expect(await told(`data:image/png;base64,${encoded(picture)}`)).toBe('type-refused');
    expect(await told(encoded(picture))).toBe('type-refused');
    expect(await told(encoded(prose(200_000)))).toBe(200);
  });

  it('a file that is too large is refused in a field as well', async () => {
    expect(await told(encoded(prose(2_100_000)))).toBe('body-too-large');
    expect(await told(encoded(prose(1_900_000)))).toBe(200);
  });

  it('a long value with anything else in it is no file, and too long', async () => {
    expect(await told(`${encoded(prose(200_000))}<script>alert(1)</script>`)).toBe('body-too-large');
    expect(await told(`${encoded(prose(200_000)).slice(0, -4)}==== and more`)).toBe('body-too-large');
    expect(await told(`<b>${encoded(prose(200_000))}`)).toBe('body-too-large');
  });

  it('a form of pairs is never too large to be held: it is refused', async () => {
    const sent = await stand.send(Buffer.from(`file=${encodeURIComponent(encoded(prose(1_500_000)))}`), {
      type: 'application/x-www-form-urlencoded',
    });
    expect({ status: sent.status, code: (JSON.parse(sent.body) as { code: string }).code }).toEqual({
      status: 413,
      code: 'body-too-large',
    });
  });
});
