import { mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOnSocket, openTestTerminal, type TestTerminal } from '../../terminal/test-terminal.ts';

const ID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const PLAYBOOK = 'playbook--00000000-0000-4000-8000-000000000001';
const NONE = { body: { items: [], next: null } };
const SEVENTH = { 'GET /api/v1/incidents/7': { body: { id: ID } } };
let terminal: TestTerminal;
let server: Awaited<ReturnType<typeof answerOnSocket>>;

beforeAll(() => {
  terminal = openTestTerminal();
  mkdirSync(terminal.dataDir, { recursive: true });
});
afterAll(() => terminal.close());
afterEach(async () => server.close());

describe('release on the command line', () => {
  const replies = {
    'GET /api/v1/isolations': NONE,
    'GET /api/v1/applications': { body: { items: [{ application: { id: 'shop' } }] } },
  };

  it('refuses a name that nothing has, because it may be a slip', async () => {
    server = await answerOnSocket(terminal.dataDir, replies);
    for (const flags of [['--check'], ['--reason', 'repaired'], ['--reason', 'repaired', '--force']]) {
      const { code, stderr } = await terminal.run(['release', 'shopp', ...flags]);
      expect(code, flags.join(' ')).toBe(2);
      expect(stderr).toContain('shopp is no application');
    }
  });

  it('says so where nothing of an application is cut off, or what was is over', async () => {
    server = await answerOnSocket(terminal.dataDir, replies);
    for (const what of ['shop', ID])
      expect(await terminal.run(['release', what, '--reason', 'repaired'])).toMatchObject({
        code: 0,
        stdout: 'nothing of it is cut off\n',
      });
  });
});

describe('--incident', () => {
  it.each([
    ['action', 'list'],
    ['playbook', 'runs'],
  ])('takes the number that people say aloud: %s %s', async (noun, verb) => {
    const list = noun === 'action' ? 'GET /api/v1/actions' : 'GET /api/v1/runs';
    server = await answerOnSocket(terminal.dataDir, { ...SEVENTH, [list]: NONE });
    for (const named of ['7', ID]) expect(await terminal.run([noun, verb, '--incident', named])).toMatchObject({ code: 0 });
    const asked = server.seen.filter(({ url }) => !url.includes('/incidents/')).map(({ url }) => url.split('incident=')[1]);
    expect(asked).toEqual([ID, ID]);
  });

  it('is sent as its id with what is asked for, and refused when there is none', async () => {
    const plan = { status: 400, body: { code: 'input-invalid', detail: 'no', errors: [] } };
    const asks = ['POST /api/v1/actions', 'POST /api/v1/actions/plan', `POST /api/v1/playbooks/${PLAYBOOK}/runs`];
    server = await answerOnSocket(terminal.dataDir, { ...SEVENTH, ...Object.fromEntries(asks.map((one) => [one, plan])) });
    const lines = [
      ['action', 'plan', 'ban-source', '--set', 'prefix=203.0.113.9'],
      ['action', 'run', 'ban-source', '--set', 'prefix=203.0.113.9', '--reason', 'a test'],
      ['isolate', 'shop', '--reason', 'a test'],
      ['playbook', 'run', PLAYBOOK, '--reason', 'a test'],
    ];
    for (const line of lines) await terminal.run([...line, '--incident', '7']);
    const sent = server.seen.filter(({ method }) => method === 'POST');
    expect(sent.map(({ body }) => (body as { incident?: unknown }).incident)).toEqual([ID, ID, ID, ID]);
    for (const line of lines) expect(await terminal.run([...line, '--incident', '8'])).toMatchObject({ code: 1 });
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(lines.length);
  });
});

describe('what is said in a way that could mean two things', () => {
  it('is refused before anything is sent', async () => {
    server = await answerOnSocket(terminal.dataDir, {});
    const lines: readonly (readonly [said: string, ...line: readonly string[]])[] = [
      ['twice', 'action', 'plan', 'ban-source', '--set', 'prefix=203.0.113.9', 'prefix=203.0.113.10'],
      ['--due wants a day', 'incident', 'task', '7', 'rotate it', '--due', '2026-02-31'],
      ['--due wants a day', 'incident', 'task', '7', 'rotate it', '--due', '2026-13-01'],
      ['--due wants a day', 'incident', 'task', '7', 'rotate it', '--due', 'tomorrow'],
      ['holdfast action show --help', 'action', 'show'],
      ['holdfast ban allow add --help', 'ban', 'allow', 'add'],
      ['holdfast incident --help', 'incident', 'shwo'],
    ];
    for (const [said, ...line] of lines) {
      const { code, stderr } = await terminal.run(line);
      expect(code, line.join(' ')).toBe(2);
      expect(stderr).toContain(said);
    }
    expect(server.seen).toEqual([]);
  });

  it('its innocent twin is sent', async () => {
    server = await answerOnSocket(terminal.dataDir, { 'POST /api/v1/incidents/7/tasks': { status: 201, body: { id: ID } } });
    for (const due of ['2028-02-29', '2026-12-01T10:00:00Z'])
      expect(await terminal.run(['incident', 'task', '7', 'rotate it', '--due', due])).toMatchObject({ code: 0 });
    const dues = server.seen.map(({ body }) => new Date((body as { dueAt: number }).dueAt).toISOString());
    expect(dues).toEqual(['2028-02-29T00:00:00.000Z', '2026-12-01T10:00:00.000Z']);
  });
});
