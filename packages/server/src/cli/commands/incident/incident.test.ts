import type { IncidentDetail } from '@holdfast/contract';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const AT = '/api/v1/incidents';
const [FIRST, SECOND] = ['01J8Z3K4M5N6P7Q8R9S0T1V2W3', '01J8Z3K4M5N6P7Q8R9S0T1V2W4'] as const;
const incident: IncidentDetail = {
  id: FIRST,
  number: 7,
  title: 'A laptop was lost \u001b[2J',
  phase: 'triage',
  severity: 'high',
  verdict: null,
  application: null,
  owner: null,
  cause: 'hand',
  openedAt: 1,
  openedBy: 'operator:host:0',
  changedAt: 1,
  closedAt: null,
  awareAt: null,
  isDrill: false,
  alerts: 2,
  effective: 0,
  waiting: 0,
  openTasks: 0,
  revision: 1,
  summary: '',
  entities: [],
  linkedAlerts: [],
  files: [],
  tasks: [],
  clocks: [],
  missing: ['nobody owns it: name an owner'],
};
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server.close());
const folder = (): string => path.join(terminal.dataDir, '..');
const run = (...words: readonly string[]) => terminal.run(['incident', ...words]);

describe('an incident on the command line', () => {
  it('is shown with what its next phase asks for; nothing in it steers the terminal', async () => {
    server = await answerOnSocket(terminal.dataDir, { [`GET ${AT}/7`]: { status: 200, body: incident } });
    const { code, stdout } = await run('show', '7');
    expect(code).toBe(0);
    expect(stdout).toContain('nobody owns it: name an owner');
    expect(stdout).not.toContain('\u001b');
  });

  it('says so when none is open, and when none fits', async () => {
    const body = { items: [], next: null };
    server = await answerOnSocket(terminal.dataDir, {
      [`GET ${AT}`]: { status: 200, body },
      [`GET ${AT}?phase=all`]: { status: 200, body },
    });
    expect((await run('list')).stdout).toContain('no incident is open');
    expect((await run('list', '--phase', 'all')).stdout).toContain('no incident fits');
  });

  it('is changed with what was said of it, and nothing else', async () => {
    const answer = { status: 200, body: incident };
    server = await answerOnSocket(terminal.dataDir, {
      [`POST ${AT}`]: { status: 201, body: incident },
      [`POST ${AT}/7/alerts`]: answer,
      [`POST ${AT}/7/move`]: answer,
      [`PATCH ${AT}/7`]: answer,
    });
    const lines: readonly (readonly string[])[] = [
      ['open', 'A laptop was lost', '--alert', FIRST, SECOND, '--drill'],
      ['link', '7', FIRST, SECOND],
      ['set', '7', '--severity', 'low', '--reason', 'less'],
      ['assign', '7'],
      ['close', '7', '--verdict', 'benign', '--reason', 'over', '--lesson', 'one', 'two', '--leave-actions'],
      ['reopen', '7', '--reason', 'again'],
    ];
    for (const line of lines) expect(await run(...line), line.join(' ')).toMatchObject({ code: 0 });
    expect(server.seen.map(({ body }) => body)).toEqual([
      { title: 'A laptop was lost', severity: 'high', application: null, summary: '', alerts: [FIRST, SECOND], isDrill: true },
      { alerts: [FIRST, SECOND] },
      { reason: 'less', severity: 'low' },
      { owner: null, reason: 'assigned' },
      { phase: 'closed', reason: 'over', verdict: 'benign', lessons: ['one', 'two'], leavesActions: true },
      { phase: 'triage', reason: 'again', lessons: [] },
    ]);
  });

  it('wants a reason, and writes over no file', async () => {
    server = await answerOnSocket(terminal.dataDir, {
      [`POST ${AT}/7/report`]: { status: 200, body: { incident: FIRST, madeAt: 1, markdown: '# Incident 7\n', ledgerSize: 3 } },
    });
    expect((await run('move', '7', 'contain')).code).toBe(2);
    const place = path.join(folder(), 'report.md');
    expect((await run('report', '7', '--output', 'report.md')).code).toBe(0);
    expect(readFileSync(place, 'utf8')).toBe('# Incident 7\n');
    writeFileSync(place, 'mine');
    expect((await run('report', '7', '--output', 'report.md')).code).toBe(2);
    expect(readFileSync(place, 'utf8')).toBe('mine');
    expect(server.seen).toHaveLength(1);
  });
});
