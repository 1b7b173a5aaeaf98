import type {
  ActionView,
  IncidentDetail,
  IncidentReport,
  IncidentView,
  Page,
  RunDetail,
  RunView,
  TimelineEntry,
} from '@holdfast/contract';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const SQLMAP = '/usr/bin/sqlmap';
const isPresent = existsSync(SQLMAP);
if (!isPresent) process.emitWarning('sqlmap is not installed: the way from its attack to the report is NOT run');

const SOON = { timeout: 90_000, interval: 300 };
const TIMEOUT_MS = 240_000;
const THIEF = '203.0.113.66';
const SECOND_THIEF = '203.0.113.67';
const NEIGHBOUR = '198.51.100.5';
const CUSTOMERS = 40;
const TARGET = '/api/products?category=green';
const READS = ['incident:read', 'incident:write', 'playbook:read', 'ban:read', 'patch:read', 'audit:read'];

/** From the first request of an attack to what was learned of it, on the demo shop, without anybody's help. */
describe.skipIf(!isPresent)('an attack with sqlmap', { timeout: TIMEOUT_MS }, () => {
  let folder = '';
  let server: HoldfastProcess;
  let admin: AdminClient;
  let incident = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-attack-'));
    writeFileSync(join(folder, 'holdfast.yaml'), 'trustedHops: 1\n');
    const args = ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0'];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
    admin = await createAdminClient(server, READS);
  }, TIMEOUT_MS);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const port = (): number => Number(new URL(server.plain).port);
  /** Everything that sqlmap printed. */
  function attack(from: string): Promise<string> {
    const common = ['--batch', '--level', '1', '--risk', '1', '-p', 'category', '--technique', 'BU', '--flush-session'];
    const headers = `X-Forwarded-For: ${from}\nHost: shop.example`;
    const shown = ['--disable-coloring', '--ignore-code', '403,503', '--output-dir', join(folder, 'out')];
    return new Promise((done, fail) => {
      const child = spawn(SQLMAP, ['-u', `http://127.0.0.1:${port()}${TARGET}`, '--headers', headers, ...common, ...shown], {
        env: { ...process.env, HOME: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 120_000,
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      child.on('error', fail);
      child.on('close', () => done(printed));
    });
  }
  function ask(path: string, from: string): Promise<number> {
    const headers = { host: 'shop.example', 'x-forwarded-for': from };
    return new Promise((done, failed) => {
      const outgoing = request({ host: '127.0.0.1', port: port(), path, headers, agent: false }, (incoming) => {
        incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
      });
      // A banned client is cut off while it still sends.
      outgoing.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? done(0) : failed(error)));
      outgoing.end();
    });
  }
  async function get<Body>(path: string): Promise<Body> {
    const { status, body } = await admin.call('GET', `/api/v1/${path}`);
    expect(status, path).toBe(200);
    // The API answers by its schemas.
    return body as Body;
  }
  const actionsOf = async (): Promise<readonly ActionView[]> =>
    (await get<Page<ActionView>>(`actions?incident=${incident}&state=all&limit=100`)).items;
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await actionsOf()).find(({ action }) => action === name)?.state;

  test('becomes an incident whose playbook preserves evidence, bans whoever it was, and closes the hole', async () => {
    // People who buy tea: a patch is held against what they do before it refuses anybody.
    for (let client = 1; client <= CUSTOMERS; client += 1) expect(await ask(TARGET, `198.51.100.${client}`)).toBe(200);
    const began = Date.now();
    expect(await attack(THIEF)).not.toContain('identified the following injection point');
    const about = async (): Promise<string | undefined> => {
      const { items } = await get<Page<IncidentView>>('incidents?phase=all');
      const found = await Promise.all(items.map(async ({ id }) => get<IncidentDetail>(`incidents/${id}`)));
      return found.find(({ entities }) => entities.some(({ value }) => value === THIEF))?.id;
    };
    await expect.poll(about, SOON).toBeDefined();
    incident = (await about()) ?? '';
    const run = async (): Promise<RunView | undefined> =>
      (await get<Page<RunView>>(`runs?incident=${incident}`)).items.find(({ name }) => /injection/iu.test(name));
    await expect.poll(async () => (await run())?.state, SOON).toBe('completed');
    const { steps } = await get<RunDetail>(`runs/${(await run())?.id ?? ''}`);
    expect(steps.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(await stateOf('preserve-evidence')).toBe('done');
    expect(await stateOf('ban-source')).toBe('effective');
    expect(await stateOf('virtual-patch')).toBe('effective');
    process.stdout.write(`from the attack to its end: ${Date.now() - began} ms\n`);
  });

  test('is over for whoever did it, finds nothing from elsewhere, and nobody else notices', async () => {
    expect([0, 403]).toContain(await ask('/', THIEF));
    expect(await attack(SECOND_THIEF)).toMatch(/do(?:es)? not (?:appear|seem) to be injectable/u);
    expect(await ask('/', NEIGHBOUR)).toBe(200);
    expect(await ask(TARGET, NEIGHBOUR)).toBe(200);
  });

  test('is let in again when the hole is closed, and still finds nothing', async () => {
    const ban = (await actionsOf()).find(({ action }) => action === 'ban-source');
    const undone = await server.cli<ActionView>('action', 'undo', ban?.id ?? '', '--reason', 'the hole is closed');
    expect(undone.code, undone.stderr).toBe(0);
    await expect.poll(async () => ask('/', THIEF), SOON).toBe(200);
    expect(await attack(THIEF)).toMatch(/do(?:es)? not (?:appear|seem) to be injectable/u);
    expect(await ask(TARGET, THIEF)).toBe(200);
  });

  test('ends with a report whose every record is proved', async () => {
    const lesson = 'take the query of the product list apart';
    const { code, stderr } = await server.cli(
      'incident',
      'close',
      incident,
      '--verdict',
      'true-positive',
      '--lesson',
      lesson,
      '--leave-actions',
      '--reason',
      'the patch stays until the hole is repaired',
    );
    expect(code, stderr).toBe(0);
    const { data } = await server.cli<IncidentReport>('incident', 'report', incident);
    expect(data.markdown).toContain(lesson);
    const { entries } = await get<{ entries: readonly TimelineEntry[] }>(`incidents/${incident}/timeline`);
    // What was recorded after it cannot stand in it.
    const before = entries.filter(({ index }) => index !== null && index < data.ledgerSize);
    const proved = new Map(before.map(({ lane, index }) => [lane, index]));
    expect([...proved.keys()]).toEqual(expect.arrayContaining(['event', 'alert', 'action', 'phase', 'playbook']));
    for (const [lane, index] of proved) {
      // An alert can come in late, with records of before.
      if (lane !== 'event' && lane !== 'alert') expect(data.markdown, lane).toContain(`| ${index} |`);
      await expect.poll(async () => (await server.cli('audit', 'prove', String(index))).code, { ...SOON, message: lane }).toBe(0);
    }
    const { tasks, phase } = await get<IncidentDetail>(`incidents/${incident}`);
    expect(phase).toBe('closed');
    expect(tasks.map(({ title }) => title)).toContain(lesson);
  });
});
