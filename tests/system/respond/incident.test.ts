import type { IncidentDetail, IncidentFile, IncidentReport, IncidentTask, IncidentView, TimelineEntry } from '@holdfast/contract';
import { ACCOUNTS, startShop } from '@holdfast/example-shop';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { startFormRelay, type FormRelay } from '../../support/form-relay.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const POLL = { timeout: 90_000, interval: 500 };
const ROUTE = 'GET /api/receipts/{}';
const WALK = 60;
const EVIDENCE = Buffer.from('what the walker had in hand: \u0000\u0001\u00FF', 'latin1');
const OWN: ReadonlySet<string> = new Set(['phase', 'note', 'file', 'task']);
const TASK = 'ask the shop for owner checks';
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('an attack becomes an incident that is worked on to its end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-incident-'));
  const dataDir = join(folder, 'data');
  let shop: Awaited<ReturnType<typeof startShop>>;
  let relay: FormRelay;
  let server: HoldfastProcess;
  let admin: AdminClient;
  const start = async (): Promise<void> => {
    const args = ['--to', relay.url, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'];
    // What people do is tried here: playbooks only show what they would do.
    server = await HoldfastProcess.start({ dataDir, args, env: { HOLDFAST_WATCH__ANSWERS: 'off' } });
  };
  let token = '';
  beforeAll(async () => {
    shop = await startShop({ port: 0 });
    relay = await startFormRelay(shop.url);
    await start();
    const permission = ['incident:read', 'incident:write', 'alert:read', 'event:read', 'audit:read'];
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'responder', '--permission', ...permission);
    ({ token } = created.data);
    admin = connectAdmin(server, token);
  }, 180_000);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The caller names the shape that the contract gives the answer. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where this test states that shape
  async function holdfast<Data>(...args: string[]): Promise<Data> {
    const { code, data, stderr } = await server.cli<Data>('incident', ...args);
    expect(code, `${args.join(' ')}: ${stderr}${JSON.stringify(data)}`).toBe(0);
    return data;
  }
  const incidents = async (): Promise<readonly IncidentView[]> => {
    const { status, body } = await admin.call('GET', '/api/v1/incidents?phase=all');
    expect(status, JSON.stringify(body)).toBe(200);
    // The contract of the API.
    return (body as { items: readonly IncidentView[] }).items;
  };
  const timeline = async (): Promise<readonly TimelineEntry[]> => {
    const { body } = await admin.call('GET', '/api/v1/incidents/1/timeline');
    return (body as { entries: readonly TimelineEntry[] }).entries;
  };
  const signIn = async ({ name, password }: { name: string; password: string }): Promise<string> => {
    const body = new URLSearchParams({ name, password });
    const answer = await fetch(`${server.plain}/login`, { method: 'POST', redirect: 'manual', body });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('sid='));
    expect(cookie).toBeDefined();
    return cookie?.split(';', 1)[0] ?? '';
  };
  const receipt = async (id: number, cookie: string): Promise<number> => {
    const answer = await fetch(`${server.plain}/api/receipts/${id}`, { headers: { cookie } });
    await answer.arrayBuffer();
    return answer.status;
  };

  test('who reads their own opens none; who walks through the receipts of others opens one, naming route, ids and whom', async () => {
    const [walker, reader] = [await signIn(ACCOUNTS.neighbour), await signIn(ACCOUNTS.customer)];
    for (let round = 0; round < 10; round += 1) expect(await receipt(1, reader)).toBe(200);
    expect(await incidents()).toEqual([]);
    for (let id = 1; id <= WALK; id += 1) await receipt(id, walker);
    await expect.poll(async () => (await incidents()).length, POLL).toBe(1);
    const incident = await holdfast<IncidentDetail>('show', '1');
    expect(incident).toMatchObject({
      number: 1,
      phase: 'detect',
      cause: 'behaviour',
      severity: 'high',
      openedBy: 'system:watch',
    });
    expect(incident.summary).toContain(`50 ids of ${ROUTE}`);
    expect(incident.summary).toContain('1, 2, 3, 4, 5, …, 50');
    expect(incident.entities).toContainEqual({ kind: 'route', value: ROUTE });
    expect(incident.entities.map(({ kind }) => kind)).toContain('session');
    expect(incident.missing).toEqual([]);
  });

  test('what is added to it outlives a kill -9', async () => {
    await holdfast('note', '1', 'called the neighbour');
    const evidence = join(folder, 'evidence.bin');
    writeFileSync(evidence, EVIDENCE);
    const file = await holdfast<IncidentFile>('file', '1', evidence);
    expect(file.sha256).toBe(sha256(EVIDENCE));
    const task = await holdfast<IncidentTask>('task', '1', TASK, '--due', '2030-01-01');
    await holdfast('move', '1', 'triage', '--reason', 'looked at');
    const before = await holdfast<IncidentDetail>('show', '1');

    admin[Symbol.dispose]();
    await server.kill('SIGKILL');
    await start();
    admin = connectAdmin(server, token);

    const after = await holdfast<IncidentDetail>('show', '1');
    // Playbooks work on it meanwhile.
    expect(after.phase).toBe('triage');
    expect(after.files).toContainEqual(file);
    expect(after.tasks).toContainEqual(task);
    expect(after.linkedAlerts).toEqual(expect.arrayContaining(before.linkedAlerts));
    const copy = join(folder, 'copy.bin');
    await holdfast('download', '1', file.id, '--output', copy);
    expect(readFileSync(copy)).toEqual(EVIDENCE);
    expect(await incidents()).toHaveLength(1);
  });

  test('it is contained by whoever owns it, closed with what was learned, and opened again', async () => {
    const early = await server.cli<{ code: string }>('incident', 'move', '1', 'contain', '--reason', 'at once');
    expect(early).toMatchObject({ code: 5, data: { code: 'incident-not-ready' } });
    await holdfast('assign', '1', 'ada', '--reason', 'on call');
    await holdfast('move', '1', 'contain', '--reason', 'the session has ended');
    await holdfast('move', '1', 'recover', '--reason', 'owners are checked now');
    const close = [
      'close',
      '1',
      '--verdict',
      'true-positive',
      '--reason',
      'it is over',
      '--lesson',
      'owners belong into the policy',
    ];
    expect(await holdfast<IncidentDetail>(...close)).toMatchObject({ phase: 'closed', verdict: 'true-positive' });
    const reopened = await holdfast<IncidentDetail>('reopen', '1', '--reason', 'one more session was seen');
    expect(reopened).toMatchObject({ phase: 'triage', verdict: null });
    const task = reopened.tasks.find(({ title }) => title === TASK);
    expect(reopened.tasks.map(({ kind, title }) => `${kind} ${title}`)).toEqual(
      expect.arrayContaining([`work ${TASK}`, 'lesson owners belong into the policy']),
    );
    expect((await holdfast<IncidentTask>('done', '1', task?.id ?? '')).doneBy).toMatch(/^operator:/u);
  });

  test('its report names every step, each of which is proved by its place in the ledger', async () => {
    const report = await holdfast<IncidentReport>('report', '1');
    for (const said of [
      '# Incident 1:',
      'Lesson: owners belong into the policy',
      'evidence',
      sha256(EVIDENCE),
      'holdfast audit prove',
    ])
      expect(report.markdown).toContain(said);
    const isNumbered = async (): Promise<boolean> =>
      (await timeline()).every(({ lane, index }) => !OWN.has(lane) || index !== null);
    await expect.poll(isNumbered, POLL).toBe(true);
    const entries = await timeline();
    const own = entries.filter(({ lane }) => OWN.has(lane));
    // Opened, note, file, task, five moves and a reopening, the owner, a lesson, a task done, the report.
    expect(own.length).toBeGreaterThanOrEqual(12);
    const places = own.map(({ index }) => index);
    const alert = entries.find(({ lane }) => lane === 'alert');
    for (const index of new Set([...places, alert?.index ?? null])) {
      const proved = async (): Promise<number> =>
        (await admin.call('GET', `/api/v1/audit/proof/inclusion?index=${String(index)}`)).status;
      await expect.poll(proved, POLL).toBe(200);
    }
    const last = own.at(-1)?.index ?? -1;
    await expect.poll(async () => (await server.cli('audit', 'prove', String(last))).code, POLL).toBe(0);
    expect(entries.filter(({ lane }) => lane === 'event').length).toBeGreaterThanOrEqual(50);
  });
});
