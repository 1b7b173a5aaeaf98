import type { ActionView, IncidentDetail, Page, RunDetail, TimelineEntry } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdminBrowser } from '../../support/admin-browser.ts';
import { askedFrom } from '../../support/asked-from.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';
import { enrolTwoAdministrators } from '../../support/two-administrators.ts';

const SOON = { timeout: 60_000, interval: 200 };
const TIMEOUT_MS = 300_000;
/** A third of those who come sit in one network. */
const OFFICE = '198.51.100.0/24';
const IN_OFFICE = 25;
const ELSEWHERE = 50;

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const START = `start--${uuid(1)}`;
const END = `end--${uuid(2)}`;
const AGENT = `http-api--${uuid(3)}`;
const PERSON = `individual--${uuid(4)}`;
const FIRST = `action--${uuid(5)}`;
const SECOND = `action--${uuid(6)}`;

function documentOf(
  number: number,
  steps: Readonly<Record<string, object>>,
): Readonly<Record<string, unknown>> & { readonly id: string } {
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: `playbook--${uuid(number)}`,
    name: `Test ${number}`,
    created_by: `identity--${uuid(1)}`,
    created: '2026-11-01T00:00:00.000Z',
    modified: '2026-11-01T00:00:00.000Z',
    workflow_start: START,
    workflow: { [START]: { type: 'start', on_completion: FIRST }, [END]: { type: 'end' }, ...steps },
    playbook_variables: { __incident__: { type: 'string', external: true } },
    agent_definitions: {
      [AGENT]: { type: 'http-api', name: 'holdfast', address: { url: ['https://holdfast.local'] } },
      [PERSON]: { type: 'individual', name: 'on call' },
    },
  };
}

const post = (path: string, body: object, next: object): object => ({
  type: 'action',
  commands: [
    {
      type: 'http-api',
      command: `POST ${path} HTTP/1.1`,
      headers: { 'content-type': ['application/json'] },
      content: JSON.stringify(body),
    },
  ],
  agent: AGENT,
  ...next,
});
const NOTED = post('/api/v1/incidents/$$__incident__:value$$/notes', { text: 'nobody answered' }, { on_completion: END });

describe('how far a playbook reaches by itself', { timeout: TIMEOUT_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-reach-'));
  let application: TestApplication;
  let server: HoldfastProcess;
  let incident = '';

  beforeAll(async () => {
    application = await startTestApplication();
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      `trustedHops: 1
applications:
  - { id: shop, name: Shop, upstream: "${application.url}", mode: enforce }
`,
    );
    const args = ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0'];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
    incident = (await call<IncidentDetail>('POST', '/incidents', { title: 'a test' })).id;
  }, TIMEOUT_MS);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await hostCall(server, method, `/api/v1${path}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    // The caller names what the contract says of this address.
    return answer.body as Body;
  }
  const statusFor = (from: string): Promise<number> => askedFrom(server, from);
  async function begin(document: { readonly id: string }): Promise<string> {
    await call('PUT', `/playbooks/${document.id}`, { document });
    await call('PATCH', `/playbooks/${document.id}`, { isOn: true, reason: 'a test' });
    const body = { incident, variables: {}, reason: 'a test' };
    return (await call<RunDetail>('POST', `/playbooks/${document.id}/runs`, body)).id;
  }
  const stateOf = async (run: string): Promise<string> => (await call<RunDetail>('GET', `/runs/${run}`)).state;

  test('what would hit a third of the visitors waits for two people, neither of them twice', async () => {
    for (let client = 1; client <= IN_OFFICE; client += 1) expect(await statusFor(`198.51.100.${client}`)).toBe(200);
    for (let client = 1; client <= ELSEWHERE; client += 1) expect(await statusFor(`203.0.113.${client}`)).toBe(200);
    const people = await enrolTwoAdministrators(server);
    const parameters = { prefix: OFFICE, forSeconds: 600 };
    const body = { action: 'ban-source', parameters, reason: 'an attack came from there' };
    const run = await begin(documentOf(901, { [FIRST]: post('/api/v1/actions', body, { on_completion: END }) }));
    await expect.poll(async () => stateOf(run), SOON).toBe('waiting');
    const { items } = await call<Page<ActionView>>('GET', `/actions?run=${run}`);
    const [asked] = items;
    expect(asked).toMatchObject({ state: 'waiting', plan: { approvals: 2 } });
    expect(asked?.plan.impact.clients).toBe(IN_OFFICE);
    expect(await statusFor('198.51.100.1')).toBe(200);

    const approve = `/actions/${asked?.id ?? ''}/approve`;
    const agree = async (person: AdminBrowser) => person.api('POST', approve, { body: { reason: 'looked at it' } });
    const [ada, grace] = people;
    expect((await agree(ada)).data['state']).toBe('waiting');
    expect((await agree(ada)).status).toBe(403);
    expect(await statusFor('198.51.100.1')).toBe(200);
    expect((await agree(grace)).data['state']).toBe('effective');
    await expect.poll(async () => stateOf(run), SOON).toBe('completed');
    expect(await statusFor('198.51.100.1')).toBe(403);
    expect(await statusFor('203.0.113.1')).toBe(200);
  });

  test('its innocent twin, a lone address, waits for nobody', async () => {
    const parameters = { prefix: '192.0.2.9', forSeconds: 600 };
    const body = { action: 'ban-source', parameters, reason: 'an attack came from there' };
    const run = await begin(documentOf(902, { [FIRST]: post('/api/v1/actions', body, { on_completion: END }) }));
    await expect.poll(async () => stateOf(run), SOON).toBe('completed');
    expect(await statusFor('192.0.2.9')).toBe(403);
  });

  test('what nobody answers in time goes the way of a failure', async () => {
    const asked = { type: 'action', commands: [{ type: 'manual', command: 'May we?' }], agent: PERSON, timeout: 1000 };
    const steps = { [FIRST]: { ...asked, on_success: END, on_failure: SECOND }, [SECOND]: NOTED };
    const run = await begin(documentOf(903, steps));
    await expect.poll(async () => stateOf(run), SOON).toBe('completed');
    const { entries } = await call<{ entries: TimelineEntry[] }>('GET', `/incidents/${incident}/timeline`);
    expect(
      entries.filter(({ lane, detail, title }) => lane === 'note' && `${title} ${detail}`.includes('nobody answered')),
    ).toHaveLength(1);
  });

  test.each([
    ['a step that is not there', 904, { [FIRST]: { ...NOTED, on_completion: SECOND } }, `/workflow/${FIRST}/on_completion`],
    [
      'a way that leads back to itself',
      905,
      { [FIRST]: { ...NOTED, on_completion: SECOND }, [SECOND]: { ...NOTED, on_completion: FIRST } },
      `/workflow/`,
    ],
  ])('a playbook with %s is refused, and says where', async (_name, number, steps, pointer) => {
    const document = documentOf(number, steps);
    const { status, body } = await hostCall(server, 'PUT', `/api/v1/playbooks/${document.id}`, { document });
    expect(status).toBe(400);
    const { errors = [] } = body as { readonly errors?: readonly { readonly pointer: string }[] };
    expect(
      errors.some((fault) => fault.pointer.includes(pointer)),
      JSON.stringify(errors),
    ).toBe(true);
    expect((await hostCall(server, 'GET', `/api/v1/playbooks/${document.id}`)).status).toBe(404);
  });
});
