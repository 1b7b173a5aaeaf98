import type { ActionView } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askedFrom } from '../../support/asked-from.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startLoginApplication, type LoginApplication } from '../../support/login-application.ts';

const SOON = { timeout: 60_000, interval: 50 };
/** More accounts than an office has, in one go. */
const ACCOUNTS = 26;
/** Connections are dealt out to the workers in turn, so that each of them answers some of these. */
const ASKED = 12;
const THIEF = '198.51.100.66';
const SCANNER = '198.51.100.70';
const NEIGHBOUR = '198.51.100.67';

describe('bans with two gateway workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-respond-workers-'));
  let application: LoginApplication;
  let server: HoldfastProcess;

  beforeAll(async () => {
    application = await startLoginApplication();
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      `trustedHops: 1
applications:
  - id: shop
    name: Shop
    upstream: ${application.url}
    mode: enforce
    signIn:
      observers:
        - { path: /login, accountField: name, failure: { statuses: [401] } }
`,
    );
    const args = ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0', '--workers', '2'];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (from: string, path?: string, form?: string): Promise<number> => askedFrom(server, from, path, form);
  /** What they answer, each answer once. */
  async function saidTo(from: string): Promise<readonly number[]> {
    const said = new Set<number>();
    for (let count = 0; count < ASKED; count += 1) said.add(await send(from));
    return [...said];
  }

  test('of an action hold in each of them when the command is over, and so does their end', async () => {
    const asked = ['ban-source', '--set', `prefix=${SCANNER}`, 'forSeconds=600', '--reason', 'a scanner'];
    const { code, data, stderr } = await server.cli<ActionView>('action', 'run', ...asked);
    expect([code, data.state], stderr).toEqual([0, 'effective']);
    expect(await saidTo(SCANNER)).toEqual([403]);
    expect(await saidTo(NEIGHBOUR)).toEqual([200]);
    expect((await server.cli('action', 'undo', data.id, '--reason', 'it was our office')).code).toBe(0);
    expect(await saidTo(SCANNER)).toEqual([200]);
  });

  test('of the watch, which sees what was tried at both of them, hold in each, for nobody beside', async () => {
    for (let count = 0; count < ACCOUNTS; count += 1) await send(THIEF, '/login', `name=user${count}&password=stolen${count}`);
    const began = performance.now();
    await expect.poll(() => send(THIEF), SOON).toBe(403);
    const firstMs = Math.round(performance.now() - began);
    await expect.poll(() => saidTo(THIEF), SOON).toEqual([403]);
    process.stdout.write(`the watch with 2 workers: banned ${firstMs} ms after the last try\n`);
    expect(await saidTo(NEIGHBOUR)).toEqual([200]);
  });
});
