import type { AlertDetail } from '@holdfast/contract';
import { isGrouping, subjectOf } from '../../../detection/index.ts';
import { BY_WATCH, changing, rankOf, type CaseParts } from '../case-parts.ts';
import { findJoinable, linksOf, lockIntake, type Link } from '../case-store.ts';
import { causeOf } from '../domain.ts';
import { linkInto } from '../linking.ts';
import { insertCase, joinedEntities } from '../opening.ts';

/** What became of an alert. */
export interface Taken {
  readonly outcome: 'opened' | 'joined' | 'nothing';
  /** The incident is about somebody now whom it was not about before. */
  readonly hasGrown: boolean;
}

const NOTHING: Taken = { outcome: 'nothing', hasGrown: false };

/** Names under which others join: those it shares with them, or what found what, where it is about nobody in particular. */
function keysOf({ pseudonym }: Pick<CaseParts, 'pseudonym'>, { entities, entity, detector }: AlertDetail): string[] {
  const shared = entities.filter(isGrouping).map((one) => pseudonym(subjectOf(one)));
  return shared.length > 0 ? [...new Set(shared)] : [pseudonym(`detector:${detector}:${subjectOf(entity)}`)];
}

/**
 * Joins an open incident, opens one, or neither; one after the other over all nodes. The same alert again changes nothing unless
 * it grew worse.
 */
export async function takeAlert(parts: CaseParts, alert: AlertDetail): Promise<Taken> {
  if (alert.state === 'suppressed' || alert.state === 'closed') return NOTHING;
  const taken = await changing(parts, async (change): Promise<Taken> => {
    await lockIntake(change.tx);
    const standing = standingIn(await linksOf(change.tx, alert.id), alert);
    if (standing === 'done') return NOTHING;
    const keys = keysOf(parts, alert);
    const { application, firstAt, lastAt } = alert;
    const incident =
      standing?.incident ?? (await findJoinable(change.tx, { hashes: keys, application, firstAt, lastAt }))?.id ?? null;
    if (incident !== null) {
      const hasGrown = await linkInto(parts, change, { incident, alert, actor: BY_WATCH });
      return { outcome: 'joined', hasGrown };
    }
    const cause = causeOf(alert);
    if (cause === null) return NOTHING;
    const words = { title: titleOf(alert), summary: summaryOf(alert), severity: alert.severity };
    const opening = { ...words, application, cause, isDrill: false, actor: BY_WATCH, alerts: [alert], keys };
    await insertCase(parts, change, opening);
    return { outcome: 'opened', hasGrown: true };
  });
  if (taken.outcome !== 'nothing') parts.metrics.count('holdfast_incident_alerts_total', [taken.outcome]);
  return taken;
}

/** The open incident it stands in and has to be looked at in again; `done` = nothing is to be done; null = it stands in none. */
function standingIn(links: readonly Link[], alert: AlertDetail): Link | 'done' | null {
  const open = links.find(({ closedAt }) => closedAt === null);
  if (open !== undefined) return open.severity < rankOf(alert.severity) ? open : 'done';
  const [newest] = links.toSorted((left, right) => (right.closedAt ?? 0) - (left.closedAt ?? 0));
  // It went on after somebody had closed the incident: that is news.
  return newest === undefined || alert.lastAt > (newest.closedAt ?? 0) ? null : 'done';
}

const titleOf = ({ title, entity }: AlertDetail): string =>
  entity.kind === 'application' ? title : `${title}: ${entity.kind} ${entity.value}`;

/** Whom and what it names, also where the sentence of the alert does not. */
function summaryOf({ reason, entities, figures }: AlertDetail): string {
  const named = joinedEntities([], entities).map(({ kind, value }) => `${kind} ${value}`);
  const counted = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  return [
    reason,
    ...(named.length === 0 ? [] : [`About: ${named.join(', ')}.`]),
    ...(counted.length === 0 ? [] : [`Figures: ${counted.join(', ')}.`]),
  ].join('\n');
}
