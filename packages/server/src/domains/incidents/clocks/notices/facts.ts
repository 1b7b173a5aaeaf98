import type { AlertDetail, Entity, IncidentDetail, TimelineEntry } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import { readClocks, type ClockRow } from '../clock-store.ts';
import type { ClockParts } from '../clock-parts.ts';
import type { PersonalCounts } from './personal-data.ts';

/** More alerts tell a reader nothing new; how many there were is said. */
const ALERTS_READ_MAX = 50;

/** What Holdfast knows of an incident. */
export interface Facts {
  readonly incident: IncidentDetail;
  readonly clock: ClockRow | null;
  readonly timeline: readonly TimelineEntry[];
  /** Oldest first. */
  readonly alerts: readonly AlertDetail[];
  /** Whom and what they are about, each once. */
  readonly entities: readonly Entity[];
  readonly personal: PersonalCounts | null;
  /** When it was first seen, and last. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly now: number;
}

export async function gatherFacts(parts: ClockParts, word: string, rule: string): Promise<Facts> {
  const { db, clock, cases, personalData } = parts;
  const room = cases();
  if (room === undefined) throw new Refusal('not-found');
  const incident = await room.show(word);
  const alerts = await readAlerts(parts, incident.linkedAlerts);
  const rows = await readClocks(db, incident.id);
  const times = alerts.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]);
  return {
    incident,
    clock: rows.find((row) => row.rule === rule) ?? null,
    timeline: await room.timeline(incident.id),
    alerts,
    entities: distinct([...incident.entities, ...alerts.flatMap(({ entities }) => entities)]),
    personal: personalData === null ? null : await personalData.countsFor(incident.id),
    firstAt: Math.min(incident.openedAt, ...times),
    lastAt: Math.max(incident.openedAt, ...times),
    now: clock.now(),
  };
}

/** Those that are known no longer are left out. */
async function readAlerts({ alert }: ClockParts, ids: readonly string[]): Promise<readonly AlertDetail[]> {
  const found: AlertDetail[] = [];
  for (const id of ids.slice(0, ALERTS_READ_MAX)) {
    const one = await alert(id).catch(unlessMissing);
    if (one !== null) found.push(one);
  }
  return found.toSorted((left, right) => left.firstAt - right.firstAt);
}

function unlessMissing(error: unknown): null {
  if (error instanceof Refusal && error.code === 'not-found') return null;
  throw error;
}

function distinct(entities: readonly Entity[]): readonly Entity[] {
  return [...new Map(entities.map((entity) => [`${entity.kind} ${entity.value}`, entity])).values()];
}
