import {
  controlEvents,
  incidentEvents,
  INCIDENT_FILE_BYTES_MAX,
  type ActionView,
  type IncidentDetail,
  type IncidentInput,
  type TimelineEntry,
} from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTableArea } from '../../../platform/keyring/areas/table-area.ts';
import { alertOf, openCasesStand, type CasesStand } from './cases-stand.ts';
import type { Cases } from './cases.ts';
import { safeName } from './files.ts';
import { sealedInCases } from './sealed.ts';
import { bounded } from './timeline.ts';

const operator = { kind: 'operator', ref: 'host:0' } as const;
const by = { actor: operator };
const CANARY = 'Ada-Lovelace-CANARY';

let stand: CasesStand;
let cases: Cases;

beforeAll(async () => {
  stand = await openCasesStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  cases = stand.open();
});
afterEach(async () => cases[Symbol.asyncDispose]());

const input = (given: Partial<IncidentInput> = {}): IncidentInput => ({
  title: 'A laptop was lost',
  severity: 'high',
  application: null,
  summary: '',
  alerts: [],
  isDrill: false,
  ...given,
});
const open = async (given: Partial<IncidentInput> = {}): Promise<IncidentDetail> => cases.open(input(given), operator);
const move = async (id: string, phase: IncidentDetail['phase'], given = {}): Promise<IncidentDetail> =>
  cases.move(id, { phase, reason: 'as planned', lessons: [], ...given }, by);
const refusedAs = (code: string): unknown => expect.objectContaining({ code });
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const recorded = (type: string) => stand.platform.recorded.filter((event) => event.type === type);
const actionOf = (incident: string, state: ActionView['state']): ActionView => ({
  id: '01J8Z3K4M5N6P7Q8R9S0T99999',
  action: 'notify',
  parameters: {},
  state,
  incident,
  run: null,
  step: null,
  plan: {
    summary: 'x',
    impact: { requests: 0, sessions: 0, clients: 0, share: null, unknown: null },
    approvals: 0,
    why: [],
    refused: null,
    isEffective: false,
    undo: null,
    expiresAt: null,
  },
  reason: 'x',
  requestedBy: 'operator:host:0',
  requestedAt: 1,
  approvedBy: [],
  decideBy: null,
  expiresAt: null,
  outcome: null,
  isUndoable: true,
  steps: [],
  revision: 1,
});

describe('an incident opened by hand', () => {
  it('counts up from 1 without gaps, also where opening failed', async () => {
    expect((await open()).number).toBe(1);
    stand.platform.failRecording(true);
    await expect(open()).rejects.toEqual(refusedAs('audit-unavailable'));
    stand.platform.failRecording(false);
    expect(await open({ isDrill: true })).toMatchObject({ number: 2, cause: 'drill', isDrill: true });
  });

  it('has its alerts, whom they are about and their application; an alert that is not there is named', async () => {
    const alert = alertOf({ number: 1, severity: 'low' });
    stand.alerts.set(alert.id, alert);
    const incident = await open({ alerts: [alert.id] });
    expect(incident).toMatchObject({ alerts: 1, application: 'shop', entities: alert.entities, linkedAlerts: [alert.id] });
    await expect(open({ application: 'nowhere' })).rejects.toMatchObject({ errors: [{ pointer: '/application' }] });
    expect(await open({ application: 'shop' })).toMatchObject({ application: 'shop', alerts: 0 });
    await expect(open({ alerts: [alertOf({ number: 2 }).id] })).rejects.toMatchObject({ errors: [{ pointer: '/alerts/0' }] });
  });
});

