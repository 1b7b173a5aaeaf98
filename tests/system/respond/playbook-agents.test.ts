import type { IncidentDetail, Page, PlaybookView, RunDetail, RunView } from '@holdfast/contract';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';
import { startRecordingApi, type RecordingApi } from '../../support/recording-api.ts';

const SOON = { timeout: 60_000, interval: 100 };
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const START = `start--${uuid(1)}`;
const END = `end--${uuid(2)}`;
const FIRST = `action--${uuid(3)}`;
const ASK = `if-condition--${uuid(4)}`;
const SECOND = `action--${uuid(5)}`;
const BRANCH_END = `end--${uuid(6)}`;
const US = `http-api--${uuid(7)}`;
const FIREWALL = `http-api--${uuid(8)}`;
const SECRET = 'Bearer a-secret-of-this-test';

type Document = Readonly<Record<string, unknown>> & { readonly id: string; readonly modified: string };

/** One step, and a note when the condition holds. */
function documentOf(
  number: number,
  { step, condition, firewall }: { step: object; condition: string; firewall: string },
): Document {
  const text = JSON.stringify({ text: 'it came to $$__hits__:value$$ $$__ticket__:value$$' });
  const noting = { type: 'http-api', command: 'POST /api/v1/incidents/$$__incident__:value$$/notes HTTP/1.1', content: text };
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: `playbook--${uuid(number)}`,
    name: `Test ${number}`,
    created_by: `identity--${uuid(1)}`,
    created: '2026-11-01T00:00:00.000Z',
    modified: '2026-11-01T00:00:00.000Z',
    workflow_start: START,
    workflow: {
      [START]: { type: 'start', on_completion: FIRST },
      [FIRST]: { type: 'action', name: 'ask', on_completion: ASK, ...step },
      [ASK]: { type: 'if-condition', condition, on_true: SECOND, on_completion: END },
      [SECOND]: { type: 'action', commands: [noting], agent: US, on_completion: BRANCH_END },
      [BRANCH_END]: { type: 'end' },
      [END]: { type: 'end' },
    },
    playbook_variables: {
      __incident__: { type: 'string', external: true },
      __hits__: { type: 'integer', value: '0' },
      __ticket__: { type: 'integer', value: '0' },
      __newest__: { type: 'string', value: '' },
      __hours__: { type: 'integer', value: '1' },
    },
    agent_definitions: {
      [US]: { type: 'http-api', name: 'holdfast', address: { url: ['https://holdfast.local'] } },
      [FIREWALL]: { type: 'http-api', name: 'firewall', address: { url: [firewall] } },
    },
  };
}

const blocking = (path: string): object => ({
  commands: [
    {
      type: 'http-api',
      command: `POST ${path} HTTP/1.1`,
      headers: { 'content-type': ['application/json'] },
      content: '{"incident":"$$__incident__:value$$"}',
    },
  ],
  agent: FIREWALL,
  out_args: ['__ticket__'],
});

const RULE = `title: Somebody looks for the door
logsource:
  category: webserver
detection:
  asked:
    cs-uri-query|contains: the-door-of-this-test
  condition: asked
`;
const looking = {
  commands: [{ type: 'sigma', command_b64: Buffer.from(RULE).toString('base64') }],
  agent: US,
  out_args: ['__hits__', '__newest__'],
};

