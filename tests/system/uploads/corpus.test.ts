import { FILE_TYPES } from '@holdfast/inspect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EICAR, HONEST_FILES, HOSTILE_FILES, jpeg, pdf, pdfStream, png, zip } from '../../support/file-samples.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { Sent, UploadStand } from '../../support/upload-stand.ts';

interface Refusal {
  readonly code: string;
  readonly files?: readonly { name: string; reason: string }[];
}

let stand: UploadStand;
beforeAll(async () => {
  // What may never come is on no list: programs. Everything else is, so that what is refused is refused for its content.
  const types = FILE_TYPES.filter(({ family }) => family !== 'program').map(({ id }) => id);
  const rules = { sqli: 'off', xss: 'off', cmdi: 'off', traversal: 'off', code: 'off', inclusion: 'off' } as const;
  stand = await startUploadStand({ application: { mode: 'enforce', uploads: { types }, rules } });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const upload = (file: { name: string; type: string; bytes: Uint8Array }): Promise<Sent> =>
  stand.send(form([{ name: 'file', fileName: file.name.replaceAll('"', '%22'), type: file.type, bytes: file.bytes }]), {
    type: FORM,
  });
const refusalOf = ({ body }: Sent): Refusal => JSON.parse(body) as Refusal;

describe('an honest file arrives octet by octet', () => {
  it.each(HONEST_FILES.map((file) => [file.name, file] as const))('%s', async (_name, file) => {
    const body = form([{ name: 'file', fileName: file.name, type: file.type, bytes: file.bytes }]);
    const sent = await stand.send(body, { type: FORM });
    expect(sent.status === 200 ? '' : sent.body).toBe('');
    expect(stand.received.at(-1)?.hash).toBe(sha256(body));
  });
});

describe('a hostile file is not taken, and the reason is told', () => {
  it.each(HOSTILE_FILES.map((file) => [`${file.code}: ${file.title}`, file] as const))('%s', async (_title, file) => {
    const before = stand.received.length;
    const sent = await upload(file);
    // A name that no part may have ends the request before anybody looks at the file.
    expect([400, 403, 413, 422]).toContain(sent.status);
    expect(stand.received.length).toBe(before);
    if (sent.status !== 422) return;
    const { code, files = [] } = refusalOf(sent);
    expect(['upload-refused', 'upload-quarantined']).toContain(code);
    expect(files).toHaveLength(1);
    const told = (): string[] =>
      stand.events(code === 'upload-refused' ? 'upload.refused' : 'upload.infected').flatMap(({ payload }) => {
        const seen = payload as { hash: string; findings: { code: string }[] };
        return seen.hash === sha256(file.bytes) ? seen.findings.map((finding) => finding.code) : [];
      });
    await expect.poll(told, { timeout: 30_000 }).toContain(file.code);
  });
});

describe('a real type under a wrong name', () => {
  it.each([
    ['a picture called a document', { name: 'a.pdf', type: 'application/pdf', bytes: png() }],
    ['a document called a picture', { name: 'a.jpg', type: 'image/jpeg', bytes: pdf() }],
    ['a picture under the type of another', { name: 'a.png', type: 'image/jpeg', bytes: png() }],
  ])('is refused: %s', async (_title, file) => {
    const sent = await upload(file);
    expect({ status: sent.status, files: refusalOf(sent).files }).toEqual({
      status: 422,
      files: [{ name: file.name, reason: 'type-mismatch' }],
    });
  });
});

describe('the EICAR text is kept wherever it is', () => {
  const inZip = zip([{ name: 'notes.txt', content: EICAR }]);
  it.each([
    ['plain', { name: 'a.txt', type: 'text/plain', bytes: EICAR }],
    ['zipped', { name: 'a.zip', type: 'application/zip', bytes: inZip }],
    ['nested', { name: 'a.zip', type: 'application/zip', bytes: zip([{ name: 'inner.zip', content: inZip }]) }],
    ['in a PDF', { name: 'a.pdf', type: 'application/pdf', bytes: pdf({ objects: [pdfStream('', EICAR).toString('latin1')] }) }],
    ['in a picture', { name: 'a.jpg', type: 'image/jpeg', bytes: jpeg([EICAR]) }],
  ])('%s', async (_title, file) => {
    const before = stand.received.length;
    const sent = await upload(file);
    expect({ status: sent.status, code: refusalOf(sent).code }).toEqual({ status: 422, code: 'upload-quarantined' });
    expect(stand.received.length).toBe(before);
  });
});

describe('a form', () => {
  it('of ten thousand parts is refused, and one of ninety fields arrives', async () => {
    const fields = (count: number): Buffer =>
      form(Array.from({ length: count }, (_, index) => ({ name: `f${index}`, value: 'x' })));
    expect((await stand.send(fields(10_000), { type: FORM })).status).toBe(413);
    const honest = fields(90);
    expect((await stand.send(honest, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(honest));
  });

  it.each([
    ['that ends too early', (body: Buffer) => body.subarray(0, body.length - 30)],
    [
      'whose boundary is another',
      (body: Buffer) => Buffer.from(body.toString('latin1').replaceAll('holdfast-test', 'holdfast-other'), 'latin1'),
    ],
    ['with a second form behind it', (body: Buffer) => Buffer.concat([body, body])],
  ])('%s is refused', async (_title, spoil) => {
    const body = form([{ name: 'file', fileName: 'a.png', type: 'image/png', bytes: png() }]);
    const before = stand.received.length;
    expect((await stand.send(spoil(body), { type: FORM })).status).toBe(400);
    expect(stand.received.length).toBe(before);
  });

  it('with more files than are taken is refused with the reason', async () => {
    const files = Array.from({ length: 21 }, (_, index) => ({
      name: 'f',
      fileName: `${index}.png`,
      type: 'image/png',
      bytes: png(),
    }));
    const sent = await stand.send(form(files), { type: FORM });
    expect(refusalOf(sent).files?.[0]).toEqual({ name: '0.png', reason: 'too-many' });
    const fewer = form(files.slice(0, 20));
    expect((await stand.send(fewer, { type: FORM })).status).toBe(200);
    expect(stand.received.at(-1)?.hash).toBe(sha256(fewer));
  });
});