describe('its life', () => {
  it('goes through every phase with a record of each, is closed with a lesson, and opened again', async () => {
    const { id } = await open();
    await cases.change(id, { owner: 'ada', reason: 'on call' }, by);
    for (const phase of ['triage', 'contain', 'eradicate', 'recover'] as const) expect((await move(id, phase)).phase).toBe(phase);
    const closed = await move(id, 'closed', { verdict: 'true-positive', lessons: ['encrypt laptops'] });
    expect(closed).toMatchObject({
      verdict: 'true-positive',
      openTasks: 1,
      tasks: [{ kind: 'lesson', title: 'encrypt laptops' }],
    });
    expect(closed.closedAt).not.toBeNull();
    expect(await move(id, 'triage')).toMatchObject({ phase: 'triage', verdict: null, closedAt: null });
    const moves = recorded(incidentEvents.moved.type).map(({ payload, reason, actor }) => [payload['to'], reason, actor.ref]);
    expect(moves).toEqual(
      ['triage', 'contain', 'eradicate', 'recover', 'closed', 'triage'].map((to) => [to, 'as planned', 'host:0']),
    );
    expect(stand.metrics.get('holdfast_incidents_contained_total')).toBe(1);
    expect(stand.metrics.get('holdfast_incidents_closed_total')).toBe(1);
  });

  it('is refused with what is missing, and then nothing changed', async () => {
    const incident = await open();
    await expect(move(incident.id, 'contain')).rejects.toMatchObject({
      code: 'incident-not-ready',
      errors: [{ pointer: '/phase', detail: 'nobody owns it: name an owner' }],
    });
    expect(await cases.show(incident.id)).toEqual(incident);
  });

  it('is moved by a playbook though nobody owns it, also when somebody began that, and under their name', async () => {
    const { id } = await open();
    const to = { phase: 'contain' as const, reason: 'as planned', lessons: [] };
    expect(await cases.move(id, to, { ...by, isPlaybook: true })).toMatchObject({ phase: 'contain', owner: null });
    const moved = recorded(incidentEvents.moved.type);
    expect(moved.map(({ actor }) => actor.ref)).toEqual(['host:0']);
    // Gone on with after a crash, it finds it where it wanted it.
    await cases.move(id, to, { ...by, isPlaybook: true });
    expect(recorded(incidentEvents.moved.type)).toHaveLength(moved.length);
  });

  it('does not end while an action is in force, unless somebody says that it stays', async () => {
    const { id } = await open();
    stand.actions.push(actionOf(id, 'effective'));
    expect(await cases.show(id)).toMatchObject({ effective: 1, waiting: 0 });
    await expect(move(id, 'closed', { verdict: 'benign' })).rejects.toEqual(refusedAs('incident-not-ready'));
    expect(await move(id, 'closed', { verdict: 'benign', leavesActions: true })).toMatchObject({ phase: 'closed' });
  });

  it('is changed only at the revision that was read', async () => {
    const { id, revision } = await open();
    await cases.note(id, 'first', { actor: operator, revision });
    const late = cases.change(id, { title: 'another', reason: 'late' }, { actor: operator, revision });
    await expect(late).rejects.toEqual(refusedAs('precondition-failed'));
    await expect(cases.move('999', { phase: 'triage', reason: 'why', lessons: [] }, by)).rejects.toEqual(refusedAs('not-found'));
  });

  it('says once when somebody knew that personal data is concerned', async () => {
    const { id } = await open();
    await cases.aware(id, 1000, by);
    await cases.aware(id, 2000, by);
    expect((await cases.show(id)).awareAt).toBe(1000);
    expect(recorded(incidentEvents.changed.type).map(({ payload }) => payload['change'])).toEqual(['aware']);
  });

  it('is told to whoever asked, as it begins, moves and changes, and not for a note', async () => {
    const told: string[] = [];
    cases.onChanged(({ number, phase }, what) => void told.push(`${number} ${phase} ${what}`));
    const { id } = await open();
    await cases.settle();
    await cases.note(id, 'only a note', by);
    await move(id, 'triage');
    await cases.settle();
    await cases.change(id, { severity: 'low', reason: 'less' }, by);
    await cases.settle();
    expect(told).toEqual(['1 detect opened', '1 triage moved', '1 triage changed']);
  });
});

