import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadDetail, UploadStatus, UploadView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractBackup } from '../../../packages/server/src/platform/backup/extract.ts';
import { seek, seekInFolder, type Canary } from '../../support/canaries.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { holdfast, HoldfastProcess, type Finished } from '../../support/holdfast-process.ts';
import { FORM, form, sha256 } from '../../support/upload-stand.ts';

const MARK = `canary${randomBytes(8).toString('hex')}`;
const NAME = `letter-of-${randomBytes(6).toString('hex')}`;
const PASSPHRASE = `passphrase of a backup ${randomBytes(6).toString('hex')}`;
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const INFECTED = Buffer.from(`${EICAR}\n${MARK}\n`);
const DRAWING = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>/* ${MARK} */</script></svg>`);
const CANARIES: Canary[] = [
  { name: 'content', value: MARK },
  { name: 'name', value: NAME },
];

const folder = mkdtempSync(join(tmpdir(), 'hf-quarantine-'));
const dataDir = join(folder, 'data');
const config = join(folder, 'holdfast.yaml');
let echo: EchoUpstream;
let server: HoldfastProcess;
let printed = '';

const start = (env: Record<string, string> = {}): Promise<HoldfastProcess> =>
  HoldfastProcess.start({ args: ['--config', config], dataDir, env });

beforeAll(async () => {
  echo = await startEchoUpstream();
  const uploads = '{ action: block, types: [txt, svg], activeContent: hold }';
  writeFileSync(
    config,
    `applications:\n  - { id: shop, name: Shop, upstream: '${echo.url}', mode: monitor, uploads: ${uploads} }\n`,
  );
  server = await start();
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<Finished> {
  const done = await holdfast([...args, '--data-dir', dataDir, '--config', config, '--no-input']);
  printed += done.stdout + done.stderr;
  return done;
}
async function data<Data>(...args: string[]): Promise<Data> {
  const { stdout, stderr } = await run(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { data: Data }).data;
}
const list = async (...args: string[]): Promise<UploadView[]> =>
  (await data<{ uploads: UploadView[] }>('upload', 'list', ...args)).uploads;

const send = (bytes: Buffer, name = `${NAME}.txt`, type = 'text/plain') =>
  server.fetch('/files', {
    method: 'POST',
    headers: { 'content-type': FORM, accept: 'application/json' },
    body: form([{ name: 'file', fileName: name, type, bytes }]),
  });
const drawing = (bytes: Buffer) => send(bytes, `${NAME}.svg`, 'image/svg+xml');
const reached = (): number => echo.seen.filter(({ body }) => body.includes(MARK)).length;
const folderOf = (): string[] => readdirSync(join(dataDir, 'quarantine'));

describe('an infected upload', { timeout: 120_000 }, () => {
  it('is in quarantine and not at the application; nothing of it can be read anywhere', async () => {
    const answer = await send(INFECTED);
    expect({ status: answer.status, code: (JSON.parse(answer.body) as { code: string }).code }).toEqual({
      status: 422,
      code: 'upload-quarantined',
    });
    expect(reached()).toBe(0);
    const [one] = await list('--state', 'infected');
    expect(one).toMatchObject({ hash: sha256(INFECTED), application: 'shop', bytes: INFECTED.length });
    expect(one?.scans).toMatchObject([{ scanner: 'yara', verdict: 'infected', detail: 'eicar_test_file' }]);
    expect(folderOf()).toEqual([`${one?.id}.sealed`]);
    const { sightings, files } = seekInFolder(dataDir, CANARIES);
    expect(files).toBeGreaterThan(10);
    expect(sightings).toEqual([]);
    expect(seek(Buffer.from(server.stderr), CANARIES, 'log')).toEqual([]);
  });

  it('is refused at once when it comes again, and kept once', async () => {
    expect((await send(INFECTED)).status).toBe(422);
    expect(await list('--state', 'infected')).toMatchObject([{ times: 2 }]);
  });

  it('is never released', async () => {
    const [one] = await list('--state', 'infected');
    const refused = await run('upload', 'release', one?.id ?? '', '--reason', 'it looks honest');
    expect(refused).toMatchObject({ code: 5 });
    expect(refused.stderr).toContain('Named malware');
  });

  it('is given for analysis as an archive that shows nothing', async () => {
    const [one] = await list('--state', 'infected');
    const output = join(folder, 'sample.zip');
    expect((await run('upload', 'show', one?.id ?? '', '--output', output)).code).toBe(0);
    const archive = readFileSync(output);
    expect(archive.subarray(0, 2).toString()).toBe('PK');
    expect(seek(archive, CANARIES, 'archive')).toEqual([]);
    expect((await run('upload', 'show', one?.id ?? '', '--output', output)).code).toBe(2);
  });
});

describe('a held upload', { timeout: 240_000 }, () => {
  it('passes once it is released, octet by octet, and not with one octet more', async () => {
    const answer = await drawing(DRAWING);
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('upload-quarantined')]);
    expect(reached()).toBe(0);
    const [held] = await list('--state', 'held');
    expect(held).toMatchObject({ hash: sha256(DRAWING), cause: 'policy', foundType: 'svg' });
    const released = await data<UploadDetail>('upload', 'release', held?.id ?? '', '--reason', 'a drawing of our own');
    expect(released).toMatchObject({ state: 'released' });
    expect((await drawing(DRAWING)).status).toBe(200);
    expect(reached()).toBe(1);
    expect((await drawing(Buffer.concat([DRAWING, Buffer.from(' ')]))).status).toBe(422);
    expect(reached()).toBe(1);
  });

  it('passes after a restart and after other keys too', async () => {
    await server[Symbol.asyncDispose]();
    server = await start();
    const { activeFrom } = await data<{ activeFrom: number }>('key', 'rotate', '--data');
    await expect.poll(() => Date.now() > activeFrom, { timeout: 30_000 }).toBe(true);
    expect(await data('key', 'rewrap', '--watch')).toMatchObject({ state: 'done', faults: [] });
    const { areas } = await data<{ areas: { name: string; items: number; behind: number }[] }>('key', 'status');
    const keys = areas.find(({ name }) => name === 'uploads: keys of kept files');
    expect(keys).toMatchObject({ items: 3, behind: 0 });
    expect((await drawing(DRAWING)).status).toBe(200);
    const [infected] = await list('--state', 'infected');
    const output = join(folder, 'after-rotation.zip');
    expect((await run('upload', 'show', infected?.id ?? '', '--output', output)).code).toBe(0);
  });

  it('is unreadable once it is deleted, and passes no longer', async () => {
    const [released] = await list('--state', 'released');
    const id = released?.id ?? '';
    expect((await run('upload', 'delete', id, '--reason', 'not needed any more')).code).not.toBe(0);
    expect((await run('upload', 'delete', id, '--reason', 'not needed any more', '--yes')).code).toBe(0);
    expect(existsSync(join(dataDir, 'quarantine', `${id}.sealed`))).toBe(false);
    expect(await run('upload', 'show', id, '--output', join(folder, 'gone.zip'))).toMatchObject({ code: 1 });
    expect(await data<UploadDetail>('upload', 'show', id)).toMatchObject({ state: 'deleted', name: null });
    expect((await drawing(DRAWING)).status).toBe(422);
  });
});

it('a listed hash is refused although nothing is wrong with the file, and passes when it is off the list', async () => {
  const honest = Buffer.from(`minutes of a meeting ${MARK}`);
  expect((await send(honest)).status).toBe(200);
  const isCounted = async (): Promise<boolean> =>
    (await data<UploadStatus>('upload', 'status')).totals.some(
      ({ outcome, bytes }) => outcome === 'passed' && bytes >= honest.length,
    );
  await expect.poll(isCounted, { timeout: 30_000 }).toBe(true);
  expect((await run('upload', 'block', sha256(honest), '--reason', 'seen in a campaign')).code).toBe(0);
  expect((await send(honest)).status).toBe(422);
  const { stdout } = await run('audit', 'tail', '--json', '--type', 'upload.late-verdict');
  expect(stdout).toContain(sha256(honest));
  expect((await run('upload', 'unblock', sha256(honest), '--reason', 'a mistake')).code).toBe(0);
  // What was infected by the list alone is looked at again by itself.
  await expect.poll(async () => (await send(honest)).status, { timeout: 60_000, interval: 1000 }).toBe(200);
}, 120_000);

describe.each(['sealed-file:half', 'uploads:stored'])('a process that is killed while it keeps a file (%s)', (point) => {
  it('leaves neither half a file nor a row without one', async () => {
    await server[Symbol.asyncDispose]();
    const before = (await list()).map(({ id }) => id);
    server = await start({ HOLDFAST_TEST_KILL_AT: point });
    const ended = new Promise((done) => server.child.once('exit', done));
    await send(Buffer.concat([INFECTED, Buffer.from(point)])).catch(() => null);
    await ended;
    server = await start();
    expect((await list()).map(({ id }) => id)).toEqual(before);
    const kept = (await list()).filter(({ state }) => state !== 'deleted').map(({ id }) => `${id}.sealed`);
    expect(folderOf().toSorted()).toEqual(kept.toSorted());
  }, 240_000);
});

it('nothing of it is in a backup, in the data directory, or in what was printed', async () => {
  const backup = join(folder, 'backup.age');
  const made = await holdfast(['backup', 'create', backup, '--passphrase-file', '-', '--data-dir', dataDir, '--config', config], {
    input: PASSPHRASE,
  });
  expect(made.code).toBe(0);
  const opened = join(folder, 'opened');
  await extractBackup(backup, opened, { passphrase: PASSPHRASE });
  expect(seekInFolder(opened, CANARIES).sightings).toEqual([]);
  expect(seekInFolder(dataDir, CANARIES).sightings).toEqual([]);
  expect(seek(Buffer.from(server.stderr), CANARIES, 'log')).toEqual([]);
  expect(seek(Buffer.from(printed), [{ name: 'content', value: MARK }], 'output')).toEqual([]);
}, 120_000);
