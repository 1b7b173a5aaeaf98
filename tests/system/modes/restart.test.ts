import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication } from '../../support/test-application.ts';
import type { TestApplication } from '../../support/test-application.ts';

const ATTACK = "/search?q=1'%20OR%20'1'%3D'1";
const dataDir = join(mkdtempSync(join(tmpdir(), 'hf-modes-')), 'data');
let application: TestApplication;
beforeAll(async () => {
  application = await startTestApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});
const start = (mode: string): Promise<HoldfastProcess> =>
  HoldfastProcess.start({ dataDir, args: ['--to', application.url, '--mode', mode] });
/** The lines for people follow the ready document. */
const told = (server: HoldfastProcess) => expect.poll(() => server.stderr);
const statusOf = async (server: HoldfastProcess): Promise<number> => (await server.fetch(ATTACK)).status;

// docs/decisions/0009: what an operator changed stays, until the declaration itself is edited.
test('an operator who went back to monitor finds monitor after a restart, and the start says so', async () => {
  {
    await using server = await start('enforce');
    await told(server).toContain('Mode ENFORCE');
    expect(await statusOf(server)).toBe(403);
    expect((await server.cli('app', 'mode', 'app', 'monitor', '--reason', 'blocks the editor')).code).toBe(0);
    await expect.poll(() => statusOf(server)).toBe(200);
  }
  {
    await using server = await start('enforce');
    expect(await statusOf(server)).toBe(200);
    await told(server).toContain('Mode MONITOR');
    expect(server.stderr).not.toContain('Mode ENFORCE');
  }
  {
    await using server = await start('monitor');
    expect(await statusOf(server)).toBe(200);
  }
  await using server = await start('enforce');
  expect(await statusOf(server)).toBe(403);
  await told(server).toContain('Mode ENFORCE');
});
