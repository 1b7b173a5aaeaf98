import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { madeIncident } from '../../made-incident.ts';
import { openRunsStand, recordingAgent, type RunsStand } from './runs-stand.ts';
import type { Runs } from './runs.ts';
import { does, end, playbook, start } from './test-playbooks.ts';

const by = { actor: { kind: 'operator', ref: 'host:0' } } as const;
const incident = madeIncident({ phase: 'detect', openedAt: 1, openedBy: 'operator:host:0', changedAt: 1 });

let stand: RunsStand;
let runs: Runs;

beforeAll(async () => {
  stand = await openRunsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  stand.incidents.set(incident.id, incident);
  runs = stand.open({ agent: recordingAgent() });
});
afterEach(async () => runs[Symbol.asyncDispose]());

async function ran(): Promise<string> {
  const one = stand.add(playbook([start('a'), does('a', { name: 'cut it off', onCompletion: 'end' }), end('end')]));
  const { id } = await runs.begin(one.id, { incident: incident.id, variables: {}, simulate: false, reason: 'a test' }, by);
  await runs.settle();
  return id;
}
const titlesOf = async (run: string): Promise<string[]> =>
  (await runs.timeline(incident.id)).filter(({ ref }) => ref === run).map(({ title }) => title.split(': ').slice(1).join(': '));
const breakIt = async (table: string, column: string, key: string, run: string): Promise<void> =>
  void (await stand.platform.db.query(`update ${table} set ${column} = 'no longer what it was' where ${key} = $1`, [run]));

describe('what playbooks did, in the timeline of an incident', () => {
  it('is named as it was called then', async () => {
    expect(await titlesOf(await ran())).toContain('cut it off: succeeded');
  });

  it('stays with the ids of its steps where the text of a run cannot be read any more', async () => {
    const [run, other] = [await ran(), await ran()];
    const before = await runs.timeline(incident.id);
    await breakIt('incident_run', 'documents', 'id', run);
    const after = await runs.timeline(incident.id);
    const places = (entries: typeof after) => entries.map(({ id, time, detail }) => ({ id, time, detail }));
    expect(places(after)).toEqual(places(before));
    expect(await titlesOf(run)).toContain('a: succeeded');
    expect(await titlesOf(other)).toContain('cut it off: succeeded');
  });

  it.each([
    ['incident_run_visit', 'visit', 'run'],
    ['incident_run', 'memory', 'id'],
  ])('says at least that a run began and ended where %s.%s cannot be opened, and hides no other', async (table, column, key) => {
    const [run, other] = [await ran(), await ran()];
    await breakIt(table, column, key, run);
    const entries = await runs.timeline(incident.id);
    expect(entries.filter(({ ref }) => ref === run).map(({ id }) => id)).toEqual([`${run}:began`, `${run}:ended`]);
    expect(entries.filter(({ ref }) => ref === other).length).toBeGreaterThan(2);
  });
});