describe('what belongs to it', () => {
  it('a file comes back as it was, its SHA-256 is recorded, and too large a one is refused', async () => {
    const { id } = await open();
    const content = Buffer.from(`${CANARY}\u0000\u00ff`, 'latin1');
    const file = await cases.addFile(id, { name: '../../etc/päss"wd', content: content.toString('base64') }, by);
    expect(file).toMatchObject({ name: 'päss_wd', bytes: content.length, sha256: sha256(content) });
    expect(Buffer.from((await cases.readFile(id, file.id)).content)).toEqual(content);
    expect(recorded(incidentEvents.changed.type).at(-1)?.payload).toMatchObject({
      change: 'file-added',
      sha256: sha256(content),
    });
    const large = Buffer.alloc(INCIDENT_FILE_BYTES_MAX + 1).toString('base64');
    await expect(cases.addFile(id, { name: 'large', content: large }, by)).rejects.toEqual(refusedAs('input-invalid'));
    const other = await open();
    await expect(cases.readFile(other.id, file.id)).rejects.toEqual(refusedAs('not-found'));
  });

  it.each([
    ['C:\\Users\\ada\\dump.txt', 'dump.txt'],
    ['..', 'file'],
    ['a\r\nx: y', 'a__x: y'],
    ['', 'file'],
  ])('the name %j becomes %j', (given, name) => {
    expect(safeName(given)).toBe(name);
  });

  it('a task is done once, by somebody, also after the incident was closed', async () => {
    const { id } = await open();
    const task = await cases.addTask(id, { title: 'rotate the key', owner: 'ada', dueAt: 5000, kind: 'work' }, by);
    await move(id, 'closed', { verdict: 'benign' });
    const done = await cases.finishTask(id, task.id, by);
    expect(done).toMatchObject({ title: 'rotate the key', dueAt: 5000, doneBy: 'operator:host:0' });
    expect(await cases.finishTask(id, task.id, by)).toEqual(done);
    expect((await cases.show(id)).openTasks).toBe(0);
    await expect(cases.finishTask(id, id, by)).rejects.toEqual(refusedAs('not-found'));
  });

  it('a note stands in the timeline, and its hash in the ledger', async () => {
    const { id } = await open();
    await cases.note(id, CANARY, by);
    const entry = (await cases.timeline(id)).find(({ lane }) => lane === 'note');
    expect(entry).toMatchObject({ detail: CANARY, actor: 'operator:host:0', index: 1 });
    expect(stand.platform.recorded[1]?.payload).toMatchObject({ change: 'noted', sha256: sha256(CANARY) });
    expect(JSON.stringify(stand.platform.recorded)).not.toContain(CANARY);
  });

  it('nothing that people wrote, and nobody it is about, stands readable in the database; keys can be changed', async () => {
    const alert = alertOf({ number: 1, entities: [{ kind: 'user', value: CANARY }], reason: CANARY });
    stand.alerts.set(alert.id, alert);
    const { id } = await open({ title: CANARY, summary: CANARY, alerts: [alert.id] });
    await cases.note(id, CANARY, by);
    await cases.addTask(id, { title: CANARY, owner: null, dueAt: null, kind: 'work' }, by);
    await cases.addFile(id, { name: CANARY, content: Buffer.from(CANARY).toString('base64') }, by);
    for (const table of [
      'incidents_case',
      'incidents_case_entity',
      'incidents_case_entry',
      'incidents_case_task',
      'incidents_case_file',
    ])
      for (const row of await stand.platform.db.query<Record<string, unknown>>(`select * from ${table}`))
        for (const value of Object.values(row))
          expect(value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)).not.toContain(CANARY);
    const before = await cases.timeline(id);
    for (const column of sealedInCases) {
      const area = createTableArea(stand.platform.db, stand.keyring, column);
      expect(await area.reseal('another', 100), column.name).toBeGreaterThan(0);
    }
    expect(await cases.timeline(id)).toEqual(before);
    const [file] = (await cases.show(id)).files;
    expect(Buffer.from((await cases.readFile(id, file?.id ?? '')).content).toString()).toBe(CANARY);
  });
});

