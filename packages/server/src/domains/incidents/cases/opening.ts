import { incidentEvents, type Entity, type IncidentCause } from '@holdfast/contract';
import { actorName, type Actor } from '../../applications/index.ts';
import { isGrouping, subjectOf } from '../../detection/index.ts';
import { rankOf, writeEntry, type CaseChange, type CaseParts } from './case-parts.ts';
import { nextNumber, writeEntities, writeLink } from './case-store.ts';
import type { Severity } from './domain.ts';

/** More are not named: what else stands in the alerts is found there. */
export const ENTITIES_MAX = 200;
const TITLE_CHARS_MAX = 200;
const SUMMARY_CHARS_MAX = 4000;

export interface LinkedAlert {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly entities: readonly Entity[];
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface Opening {
  readonly title: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly application: string | null;
  readonly cause: IncidentCause;
  readonly isDrill: boolean;
  readonly actor: Actor;
  readonly alerts: readonly LinkedAlert[];
  /** Names under which alerts join, besides the entities. */
  readonly keys: readonly string[];
}

const keyOf = ({ kind, value }: Entity): string => `${kind}\n${value}`;

/** Each once, in the order in which they came. */
export function joinedEntities(known: readonly Entity[], more: readonly Entity[]): Entity[] {
  const all = new Map<string, Entity>();
  for (const entity of [...known, ...more]) if (!all.has(keyOf(entity))) all.set(keyOf(entity), entity);
  return [...all.values()].slice(0, ENTITIES_MAX);
}

/** Keyed names, and whether alerts join by them. */
export const hashesOf = (parts: Pick<CaseParts, 'pseudonym'>, entities: readonly Entity[]): Map<string, boolean> =>
  new Map(entities.map((entity) => [parts.pseudonym(subjectOf(entity)), isGrouping(entity)]));

/** Under the lock of the intake. Its alerts are linked with it; the first revision has them. */
export async function insertCase(parts: CaseParts, change: CaseChange, opening: Opening): Promise<string> {
  const { tx, now } = change;
  const { title, summary, severity, application, cause, isDrill, actor, alerts } = opening;
  const id = parts.newId();
  const number = await nextNumber(tx);
  const entities = joinedEntities(
    [],
    alerts.flatMap((alert) => alert.entities),
  );
  const words = { title: title.slice(0, TITLE_CHARS_MAX), summary: summary.slice(0, SUMMARY_CHARS_MAX), entities };
  await tx
    .insertInto('incidents_case')
    .values({
      id,
      number,
      phase: 'detect',
      severity: rankOf(severity),
      verdict: null,
      application,
      owner: null,
      cause,
      is_drill: isDrill,
      opened_at: now,
      opened_by: actorName(actor),
      changed_at: now,
      contained_at: null,
      closed_at: null,
      aware_at: null,
      first_at: Math.min(now, ...alerts.map(({ firstAt }) => firstAt)),
      last_at: alerts.length === 0 ? now : Math.max(...alerts.map(({ lastAt }) => lastAt)),
      revision: 1,
      words: parts.seal.words(id, words),
    })
    .execute();
  await writeEntities(tx, id, new Map([...hashesOf(parts, entities), ...opening.keys.map((key) => [key, true] as const)]));
  const payload = { incident: id, number, cause, severity, alerts: alerts.length };
  const event = parts.bus.newEvent(incidentEvents.opened, { actor, severity, application, target: id, payload });
  await writeEntry(parts, change, {
    incident: id,
    lane: 'phase',
    actor,
    title: 'Opened',
    detail: words.summary,
    severity,
    event,
  });
  for (const alert of alerts) await writeLink(tx, { incident: id, alert: alert.id, severity: rankOf(alert.severity), now });
  return id;
}
