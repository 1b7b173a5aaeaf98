import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png } from '../../support/file-samples.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { UploadStand } from '../../support/upload-stand.ts';

const picture = (fileName: string, bytes: Uint8Array = png()): Buffer =>
  form([
    { name: 'title', value: 'Menu' },
    { name: 'file', fileName, type: 'image/png', bytes },
  ]);
const codeOf = (body: string): string => (JSON.parse(body) as { code: string }).code;

describe('what operators decided', () => {
  let stand: UploadStand;
  beforeAll(async () => {
    stand = await startUploadStand({ application: { mode: 'monitor' } });
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
  });

  it('bytes on the list of bad ones are kept in every mode, and one octet more makes them others', async () => {
    const bytes = Buffer.from('a letter that somebody knows to be bad');
    stand.standing.set(sha256(bytes), 'bad');
    const send = (content: Uint8Array): ReturnType<UploadStand['send']> =>
      stand.send(content, { type: 'application/octet-stream' });
    expect(codeOf((await send(bytes)).body)).toBe('upload-quarantined');
    expect((await send(Buffer.concat([bytes, Buffer.from('.')]))).status).toBe(200);
    expect(stand.received).toHaveLength(1);
  });

  it('in monitor mode a file of another type is recorded and passes unchanged, also under an odd name', async () => {
    const body = picture('Cafe\u0301.pdf');
    expect((await stand.send(body, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(body));
    await expect.poll(() => stand.events('upload.passed').at(-1)?.outcome).toBe('recorded');
  });
});

it('a name that has to be cleaned is written anew, and nothing else of the form', async () => {
  await using stand = await startUploadStand();
  const sent = await stand.send(picture('Cafe\u0301.png'), { type: FORM });
  expect(sent.status).toBe(200);
  expect(stand.received.at(-1)?.hash).toBe(sha256(picture('Caf\u00e9.png')));
});

it('without an answer of the control plane nothing passes', async () => {
  await using stand = await startUploadStand({
    answer: ({ kind }) => (kind === 'upload-known' ? { kind: 'failed' } : undefined),
  });
  const sent = await stand.send(picture('a.png'), { type: FORM });
  expect({ status: sent.status, code: codeOf(sent.body) }).toEqual({ status: 503, code: 'upload-held' });
  expect(sent.headers['retry-after']).toBeDefined();
  expect(stand.received).toEqual([]);
});

it('when the share of the disk is used up an upload is refused, and a small one passes', async () => {
  await using stand = await startUploadStand({ scanners: { spoolBytesMax: 1_048_576 }, application: { mode: 'monitor' } });
  const large = await stand.send(Buffer.alloc(3_000_000, 'honest words\n'), { type: 'application/octet-stream' });
  expect({ status: large.status, code: codeOf(large.body) }).toEqual({ status: 503, code: 'service-unavailable' });
  expect(stand.received).toEqual([]);
  expect((await stand.send(Buffer.alloc(3000, 'honest words\n'), { type: 'application/octet-stream' })).status).toBe(200);
});

it('switched off, files are not looked at', async () => {
  await using stand = await startUploadStand({ application: { uploads: { action: 'off' } } });
  const body = Buffer.alloc(2_000_000, 1);
  expect((await stand.send(body, { type: 'application/octet-stream' })).status).toBe(200);
  expect(stand.received.at(-1)?.hash).toBe(sha256(body));
  expect(stand.events('upload.passed')).toEqual([]);
});
