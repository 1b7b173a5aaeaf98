import { mkdirSync } from 'node:fs';
import type { ClockRule, ClockView } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const HOUR_MS = 3_600_000;
// The time of terminals in tests.
const now = 1_790_000_000_000;
const clock: ClockView = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  incident: '01ARZ3NDEKTSV4RRFFQ69G5FAW',
  rule: 'gdpr-33',
  title: 'Notification of the supervisory authority',
  source: 'GDPR',
  startedAt: now - 40 * HOUR_MS,
  dueAt: now + 32 * HOUR_MS,
  state: 'running',
  warned: [50],
  settledAt: null,
  settledBy: null,
  reason: null,
  isDrill: false,
};
const rule: ClockRule = {
  id: 'nis2-final',
  title: 'Final report',
  source: 'NIS2',
  hours: null,
  months: 1,
  after: 'nis2-notification',
  to: 'authority',
  isOn: true,
  isBuiltIn: true,
};
const page = (...items: readonly unknown[]) => ({ status: 200, body: { items, next: null } });
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server.close());
const run = (...words: readonly string[]) => terminal.run(['clock', ...words]);

describe('clocks on the command line', () => {
  it('are listed; --check finds one that is overdue', async () => {
    server = await answerOnSocket(terminal.dataDir, { 'GET /api/v1/clocks': page(clock, { ...clock, dueAt: null }) });
    const fine = await run('list', '--check');
    expect(fine).toMatchObject({ code: 0 });
    expect(fine.stdout).toContain('without undue delay');
    await server.close();
    server = await answerOnSocket(terminal.dataDir, {
      'GET /api/v1/clocks': page(clock, { ...clock, dueAt: now - 2 * HOUR_MS }),
    });
    const late = await run('list', '--check');
    expect(late).toMatchObject({ code: 1 });
    expect(late.stdout).toContain('OVERDUE by 2 h');
    expect(await run('list')).toMatchObject({ code: 0 });
  });

  it('are started with a time or how long ago, and with the rules that are named', async () => {
    const path = 'POST /api/v1/incidents/7/aware';
    server = await answerOnSocket(terminal.dataDir, { [path]: page(clock) });
    const reason = ['--reason', 'orders were read'];
    expect(await run('start', '7', '--aware', '2026-01-31T12:00:00Z', '--rule', 'gdpr-33', 'gdpr-34', ...reason)).toMatchObject({
      code: 0,
    });
    expect(await run('start', '7', '--aware', '36h', ...reason)).toMatchObject({ code: 0 });
    const [first, second] = server.seen.map(({ body }) => body as { awareAt: number; rules?: string[] });
    expect(first).toEqual({ awareAt: Date.UTC(2026, 0, 31, 12), rules: ['gdpr-33', 'gdpr-34'], reason: 'orders were read' });
    expect(second?.awareAt).toBe(now - 36 * HOUR_MS);
    // Without its zone a time is no time.
    expect(await run('start', '7', '--aware', '2026-01-31T12:00:00', ...reason)).toMatchObject({ code: 2 });
    expect(await run('start', '7')).toMatchObject({ code: 2 });
    expect(server.seen).toHaveLength(2);
  });

  it('are settled, and the draft of a notice goes to stdout', async () => {
    const at = '/api/v1/incidents/7';
    server = await answerOnSocket(terminal.dataDir, {
      [`POST ${at}/clocks/gdpr-33/settle`]: { status: 200, body: { ...clock, state: 'missed' } },
      [`GET ${at}/notices/gdpr-33`]: {
        status: 200,
        body: { rule: 'gdpr-33', title: 'x', madeAt: 1, markdown: '# DRAFT: x\n', missing: [] },
      },
    });
    const settled = await run(
      'settle',
      '7',
      'gdpr-33',
      '--state',
      'met',
      '--at',
      '2026-01-31T12:00:00+01:00',
      '--reason',
      'filed',
    );
    expect(settled.stdout).toContain('missed');
    expect(server.seen[0]?.body).toEqual({ state: 'met', at: Date.UTC(2026, 0, 31, 11), reason: 'filed' });
    expect((await run('notice', '7', 'gdpr-33')).stdout).toBe('# DRAFT: x\n');
  });

  it('follow rules, which are shown, switched and added', async () => {
    const put = (id: string) => `PUT /api/v1/clock-rules/${id}`;
    server = await answerOnSocket(terminal.dataDir, {
      'GET /api/v1/clock-rules': page(rule),
      [put('nis2-final')]: { status: 200, body: { ...rule, isOn: false } },
      [put('own')]: { status: 200, body: { ...rule, id: 'own', hours: 4, months: null, after: null } },
    });
    expect((await run('rules')).stdout).toContain('1 calendar months after nis2-notification');
    expect((await run('rule', 'off', 'nis2-final')).stdout).toContain('is off');
    expect((await run('rule', 'add', 'own', '--title', 'A', '--source', 'B', '--hours', '4')).stdout).toContain('own is on: 4 h');
    expect(await run('rule', 'off', 'nowhere')).toMatchObject({ code: 2 });
    expect(await run('rule', 'add', 'own', '--title', 'A', '--source', 'B', '--hours', 'x')).toMatchObject({ code: 2 });
    const bodies = server.seen.flatMap(({ body }) => (body === undefined || body === null ? [] : [body]));
    expect(bodies[0]).not.toHaveProperty('isBuiltIn');
    expect(bodies).toMatchObject([
      { id: 'nis2-final', isOn: false },
      { id: 'own', hours: 4, months: null, to: 'other' },
    ]);
  });
});
