import type {
  ActionView,
  ApplicationView,
  BanView,
  EventView,
  IncidentDetail,
  IncidentView,
  Page,
  PatchView,
  PersonLink,
  RunDetail,
  RunView,
  TimelineEntry,
} from '@holdfast/contract';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

const SOON = { timeout: 30_000, interval: 100 };
const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const ID = `playbook--${uuid(900)}`;
const AGENT = `http-api--${uuid(7)}`;

interface Asked {
  readonly name: string;
  readonly path?: string;
  readonly body: object;
  /** A name among the steps. */
  readonly onFailure?: string;
}

/** Steps one after the other, each a request to ourselves; those that only a failure leads to come last, and end. */
function documentOf(steps: readonly Asked[], handlers: readonly Asked[] = []): object {
  const idOf = (name: string): string => `action--${uuid(10 + [...steps, ...handlers].findIndex((one) => one.name === name))}`;
  const end = `end--${uuid(2)}`;
  const write = (one: Asked, next: string): readonly [string, object] => [
    idOf(one.name),
    {
      type: 'action',
      name: one.name,
      commands: [
        {
          type: 'http-api',
          command: `POST ${one.path ?? '/api/v1/actions'} HTTP/1.1`,
          headers: { 'content-type': ['application/json'] },
          content: JSON.stringify(one.body),
        },
      ],
      agent: AGENT,
      ...(one.onFailure === undefined ? { on_completion: next } : { on_success: next, on_failure: idOf(one.onFailure) }),
    },
  ];
  const nextOf = (index: number): string => {
    const next = steps[index + 1];
    return next === undefined ? end : idOf(next.name);
  };
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: ID,
    name: 'A test of responding',
    created_by: `identity--${uuid(1)}`,
    created: '2026-11-01T00:00:00.000Z',
    modified: '2026-11-01T00:00:00.000Z',
    workflow_start: `start--${uuid(3)}`,
    workflow: {
      [`start--${uuid(3)}`]: { type: 'start', on_completion: idOf(steps[0]?.name ?? '') },
      [end]: { type: 'end' },
      ...Object.fromEntries([...steps.map((one, index) => write(one, nextOf(index))), ...handlers.map((one) => write(one, end))]),
    },
    playbook_variables: { __incident__: { type: 'string', external: true } },
    agent_definitions: { [AGENT]: { type: 'http-api', name: 'holdfast', address: { url: ['https://holdfast.local'] } } },
  };
}

const ban = (prefix: string): Asked => ({
  name: `ban ${prefix}`,
  body: { action: 'ban-source', parameters: { prefix, forSeconds: 600 }, reason: 'a test' },
});
const stepUp = (person: string): Asked => ({
  name: 'step up',
  body: { action: 'require-step-up', parameters: { person }, reason: 'a test' },
});
const lock = (person: string, given: Partial<Asked> = {}): Asked => ({
  name: 'lock',
  body: { action: 'lock-account', parameters: { person }, reason: 'a test' },
  ...given,
});
const note = (text: string): Asked => ({
  name: 'note',
  path: '/api/v1/incidents/$$__incident__:value$$/notes',
  body: { text },
});

