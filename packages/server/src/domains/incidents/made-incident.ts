import type { IncidentDetail } from '@holdfast/contract';

export const INCIDENT = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** For tests: an incident as the room of incidents shows it. */
export function madeIncident(change: Partial<IncidentDetail> = {}): IncidentDetail {
  return {
    id: INCIDENT,
    number: 7,
    title: 'Somebody read orders of others',
    phase: 'contain',
    severity: 'high',
    verdict: null,
    application: 'shop',
    owner: null,
    cause: 'hand',
    openedAt: Date.now() - 60_000,
    openedBy: 'person:1',
    changedAt: Date.now(),
    closedAt: null,
    awareAt: null,
    isDrill: false,
    alerts: 0,
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
    missing: [],
    ...change,
  };
}
