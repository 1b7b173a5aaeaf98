import { actionEvents, incidentEvents, playbookEvents, type ActionView, type IncidentDetail } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { TextMessage } from '../../detection/index.ts';
import { INCIDENT, madeIncident } from '../made-incident.ts';
import { tellIncidents } from './tell-incidents.ts';

const ACTION = '01ARZ3NDEKTSV4RRFFQ69G5FAX';
const RUN = '01ARZ3NDEKTSV4RRFFQ69G5FAY';
const PLAYBOOK = 'playbook--00000000-0000-4000-8000-000000000001';
let platform: TestPlatform;
let incident: IncidentDetail;
let state: ActionView['state'];
const told: TextMessage[] = [];

beforeAll(async () => {
  platform = await openTestPlatform();
  tellIncidents({
    bus: platform.bus,
    cases: () => ({
      show: async (id) => (id === INCIDENT ? Promise.resolve(incident) : Promise.reject(new Refusal('not-found'))),
    }),
    actions: () => ({ show: async () => Promise.resolve(waitingAction()) }),
    channels: () => ({ tellText: async (text) => Promise.resolve(told.push(text)) }),
    link: (id) => `https://localhost:8443/incidents/${id}`,
  });
  platform.bus.start();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(() => {
  told.length = 0;
  incident = madeIncident();
  state = 'waiting';
});

const waitingAction = (): ActionView => ({
  id: ACTION,
  action: 'quarantine-route',
  parameters: {},
  state,
  incident: INCIDENT,
  run: null,
  step: null,
  plan: {
    summary: 'GET /orders is cut off',
    impact: { requests: 1, sessions: 1, clients: 1, share: 0.3, unknown: null },
    approvals: 1,
    why: ['it would touch 30 % of the visitors.'],
    refused: null,
    isEffective: false,
    undo: 'released',
    expiresAt: null,
  },
  reason: 'orders are read',
  requestedBy: 'token:ada',
  requestedAt: 1,
  approvedBy: [],
  decideBy: Date.UTC(2026, 0, 31, 12, 30),
  expiresAt: null,
  outcome: null,
  isUndoable: true,
  steps: [],
  revision: 1,
});

async function published(...events: readonly ReturnType<TestPlatform['bus']['newEvent']>[]): Promise<void> {
  await platform.db.transaction(async (tx) => platform.bus.publish(tx, events));
  await platform.bus.settle();
}
const opened = () => {
  const payload = { incident: INCIDENT, number: 7, cause: 'hand' as const, severity: 'high' as const, alerts: 0 };
  return platform.bus.newEvent(incidentEvents.opened, { payload });
};
const changed = (change: 'edited' | 'noted' | 'linked') =>
  platform.bus.newEvent(incidentEvents.changed, { payload: { incident: INCIDENT, change, part: null, sha256: null } });
const asked = (approvals: number) => {
  const payload = {
    action: ACTION,
    name: 'quarantine-route' as const,
    incident: INCIDENT,
    run: null,
    approvals,
    parameters: '{}',
  };
  return platform.bus.newEvent(actionEvents.asked, { payload });
};
const ended = (ending: 'failed' | 'completed', simulation = false) => {
  const payload = { run: RUN, playbook: PLAYBOOK, incident: INCIDENT, state: ending, simulation };
  return platform.bus.newEvent(playbookEvents.ended, { payload });
};
const step = (stepState: 'waiting' | 'succeeded', action: string | null) => {
  const payload = { run: RUN, step: `action--${PLAYBOOK.slice(10)}`, round: 1, state: stepState, action };
  return platform.bus.newEvent(playbookEvents.step, { payload });
};

describe('channels are told', () => {
  it('of an incident that begins, and again under its key when it may have grown worse', async () => {
    await published(opened());
    expect(told).toMatchObject([
      {
        title: 'Incident 7: Somebody read orders of others',
        severity: 'high',
        application: 'shop',
        channel: null,
        key: `incident:${INCIDENT}`,
        link: `https://localhost:8443/incidents/${INCIDENT}`,
      },
    ]);
    incident = madeIncident({ severity: 'critical' });
    await published(changed('edited'), changed('noted'));
    expect(told.map(({ key, severity }) => [key, severity])).toEqual([
      [`incident:${INCIDENT}`, 'high'],
      [`incident:${INCIDENT}`, 'critical'],
    ]);
  });

  it('that it is a drill', async () => {
    incident = madeIncident({ isDrill: true });
    await published(opened());
    expect(told[0]?.title).toMatch(/^DRILL: Incident 7/u);
  });

  it('of actions that wait for somebody, not of those that need nobody or were decided meanwhile', async () => {
    await published(asked(0));
    state = 'effective';
    await published(asked(1));
    expect(told).toEqual([]);
    state = 'waiting';
    await published(asked(1));
    expect(told[0]?.title).toBe('quarantine-route waits for 1 to agree until 12:30 UTC');
    expect(told[0]?.text).toContain('orders are read');
  });

  it('of playbooks that failed or wait for somebody, not of those that went well or only tried', async () => {
    await published(ended('completed'), ended('failed', true), step('succeeded', null), step('waiting', ACTION));
    expect(told).toEqual([]);
    await published(ended('failed'), step('waiting', null));
    expect(told.map(({ title }) => title).toSorted()).toEqual([
      'A playbook failed in incident 7',
      'A playbook waits for somebody',
    ]);
  });

  it('of nothing that is gone or closed by then', async () => {
    incident = madeIncident({ phase: 'closed' });
    const payload = { incident: ACTION, number: 8, cause: 'hand' as const, severity: 'high' as const, alerts: 0 };
    await published(opened(), platform.bus.newEvent(incidentEvents.opened, { payload }));
    expect(told).toEqual([]);
  });
});