describe('playbooks of a running server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-playbooks-'));
  const dataDir = join(folder, 'data');
  let echo: EchoUpstream;
  let server: HoldfastProcess;
  let person = '';

  const start = async (killAt: string | null = null): Promise<void> => {
    server = await HoldfastProcess.start({
      dataDir,
      args: ['--to', echo.url, '--mode', 'enforce'],
      env: killAt === null ? {} : { HOLDFAST_TEST_KILL_AT: killAt },
    });
  };
  const stop = async (): Promise<void> => server[Symbol.asyncDispose]();
  beforeAll(async () => {
    echo = await startEchoUpstream();
    await start();
    const invited = await call<PersonLink>('POST', '/api/v1/people', {
      name: 'robin',
      email: 'robin@example.test',
      role: 'analyst',
    });
    person = invited.person.id;
  });
  afterAll(async () => {
    await stop();
    await echo[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await hostCall(server, method, path, body);
    if (answer.status >= 300) throw new Error(`assertion: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    // The caller names what the contract says of this address.
    return answer.body as Body;
  }
  /** Brings a playbook in that every incident starts. */
  async function bring(steps: readonly Asked[], handlers: readonly Asked[] = []): Promise<void> {
    await call('PUT', `/api/v1/playbooks/${ID}`, { document: documentOf(steps, handlers) });
    const trigger = { kind: 'incident', severity: 'low', detectors: [], application: null };
    await call('PATCH', `/api/v1/playbooks/${ID}`, { isOn: true, triggers: [trigger], reason: 'a test' });
  }
  const incident = { title: 'a test', severity: 'low' };
  async function begin(steps: readonly Asked[], handlers: readonly Asked[] = []): Promise<string> {
    await bring(steps, handlers);
    return (await call<IncidentDetail>('POST', '/api/v1/incidents', incident)).id;
  }
  /** The playbook kills the server, and another one goes on with it. Answers the incident. */
  async function beginAndDie(steps: readonly Asked[]): Promise<string> {
    await bring(steps);
    // It may be dead before it answers; that the incident was stored is what started the playbook.
    await hostCall(server, 'POST', '/api/v1/incidents', incident).catch(() => null);
    await died();
    await stop();
    await start();
    const { items } = await call<Page<IncidentView>>('GET', '/api/v1/incidents?limit=1');
    return items[0]?.id ?? '';
  }
  const runsOf = async (incident: string): Promise<readonly RunView[]> =>
    (await call<Page<RunView>>('GET', `/api/v1/runs?incident=${incident}&playbook=${ID}`)).items;
  async function runOf(incident: string, state: string): Promise<RunDetail> {
    const seen = async (): Promise<readonly string[]> =>
      (await runsOf(incident)).map((run) => (run.state === state ? run.state : `${run.state}: ${run.outcome ?? ''}`));
    await expect.poll(seen, SOON).toEqual([state]);
    const [run] = await runsOf(incident);
    return call<RunDetail>('GET', `/api/v1/runs/${run?.id ?? ''}`);
  }
  const actionsOf = async (run: string): Promise<readonly ActionView[]> =>
    (await call<Page<ActionView>>('GET', `/api/v1/actions?run=${run}`)).items;
  const died = async (): Promise<void> => {
    if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit');
    expect(server.child.signalCode).toBe('SIGKILL');
  };
  const notesOf = async (incident: string): Promise<readonly TimelineEntry[]> =>
    (await call<{ entries: TimelineEntry[] }>('GET', `/api/v1/incidents/${incident}/timeline`)).entries.filter(
      ({ lane }) => lane === 'note',
    );

  test('an approval that is refused skips what it was for, and what was done stays', async () => {
    const opened = await begin([stepUp(person), lock(person, { onFailure: 'note' })], [note('the account was not locked')]);
    const waiting = await runOf(opened, 'waiting');
    const lockAsked = (await actionsOf(waiting.id)).find(({ action }) => action === 'lock-account');
    expect(lockAsked?.state).toBe('waiting');
    await call('POST', `/api/v1/actions/${lockAsked?.id ?? ''}/refuse`, { reason: 'they are on the phone with us' });
    const run = await runOf(opened, 'completed');
    const states = (await actionsOf(run.id)).map(({ action, state }) => `${action} ${state}`);
    expect(states.toSorted()).toEqual(['lock-account refused', 'require-step-up effective']);
    expect(await notesOf(opened)).toHaveLength(1);
    const { items } = await call<Page<EventView>>('GET', '/api/v1/events?type=playbook.step&limit=50');
    const steps = items.filter(({ payload }) => payload['run'] === run.id).map(({ payload }) => payload['state']);
    expect(steps).toContain('failed');
    expect(items.filter(({ payload, index }) => payload['run'] === run.id && index === null)).toEqual([]);
  });

  test('a step that fails and that nothing takes has all undone, newest first', async () => {
    const opened = await begin([ban('203.0.113.40'), ban('203.0.113.41'), lock(NOBODY), note('not reached')]);
    const run = await runOf(opened, 'failed');
    const undone = (await actionsOf(run.id)).flatMap(({ parameters, steps }) =>
      steps.filter(({ what }) => what === 'undone').map(({ time }) => ({ parameters, time })),
    );
    expect(undone).toHaveLength(2);
    const order = undone.toSorted((a, b) => a.time - b.time).map(({ parameters }) => JSON.stringify(parameters));
    expect(order.map((text) => /203\.0\.113\.\d+/u.exec(text)?.[0])).toEqual(['203.0.113.41', '203.0.113.40']);
    const { items: bans } = await call<Page<BanView>>('GET', '/api/v1/bans');
    expect(bans.map(({ prefix }) => prefix).filter((prefix) => prefix.startsWith('203.0.113.4'))).toEqual([]);
    expect(await notesOf(opened)).toEqual([]);
  });

  // Asked for and not noted; noted and not gone on with; done and not noted.
  test.each(['playbook before effect command', 'playbook after answered', 'playbook after effect command'])(
    'a server that is killed (%s) goes on where it was, and does everything once',
    async (place) => {
      await stop();
      await start(place);
      const prefix = `203.0.113.${100 + place.length}`;
      const opened = await beginAndDie([ban(prefix), note('it is banned')]);
      const run = await runOf(opened, 'completed');
      expect((await actionsOf(run.id)).map(({ state }) => state)).toEqual(['effective']);
      const { items: bans } = await call<Page<BanView>>('GET', '/api/v1/bans');
      expect(bans.filter((one) => one.prefix.startsWith(prefix))).toHaveLength(1);
      expect(await notesOf(opened)).toHaveLength(1);
      expect(await runsOf(opened)).toHaveLength(1);
    },
  );

  test('a server that is killed between trying a patch and enforcing it enforces it once', async () => {
    await stop();
    await start('patch-tested');
    const [application] = (await call<Page<ApplicationView>>('GET', '/api/v1/applications')).items;
    const patch = {
      application: application?.application.id ?? '',
      method: 'GET',
      route: '/reports',
      location: 'query',
      parameter: 'id',
      match: { kind: 'constraint', type: 'integer' },
    };
    const closing: Asked = { name: 'patch', body: { action: 'virtual-patch', parameters: { patch }, reason: 'a test' } };
    // Nothing honest was ever seen there, so that nobody has to agree.
    const opened = await beginAndDie([closing, note('it is closed')]);
    await runOf(opened, 'completed');
    const { items } = await call<Page<PatchView>>('GET', `/api/v1/patches?application=${patch.application}`);
    expect(items.map(({ state, route }) => `${route} ${state}`)).toEqual(['/reports enforce']);
    expect(await notesOf(opened)).toHaveLength(1);
  });
});