/** RFC 8785, for documents whose keys are plain. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** CACAO 2.0 §9, written by the standard alone. */
function signed(document: Document, { publicKey, privateKey }: ReturnType<typeof keyPair>): Document {
  const signature = {
    type: 'jss',
    id: `jss--${uuid(20)}`,
    created: document.modified,
    modified: document.modified,
    signee: 'whoever made it',
    related_to: document.id,
    related_version: document.modified,
    hash_algorithm: 'sha-256',
    algorithm: 'Ed25519',
    public_key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
  const digest = createHash('sha256')
    .update(canonical({ ...document, signatures: [signature] }))
    .digest();
  return { ...document, signatures: [{ ...signature, value: sign(null, digest, privateKey).toString('base64url') }] };
}
const keyPair = () => generateKeyPairSync('ed25519');

describe('playbooks that reach outside', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-agents-'));
  const dataDir = join(folder, 'data');
  const known = keyPair();
  let echo: EchoUpstream;
  let firewall: RecordingApi;
  let server: HoldfastProcess;
  let incident = '';

  const start = async (signatures: 'optional' | 'required', killAt: string | null = null): Promise<void> => {
    const config = join(folder, 'holdfast.yaml');
    writeFileSync(
      config,
      `audit: { requests: all }
playbooks:
  signatures: ${signatures}
  agents:
    - name: firewall
      url: ${firewall.url}/api
      networks: [127.0.0.1]
      secret: env:TEST_FIREWALL_SECRET
      allow: [{ method: POST, path: /v1/blocks }]
`,
    );
    server = await HoldfastProcess.start({
      dataDir,
      args: ['--config', config, '--to', echo.url, '--mode', 'enforce'],
      env: { TEST_FIREWALL_SECRET: SECRET, ...(killAt === null ? {} : { HOLDFAST_TEST_KILL_AT: killAt }) },
    });
  };
  const restart = async (signatures: 'optional' | 'required', killAt: string | null = null): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await start(signatures, killAt);
  };
  async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await hostCall(server, method, `/api/v1${path}`, body);
    if (answer.status >= 300) throw new Error(`assertion: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    // The caller names what the contract says of this address.
    return answer.body as Body;
  }
  const bring = async (document: Document): Promise<PlaybookView> => call('PUT', `/playbooks/${document.id}`, { document });
  const begin = async ({ id }: Document, simulate = false): Promise<RunDetail> =>
    call('POST', `/playbooks/${id}/runs`, { incident, simulate, reason: 'a test' });
  async function ended(run: string): Promise<RunDetail> {
    await expect.poll(async () => (await call<RunDetail>('GET', `/runs/${run}`)).endedAt, SOON).not.toBeNull();
    return call('GET', `/runs/${run}`);
  }
  const of = (number: number, step: object, condition = '__ticket__:value > 0'): Document =>
    documentOf(number, { step, condition, firewall: `${firewall.url}/api` });

  beforeAll(async () => {
    echo = await startEchoUpstream();
    firewall = await startRecordingApi();
    await start('optional');
    incident = (await call<IncidentDetail>('POST', '/incidents', { title: 'a test' })).id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await firewall[Symbol.asyncDispose]();
    await echo[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('ask an agent that the operator registered, with its secret, and go on with what it answers', async () => {
    const document = of(901, blocking('/v1/blocks'));
    await bring(document);
    const simulated = await ended((await begin(document, true)).id);
    expect(simulated.steps.map(({ detail }) => detail)).toContain('would ask firewall: POST /api/v1/blocks');
    expect(firewall.asked).toEqual([]);
    const run = await ended((await begin(document)).id);
    expect([run.state, run.outcome]).toEqual(['completed', null]);
    expect(run.variables).toContainEqual({ name: '__ticket__', value: '1' });
    expect(run.steps.map(({ detail }) => detail)).toContain('noted');
    expect(firewall.asked).toMatchObject([
      { line: 'POST /api/v1/blocks', headers: { authorization: SECRET }, body: `{"incident":"${incident}"}` },
    ]);
    expect(JSON.stringify(run)).not.toContain(SECRET);
    expect(server.stderr).not.toContain(SECRET);
    const { stdout } = await server.cli('config', 'print');
    expect(stdout).not.toContain(SECRET);
  });

  test('ask for nothing that it does not allow, and nobody else', async () => {
    const before = firewall.asked.length;
    const elsewhere = documentOf(903, {
      step: blocking('/v1/blocks'),
      condition: '__ticket__:value > 0',
      firewall: `${firewall.url}/other`,
    });
    for (const document of [of(902, blocking('/v1/rules')), elsewhere]) {
      await bring(document);
      expect((await ended((await begin(document)).id)).state).toBe('failed');
    }
    expect(firewall.asked).toHaveLength(before);
  });

  test('are killed when it had answered, and it has done it once', async () => {
    const document = of(904, blocking('/v1/blocks'));
    await bring(document);
    await restart('optional', 'playbook after effect command');
    const [asked, done] = [firewall.asked.length, firewall.done.size];
    // It may be dead before it answers.
    await begin(document).catch(() => null);
    if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit');
    expect(server.child.signalCode).toBe('SIGKILL');
    await restart('optional');
    const { items } = await call<Page<RunView>>('GET', `/runs?playbook=${document.id}`);
    expect(items).toHaveLength(1);
    expect((await ended(items[0]?.id ?? '')).state).toBe('completed');
    expect([firewall.asked.length - asked, firewall.done.size - done]).toEqual([2, 1]);
  });

  test('look for a rule in what was recorded, and decide by what they find', async () => {
    const found = of(905, looking, '__hits__:value >= 3');
    await bring(found);
    const nothing = await ended((await begin(found)).id);
    expect(nothing.variables).toContainEqual({ name: '__hits__', value: '0' });
    expect(nothing.steps.map(({ step }) => step)).not.toContain(SECOND);
    for (let time = 0; time < 3; time += 1) expect((await server.fetch('/?q=the-door-of-this-test')).status).toBe(200);
    const hits = async (simulate: boolean): Promise<RunDetail> => ended((await begin(found, simulate)).id);
    const seen = async (): Promise<unknown> => (await hits(true)).variables.find(({ name }) => name === '__hits__')?.value;
    await expect.poll(seen, SOON).toBe('3');
    const run = await hits(false);
    expect(run.steps.map(({ step, state }) => `${step} ${state}`)).toContain(`${SECOND} succeeded`);
    const newest = run.variables.find(({ name }) => name === '__newest__')?.value ?? '';
    expect(newest).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/u);
  });

  test('run unsigned where signatures are optional, which is reported; where they are required only signed ones do', async () => {
    const check = async (): Promise<{ state: string; detail: string } | undefined> => {
      const { data } = await server.cli<{ checks: { name: string; state: string; detail: string }[] }>('doctor');
      return data.checks.find(({ name }) => name === 'playbooks');
    };
    expect(await check()).toMatchObject({ state: 'ok', detail: expect.stringContaining('playbooks.signatures: optional') });
    mkdirSync(join(dataDir, 'playbook-keys'), { recursive: true });
    writeFileSync(join(dataDir, 'playbook-keys', 'known.pem'), known.publicKey.export({ type: 'spki', format: 'pem' }));
    await restart('required');
    expect(await check()).toMatchObject({ state: 'warning', detail: expect.stringContaining('Test 901') });
    const document = of(901, blocking('/v1/blocks'));
    const before = firewall.asked.length;
    const refused = async (work: Promise<{ status: number }>): Promise<number> => (await work).status;
    const put = async (one: Document) => hostCall(server, 'PUT', `/api/v1/playbooks/${one.id}`, { document: one });
    const run = async () => hostCall(server, 'POST', `/api/v1/playbooks/${document.id}/runs`, { incident, reason: 'a test' });
    expect(await refused(run())).toBe(409);
    expect(await refused(put(document))).toBe(400);
    expect(await refused(put(signed(document, keyPair())))).toBe(400);
    expect(await refused(put({ ...signed(document, known), name: 'Changed' }))).toBe(400);
    expect(firewall.asked).toHaveLength(before);

    expect(await bring(signed(document, known))).toMatchObject({ signature: 'valid' });
    expect((await ended((await begin(document)).id)).state).toBe('completed');
    expect(firewall.asked).toHaveLength(before + 1);
    const { items } = await call<Page<PlaybookView>>('GET', '/playbooks?limit=200');
    const ours = items.find(({ isShipped }) => isShipped);
    const simulated = await hostCall(server, 'POST', `/api/v1/playbooks/${ours?.id ?? ''}/runs`, {
      incident,
      simulate: true,
      reason: 'a test',
    });
    expect(simulated.status).toBe(201);
  });
});