describe('a timeline', () => {
  const entry = (number: number, given: Partial<TimelineEntry> = {}): TimelineEntry => ({
    id: `e${String(number).padStart(6, '0')}`,
    time: number,
    lane: 'action',
    title: 'x',
    detail: null,
    actor: null,
    severity: null,
    ref: null,
    index: null,
    ...given,
  });

  it('joins what other rooms know with alerts and the events behind them, oldest first; a room that fails hides nothing', async () => {
    const event = {
      event: '01J8Z3K4M5N6P7Q8R9S0T88888',
      type: 'request.completed',
      time: 5,
      requestId: null,
      outcome: 'blocked',
      summary: 'GET / 403',
    } as const;
    const alert = alertOf({ number: 1, createdAt: 10, evidence: [{ ...event, index: 7, hash: null }], index: 8 });
    stand.alerts.set(alert.id, alert);
    const { id } = await open({ alerts: [alert.id] });
    cases.joins(async () => Promise.resolve([entry(1), entry(20)]));
    cases.joins(async () => Promise.reject(new Error('this room is ill')));
    const found = (await cases.timeline(id)).map(({ lane, time, index }) =>
      lane === 'phase' ? [lane, index] : [lane, time, index],
    );
    expect(found).toEqual([
      ['action', 1, null],
      ['event', 5, 7],
      ['alert', 10, 8],
      ['action', 20, null],
      ['phase', 0],
    ]);
  });

  it('of more than 2,000 entries has the newest, and says how many it left out; one told twice counts once', () => {
    const many = bounded(Array.from({ length: 2500 }, (_none, at) => entry(at)));
    expect(many).toHaveLength(2000);
    expect([many[0]?.title, many[1]?.time, many.at(-1)?.time]).toEqual(['501 earlier entries are left out', 501, 2499]);
    expect(bounded([entry(1), entry(1)])).toHaveLength(1);
  });
});

describe('a report', () => {
  it('has everything with its places in the ledger, is recorded with its hash, and cannot be misled by what is in it', async () => {
    const hostile = '<script>alert(1)</script> [x](https://evil.test) | # no';
    const { id } = await open({ title: hostile, summary: hostile });
    await cases.note(id, hostile, by);
    stand.actions.push(actionOf(id, 'effective'));
    await cases.addTask(id, { title: hostile, owner: null, dueAt: null, kind: 'lesson' }, by);
    const { markdown, ledgerSize } = await cases.report(id, by);
    expect(markdown).not.toMatch(/<script|(?<!\\)\]\(|evil\.test/u);
    expect(ledgerSize).toBe(3);
    for (const said of ['# Incident 1:', 'can be undone', '- [ ] ', 'holdfast audit prove 0', '| note |'])
      expect(markdown).toContain(said);
    expect(recorded(incidentEvents.changed.type).at(-1)?.payload).toMatchObject({
      change: 'report-made',
      sha256: sha256(markdown),
    });
  });
});

describe('an erased subject', () => {
  it('is taken out of who it is about and of what was written; the others, and that it happened, stay', async () => {
    const [gone, stays] = ['ada.lovelace', 'grace.hopper'];
    const entities = [gone, stays].map((value) => ({ kind: 'user' as const, value }));
    const alert = alertOf({ number: 1, severity: 'critical', entities, reason: `${gone} and ${stays}` });
    stand.alerts.set(alert.id, alert);
    cases.take(alert);
    await cases.settle();
    await cases.note('1', `called ${gone.toUpperCase()}`, by);
    const subject = stand.pseudonym(`person:${gone}`);
    const event = stand.platform.bus.newEvent(controlEvents.subjectErased, { payload: { subject, basis: 'a request' } });
    cases.observe([event]);
    stand.alerts.clear();
    await cases.settle();
    const incident = await cases.show('1');
    const text = JSON.stringify([incident, await cases.timeline('1')]).toLowerCase();
    expect(text).not.toContain(gone);
    expect(incident.entities).toEqual([
      { kind: 'user', value: 'erased' },
      { kind: 'user', value: stays },
    ]);
    expect(incident.summary).toContain(stays);
  });
});

it('open incidents are counted by phase and severity', async () => {
  await open();
  await cases.tick();
  expect(stand.metrics.get('holdfast_incidents detect high')).toBe(1);
  expect(stand.metrics.get('holdfast_incidents triage low')).toBe(0);
});

it('lists are paged, newest first, and know the open ones from the others', async () => {
  for (const severity of ['low', 'high', 'critical'] as const) await open({ severity });
  await move('1', 'closed', { verdict: 'benign' });
  const numbers = async (query: Partial<Parameters<Cases['list']>[0]>) =>
    (await cases.list({ phase: 'open', limit: 50, ...query })).items.map(({ number }) => number);
  expect(await numbers({})).toEqual([3, 2]);
  expect(await numbers({ phase: 'all', limit: 2 })).toEqual([3, 2]);
  expect(await numbers({ phase: 'closed' })).toEqual([1]);
  expect(await numbers({ severity: 'high' })).toEqual([2]);
  const { next } = await cases.list({ phase: 'all', limit: 2 });
  expect(await numbers({ phase: 'all', cursor: next ?? '' })).toEqual([1]);
});
