import type { Backtest, EventPage, Page, RuleDetail, RuleExplained, RuleImported, RuleView } from '@holdfast/contract';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';
import { isSigmaCorpusPresent, readSigmaCorpus, rulesIn } from '../../support/sigma-corpus.ts';

const SETTLE = { timeout: 60_000, interval: 200 };
const SECRET_FILE = '6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01';
const OWN = '0f3b3cf4-55a1-4c6e-8c3b-6e2b7e0f9a11';
const RULES = '/api/v1/detection/rules';

let application: EchoUpstream;
let server: HoldfastProcess;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
  application = await startEchoUpstream();
  server = await HoldfastProcess.start({ args: ['--to', application.url] });
}, 180_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await application[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** What the API answered; each caller knows the shape of what it asked for. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states that shape
async function call<Data>(method: string, path: string, body?: object): Promise<Data> {
  const { status, body: answer } = await hostCall(server, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer as Data;
}

/** How often the watch took another set of rules. */
async function applied(): Promise<number> {
  return (await call<EventPage>('GET', '/api/v1/events?type=detection.rules-applied&limit=200')).items.length;
}

/** Does it, and waits until the watch matches by it. */
async function inForce(act: () => Promise<unknown>): Promise<void> {
  const before = await applied();
  await act();
  await expect.poll(applied, SETTLE).toBeGreaterThan(before);
}

const show = async (id: string): Promise<RuleDetail> => call('GET', `${RULES}/${id}`);
const hitsOf = async (id: string): Promise<number> => (await show(id)).hits;

/** Sends it through the gateway and gives the id that it got there. */
async function send(path: string): Promise<string> {
  const before = application.seen.length;
  await server.fetch(path);
  const seen = application.seen.slice(before).find(({ url }) => url === path);
  return seen?.headers.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1] ?? '';
}

function ruleFile(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const PROBE = `title: Asked for the probe
id: ${OWN}
level: low
logsource:
  category: webserver
detection:
  probe:
    cs-uri-stem|endswith: /probe-of-this-test
  condition: probe
`;

describe('rules of a running server', () => {
  test('our own are on, and one that is switched off finds nothing until it is on again', { timeout: 300_000 }, async () => {
    await expect.poll(applied, SETTLE).toBeGreaterThan(0);
    await send('/.env');
    await expect.poll(async () => hitsOf(SECRET_FILE), SETTLE).toBe(1);
    await inForce(async () => call('PUT', `${RULES}/${SECRET_FILE}/state`, { state: 'off', reason: 'a test' }));
    await inForce(async () => call('POST', `${RULES}/import`, { files: [{ name: 'probe.yml', text: PROBE }] }));
    await send('/.env');
    // Events are judged in their order: whoever sees this one has judged the one before it.
    await send('/probe-of-this-test');
    await expect.poll(async () => hitsOf(OWN), SETTLE).toBe(1);
    expect(await hitsOf(SECRET_FILE)).toBe(0);
    await inForce(async () => call('PUT', `${RULES}/${SECRET_FILE}/state`, { state: 'on' }));
    const request = await send('/.env');
    await expect.poll(async () => hitsOf(SECRET_FILE), SETTLE).toBe(1);
    const explained = await call<RuleExplained>('GET', `${RULES}/${SECRET_FILE}/explain?request=${request}`);
    expect(explained).toMatchObject({
      matches: true,
      routed: true,
      items: [{ field: 'cs-uri-stem', holds: true, decisive: true }],
    });
  });

  test(
    'one that is on makes an alert, one in test makes none, and an exception takes its source out',
    { timeout: 300_000 },
    async () => {
      const alertsOf = async (id: string): Promise<number> => {
        const { items } = await call<Page<{ detector: string }>>('GET', '/api/v1/alerts?limit=200');
        return items.filter(({ detector }) => detector === id).length;
      };
      await expect.poll(async () => alertsOf(SECRET_FILE), SETTLE).toBeGreaterThan(0);
      expect(await hitsOf(OWN)).toBeGreaterThan(0);
      expect(await alertsOf(OWN)).toBe(0);
      const where = [{ field: 'c-ip', value: '127.0.0.1' }];
      await inForce(async () => call('POST', `${RULES}/${SECRET_FILE}/exceptions`, { where, reason: 'a test' }));
      const hits = await hitsOf(SECRET_FILE);
      const request = await send('/.env');
      const probes = await hitsOf(OWN);
      await send('/probe-of-this-test');
      await expect.poll(async () => hitsOf(OWN), SETTLE).toBe(probes + 1);
      expect(await hitsOf(SECRET_FILE)).toBe(hits);
      const explained = await call<RuleExplained>('GET', `${RULES}/${SECRET_FILE}/explain?request=${request}`);
      expect(explained.matches).toBe(false);
    },
  );

  test('a rule is tried on what was recorded before it is on, and says what is not known', { timeout: 120_000 }, async () => {
    const text = `title: Rules switched\nlogsource:\n  product: holdfast\n  service: watch\ndetection:\n  off:\n    type: detection.rule-changed\n    payload.change: 'off'\n  condition: off\n`;
    const found = await call<Backtest>('POST', '/api/v1/detection/backtest', { text, days: 1 });
    expect(found).toMatchObject({
      matches: 1,
      alerts: 1,
      cut: false,
      unknown: [],
      samples: [{ type: 'detection.rule-changed' }],
    });
    const web = await call<Backtest>('POST', '/api/v1/detection/backtest', { rule: SECRET_FILE, days: 1 });
    expect(web.unknown[0]).toContain('audit.requests');
    const refused = await hostCall(server, 'POST', '/api/v1/detection/backtest', { text: 'title: none', days: 1 });
    expect(refused.status).toBe(400);
  });
});

describe('the command line', () => {
  test('brings rules in, tries them and lists them', { timeout: 180_000 }, async () => {
    const good = ruleFile('given/one.yml', PROBE.replace(OWN, '1f3b3cf4-55a1-4c6e-8c3b-6e2b7e0f9a12'));
    ruleFile('given/deep/broken.yml', PROBE.replace('condition: probe', 'condition: nobody'));
    const checked = await server.cli<{ rules: number; errors: number }>('detect', 'rules', 'check', join(folder, 'given'));
    expect(checked).toMatchObject({ code: 1, data: { rules: 1, errors: 1 } });
    expect(await server.cli('detect', 'rules', 'check', good)).toMatchObject({ code: 0 });
    const taken = await server.cli<RuleImported>('detect', 'rules', 'import', join(folder, 'given'));
    expect(taken).toMatchObject({ code: 1, data: { added: 1, refused: 1 } });
    expect(taken.data.diagnostics[0]).toMatchObject({ file: 'deep/broken.yml', code: 'condition-identifier' });
    const { data } = await server.cli<{ rules: RuleView[] }>(
      'detect',
      'rules',
      'list',
      '--state',
      'test',
      '--search',
      '1f3b3cf4',
    );
    expect(data.rules).toMatchObject([{ state: 'test', origin: 'imported' }]);
    const request = await send('/probe-of-this-test');
    const id = data.rules[0]?.id ?? '';
    expect(await server.cli('detect', 'rules', 'test', id, '--request', request)).toMatchObject({ code: 0 });
    expect(await server.cli('detect', 'rules', 'test', SECRET_FILE, '--request', request)).toMatchObject({ code: 1 });
    expect(await server.cli('detect', 'rules', 'set', id, '--state', 'off')).toMatchObject({ code: 2 });
    expect(await server.cli('detect', 'rules', 'remove', id, '--reason', 'a test')).toMatchObject({ code: 0 });
    const behaviour = await server.cli('detect', 'behaviours', 'show', 'B2');
    expect(behaviour).toMatchObject({ code: 0, data: { id: 'B2', state: 'on' } });
    expect(await server.cli('detect', 'behaviours', 'show', 'B99')).toMatchObject({ code: 2 });
  });
});

describe.skipIf(!isSigmaCorpusPresent)('public rules', () => {
  test('come in by their hundreds, say which cannot fire here, and find a real request', { timeout: 300_000 }, async () => {
    const files = rulesIn(readSigmaCorpus());
    for (const [name, text] of files) ruleFile(join('public', name), text);
    const place = join(folder, 'public');
    const checked = await server.cli<{ rules: number; errors: number; compiled: number }>('detect', 'rules', 'check', place);
    expect(checked).toMatchObject({ code: 0, data: { rules: files.length, compiled: files.length, errors: 0 } });
    await inForce(async () => {
      const taken = await server.cli<RuleImported>('detect', 'rules', 'import', place, '--state', 'on');
      expect(taken).toMatchObject({ code: 0, data: { added: files.length, refused: 0, rules: files.length } });
    });
    const again = await server.cli<RuleImported>('detect', 'rules', 'import', place);
    expect(again).toMatchObject({ code: 0, data: { added: 0, unchanged: files.length } });
    const traversal = files.find(([name]) => name.endsWith('web_path_traversal_exploitation_attempt.yml'))?.[1] ?? '';
    const id = /^id: (\S+)$/mu.exec(traversal)?.[1] ?? '';
    expect(await show(id)).toMatchObject({ state: 'on', idle: null });
    const found = async (): Promise<number> => {
      await send('/index.php?x=..%2f..%2f..%2f..%2fetc/passwd');
      return hitsOf(id);
    };
    await expect.poll(found, { timeout: 60_000, interval: 2000 }).toBeGreaterThan(0);
    const okta = await call<Page<RuleView>>('GET', `${RULES}?q=okta&limit=1`);
    expect(okta.items[0]?.idle).toContain('no event that comes here');
  });
});

if (!isSigmaCorpusPresent) process.emitWarning('the corpus of public Sigma rules is not here: importing it was not tried');
