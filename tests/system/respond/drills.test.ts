import type { DrillView, IncidentDetail, IncidentView, Page, RunView, TimelineEntry } from '@holdfast/contract';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAlertReceiver, type AlertReceiver } from '../../support/alert-receiver.ts';
import { makeBackedUp, type BackedUp } from '../../support/backed-up.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

const LONG_MS = 600_000;
const SOON = { timeout: 60_000, interval: 200 };
const PATH = '/alerts';
const RULES = ['gdpr-33', 'gdpr-34', 'nis2-early-warning', 'nis2-final', 'nis2-notification'];

let made: BackedUp;
let server: HoldfastProcess;
let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await startAlertReceiver();
  ({ server, ...made } = await makeBackedUp());
  const target = { kind: 'webhook', url: `${receiver.url}${PATH}`, secret: 'a secret of a test, long enough' };
  await call('POST', '/channels', { name: 'soc', target, severity: 'info' });
}, LONG_MS);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  made.remove();
}, LONG_MS);

async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
  const answer = await hostCall(server, method, `/api/v1${path}`, body);
  if (answer.status >= 300) throw new Error(`assertion: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  // The caller names what the contract says of this address.
  return answer.body as Body;
}
const incidents = async (): Promise<readonly IncidentView[]> =>
  (await call<Page<IncidentView>>('GET', '/incidents?phase=all')).items;
const told = (): string =>
  receiver
    .at(PATH)
    .map(({ body }) => body)
    .join('\n');

describe('a drill that fails', () => {
  const drill = async (): Promise<{ readonly code: number | null; readonly data: DrillView }> =>
    server.cli<DrillView>('drill', 'run', '--reason', 'a test');

  test(
    'opens an incident as severe as the setting says, and channels are told; one that passes opens none',
    async () => {
      expect((await drill()).code).toBe(0);
      expect(await incidents()).toEqual([]);
      const whole = readFileSync(made.backup);
      const damaged = Buffer.from(whole);
      damaged[1000] = (damaged[1000] ?? 0) ^ 1;
      writeFileSync(made.backup, damaged);
      expect((await made.run(['backup', 'schedule', '--drill-severity', 'critical'])).data).toMatchObject({
        drillSeverity: 'critical',
      });
      const failed = await drill();
      expect([failed.code, failed.data.state]).toEqual([1, 'failed']);
      await expect.poll(incidents, SOON).toHaveLength(1);
      const [incident] = await incidents();
      expect(incident).toMatchObject({ cause: 'recovery', severity: 'critical', isDrill: false, phase: 'detect' });
      const { summary } = await call<IncidentDetail>('GET', `/incidents/${incident?.id ?? ''}`);
      expect(summary).toContain('Its file is not the one that was written.');
      expect(summary).toContain(failed.data.id);
      await expect.poll(told, SOON).toContain('A backup does not restore');
      writeFileSync(made.backup, whole);
    },
    LONG_MS,
  );

  test(
    'opens another one when the key of the server does not open the backup any more',
    async () => {
      const key = join(made.dataDir, 'keys', 'recovery', 'drill');
      const before = readFileSync(key);
      rmSync(key);
      const [backup] = (await call<Page<{ id: string }>>('GET', '/backups')).items;
      const failed = await server.cli<DrillView>('drill', 'run', '--backup', backup?.id ?? '');
      expect([failed.code, failed.data.state], failed.stdout).toEqual([1, 'failed']);
      await expect.poll(incidents, SOON).toHaveLength(2);
      writeFileSync(key, before, { mode: 0o600 });
    },
    LONG_MS,
  );

  test(
    'opens none where that is off',
    async () => {
      await made.run(['backup', 'schedule', '--drill-severity', 'off']);
      rmSync(made.backup);
      const [backup] = (await call<Page<{ id: string }>>('GET', '/backups')).items;
      expect((await server.cli('drill', 'run', '--backup', backup?.id ?? '')).code).toBe(1);
      await expect.poll(async () => (await call<Page<DrillView>>('GET', '/drills')).items[0]?.state, SOON).toBe('failed');
      // What comes out of the outbox later has passed it by.
      await call('POST', '/incidents', { title: 'opened by hand, afterwards' });
      await expect.poll(told, SOON).toContain('opened by hand, afterwards');
      expect((await incidents()).filter(({ cause }) => cause === 'recovery')).toHaveLength(2);
    },
    LONG_MS,
  );
});

describe('an incident that is gone through on paper', () => {
  const show = async (id: string): Promise<IncidentDetail> => call<IncidentDetail>('GET', `/incidents/${id}`);

  test(
    'runs its playbook step by step in the ledger, drafts every notice, and closes with a report; nothing is done and nobody is told',
    async () => {
      const openBefore = await openCount();
      const before = told();
      const { code, data, stdout, stderr } = await server.cli<{
        incident: IncidentDetail;
        run: RunView;
        report: { markdown: string };
      }>('drill', 'incident', '--reason', 'spring exercise');
      expect(code, stdout + stderr).toBe(0);
      const { incident, run } = data;
      expect(incident).toMatchObject({ phase: 'closed', cause: 'exercise', isDrill: true, verdict: 'benign' });
      expect(run).toMatchObject({ isSimulation: true, state: 'completed', incident: incident.id });
      expect(incident.clocks.map(({ rule }) => rule).toSorted()).toEqual(RULES);
      expect(new Set(incident.clocks.map(({ state, isDrill }) => `${state} ${isDrill}`))).toEqual(new Set(['not-needed true']));
      const files = incident.files.map(({ name }) => name).toSorted();
      expect(files).toEqual([...RULES.map((rule) => `draft-${rule}.md`), 'report.md'].toSorted());
      expect(data.report.markdown).toContain('**This was a drill.**');
      const { entries } = await call<{ entries: TimelineEntry[] }>('GET', `/incidents/${incident.id}/timeline`);
      const steps = entries.filter(({ lane }) => lane === 'playbook');
      expect(steps.length).toBeGreaterThan(2);
      expect(steps.filter(({ index }) => index === null)).toEqual([]);
      expect(entries.filter(({ lane }) => lane === 'phase').map(({ title }) => title)).toEqual([
        'Opened',
        'From detect to triage',
        'From triage to contain',
        'From contain to eradicate',
        'From eradicate to recover',
        'From recover to closed',
      ]);
      expect((await call<Page<unknown>>('GET', `/actions?state=all&incident=${incident.id}`)).items).toEqual([]);
      expect(await openCount()).toBe(openBefore);
      await call('POST', '/incidents', { title: 'in earnest, after the exercise' });
      await expect.poll(told, SOON).toContain('in earnest, after the exercise');
      expect(told().slice(before.length)).not.toContain('Exercise');
    },
    LONG_MS,
  );

  test(
    'with --tell is told, and marked as a drill',
    async () => {
      const { code } = await server.cli('drill', 'incident', '--tell');
      expect(code).toBe(0);
      await expect.poll(told, SOON).toMatch(/DRILL: Incident \d+: Exercise: /u);
      expect(told()).toContain('nothing is to be filed');
    },
    LONG_MS,
  );

  test(
    'of a process that is killed goes on after its next start, and does nothing twice',
    async () => {
      await server[Symbol.asyncDispose]();
      const env = { HOLDFAST_TEST_KILL_AT: 'playbook after effect command' };
      server = await HoldfastProcess.start({ dataDir: made.dataDir, env });
      const begun = await server.cli<{ incident: IncidentDetail }>('drill', 'incident', '--no-wait').catch(() => null);
      expect(begun).not.toBeNull();
      await expect.poll(() => server.child.signalCode, SOON).toBe('SIGKILL');
      server = await HoldfastProcess.start({ dataDir: made.dataDir });
      const isExercise = ({ cause }: IncidentView): boolean => cause === 'exercise';
      const newest = async (): Promise<IncidentView | undefined> => (await incidents()).find(isExercise);
      await expect.poll(async () => (await newest())?.phase, SOON).toBe('closed');
      const { files, clocks } = await show((await newest())?.id ?? '');
      const names = files.map(({ name }) => name);
      expect(names).toContain('report.md');
      expect(new Set(names).size).toBe(names.length);
      expect(clocks.filter(({ state }) => state === 'running')).toEqual([]);
    },
    LONG_MS,
  );

  /** Of all phases and severities, as the figures say. */
  async function openCount(): Promise<number> {
    const answer = await hostCall(server, 'GET', '/api/v1/incidents?phase=open');
    return (answer.body as Page<IncidentView>).items.length;
  }
});
