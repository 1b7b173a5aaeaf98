import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { UploadStand } from '../../support/upload-stand.ts';

/** Written in two pieces, so that no scanner of a developer's machine takes this file away. */
export const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));
const TYPES = { types: ['txt', 'png', 'zip'] };
/** Text of any size that no rule of the inspection minds. */
const prose = (bytes: number): Buffer => Buffer.alloc(bytes, 'The kettle sings and the tin is green.\n');

let stand: UploadStand;
beforeAll(async () => {
  stand = await startUploadStand({ application: { mode: 'monitor', uploads: TYPES } });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const asForm = (bytes: Uint8Array): Buffer =>
  form([
    { name: 'title', value: 'Minutes' },
    { name: 'file', fileName: 'minutes.txt', type: 'text/plain', bytes },
    { name: 'note', value: 'second' },
  ]);

describe('a file that a scanner names', () => {
  const cases: readonly { name: string; type: string; body: () => Buffer }[] = [
    { name: 'in a small form', type: FORM, body: () => asForm(EICAR) },
    { name: 'in a large form', type: FORM, body: () => asForm(Buffer.concat([EICAR, Buffer.from('\n'), prose(3_000_000)])) },
    { name: 'at the end of a large form', type: FORM, body: () => asForm(Buffer.concat([prose(3_000_000), EICAR])) },
    { name: 'as a raw body', type: 'application/octet-stream', body: () => EICAR },
    { name: 'as a large raw body', type: 'application/octet-stream', body: () => Buffer.concat([EICAR, prose(3_000_000)]) },
    { name: 'without a type', type: '', body: () => Buffer.concat([EICAR, randomBytes(64)]) },
    {
      name: 'in base64 within JSON',
      type: 'application/json',
      body: () => Buffer.from(JSON.stringify({ name: 'a.txt', data: EICAR.toString('base64') })),
    },
    {
      name: 'in a data URL within JSON',
      type: 'application/json',
      body: () => Buffer.from(JSON.stringify({ data: `data:text/plain;base64,${EICAR.toString('base64')}` })),
    },
  ];
  it.each(cases)('never reaches the application: $name', async ({ type, body }) => {
    const before = stand.received.length;
    const sent = await stand.send(body(), { type });
    expect({ status: sent.status, code: (JSON.parse(sent.body) as { code: string }).code }).toEqual({
      status: 422,
      code: 'upload-quarantined',
    });
    expect(stand.received.length).toBe(before);
    expect(stand.asked.at(-1)).toMatchObject({ kind: 'upload-stored', stored: true });
  });
});

describe('an honest file', () => {
  it.each([
    { name: 'in a small form', bytes: 1000, make: asForm, type: FORM },
    { name: 'in a large form', bytes: 3_000_000, make: asForm, type: FORM },
    { name: 'as a raw body', bytes: 1000, make: (bytes: Buffer) => bytes, type: 'application/octet-stream' },
    { name: 'as a large raw body', bytes: 3_000_000, make: (bytes: Buffer) => bytes, type: 'application/octet-stream' },
  ])('reaches the application octet by octet: $name', async ({ bytes, make, type }) => {
    const body = make(prose(bytes));
    const sent = await stand.send(body, { type });
    expect(sent).toMatchObject({ status: 200, body: 'taken' });
    expect(stand.received.at(-1)).toMatchObject({ hash: sha256(body), isWhole: true });
    expect(stand.received.at(-1)?.headers['content-length']).toBe(String(body.length));
  });
});

it('nothing lies under a name while uploads are held, nor afterwards', () => {
  for (const place of stand.gateway.uploadFolders) expect(readdirSync(place)).toEqual([]);
});
