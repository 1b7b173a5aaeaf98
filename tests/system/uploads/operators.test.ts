import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application, UploadRoute, UploadStatus } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { jpeg, png } from '../../support/file-samples.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { FORM, form } from '../../support/upload-stand.ts';

/** A change is in force within a second on a machine that has one to spare. */
const IN_FORCE = { timeout: 60_000, interval: 250 };

/** What is set from the command line is in force in the gateway that runs, in this process or in others. */
describe.each([
  ['in one process', []],
  ['with two workers', ['--workers', '2']],
])('files route by route, %s', (_name, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-upload-routes-'));
  let echo: EchoUpstream;
  let server: HoldfastProcess;
  beforeAll(async () => {
    echo = await startEchoUpstream();
    const config = join(folder, 'holdfast.yaml');
    writeFileSync(
      config,
      `uploads: { sharp: /nowhere/sharp }\napplications:\n  - { id: shop, name: Shop, upstream: '${echo.url}', mode: enforce }\n`,
    );
    server = await HoldfastProcess.start({ args: ['--config', config, '--listen', 'http://127.0.0.1:0', ...args] });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await echo[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (path: string, bytes: Uint8Array): Promise<number> => {
    const body = form([{ name: 'f', fileName: 'a.png', type: 'image/png', bytes }]);
    const answer = await fetch(new URL(path, server.plain), {
      method: 'POST',
      headers: { 'content-type': FORM },
      body: new Uint8Array(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const uploads = (...words: string[]): ReturnType<HoldfastProcess['cli']> => server.cli('app', 'uploads', ...words);

  it('are set, shown and removed', async () => {
    expect((await uploads('set', 'shop', '/people/{id}/photo', '--types', 'png', '--files-max', '1')).code).toBe(0);
    expect((await uploads('elsewhere', 'shop', '--files', 'refuse')).code).toBe(0);
    await expect.poll(() => send('/anywhere', png()), IN_FORCE).toBe(422);
    await expect.poll(() => send('/people/7/photo', png()), IN_FORCE).toBe(200);
    expect(await send('/people/7/photo', jpeg())).toBe(422);
    const listed = await server.cli<{ routes: UploadRoute[]; elsewhere: Application['uploads'] }>(
      'app',
      'uploads',
      'list',
      'shop',
    );
    expect(listed.data.routes).toMatchObject([{ path: '/people/{id}/photo', types: ['png'], filesMax: 1 }]);
    expect(listed.data.elsewhere.elsewhere).toBe('refuse');
    expect((await uploads('remove', 'shop', '/People/{name}/photo/')).code).toBe(0);
    await expect.poll(() => send('/people/7/photo', png()), IN_FORCE).toBe(422);
    expect((await uploads('elsewhere', 'shop', '--files', 'take')).code).toBe(0);
    await expect.poll(() => send('/anywhere', png()), IN_FORCE).toBe(200);
  });

  it('are refused where they make no sense', async () => {
    expect((await uploads('set', 'shop', 'photo')).code).toBe(2);
    expect((await uploads('set', 'shop', '/photo', '--files-max', 'many')).code).toBe(2);
    expect((await uploads('remove', 'shop', '/never-set')).code).toBe(2);
  });

  it('what writes pictures anew is told of once a route asks for it, and what is held until it is there', async () => {
    expect((await server.cli<UploadStatus>('upload', 'status')).data.pictures).toMatchObject({ state: 'idle' });
    expect((await uploads('set', 'shop', '/faces', '--images', 'reencode')).code).toBe(0);
    await expect.poll(() => send('/faces', png()), IN_FORCE).toBe(503);
    expect(await send('/anywhere', png())).toBe(200);
    const { pictures } = (await server.cli<UploadStatus>('upload', 'status')).data;
    expect(pictures).toMatchObject({ state: 'down', applications: ['shop'] });
    const doctor = await server.cli<{ checks: { name: string; state: string }[] }>('doctor');
    expect(JSON.stringify(doctor.data)).toContain('npm install sharp');
    expect((await uploads('set', 'shop', '/faces', '--images', 'strip')).code).toBe(0);
    await expect.poll(() => send('/faces', png()), IN_FORCE).toBe(200);
  });
});
