import { SEVERITIES, type AlertDetail, type AlertQuery, type AlertSummary, type AlertView, type Page } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { findAlert, readAlerts } from './alert-store.ts';
import type { AlertParts } from './alert-parts.ts';
import { subjectsOf } from './entities.ts';
import { readScores, riskAt } from './risk.ts';
import { tablesOf, type AlertDb, type AlertRow } from './tables.ts';
import { countBegun, countOpen } from './tally.ts';

const STEPS_MAX = 200;
const RELATED_MAX = 50;
const RISKY_MAX = 10;
const HOURS = 24;

function toView({ seal, clock }: AlertParts, row: AlertRow, scores: ReadonlyMap<string, number>): AlertView {
  const { entity, reason, answered } = seal.openSummary(row.id, row.summary);
  return {
    id: row.id,
    state: row.state,
    verdict: row.verdict,
    kind: row.kind,
    detector: row.detector,
    title: row.title,
    severity: SEVERITIES[row.severity] ?? 'info',
    application: row.application,
    entity,
    reason,
    times: row.times,
    firstAt: row.first_at,
    lastAt: row.last_at,
    createdAt: row.created_at,
    group: row.group_id,
    risk: riskAt(scores.get(row.entity) ?? null, clock.now()),
    assignee: row.assignee,
    answered: [...answered],
    revision: row.revision,
  };
}

async function toViews(parts: AlertParts, db: AlertDb, rows: readonly AlertRow[]): Promise<AlertView[]> {
  const scores = await readScores(
    db,
    rows.map(({ entity }) => entity),
  );
  return rows.map((row) => toView(parts, row, scores));
}

export async function listAlerts(parts: AlertParts, { limit, entity, ...query }: AlertQuery): Promise<Page<AlertView>> {
  const db = tablesOf(parts.db);
  const entities = entity === undefined ? null : subjectsOf(entity).map((subject) => parts.pseudonym(subject));
  const rows = await readAlerts(db, { ...query, limit: limit + 1 }, entities);
  const items = await toViews(parts, db, rows.slice(0, limit));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export async function showAlert(parts: AlertParts, id: string): Promise<AlertDetail> {
  const db = tablesOf(parts.db);
  const row = await findAlert(db, id);
  if (row === null) throw new Refusal('not-found');
  const { seen: _seen, opened, evidence, ...details } = parts.seal.openDetails(id, row.details);
  const indexes = await parts.indexesOf([opened, ...evidence]);
  const [view] = await toViews(parts, db, [row]);
  if (view === undefined) throw new Error('assertion: one row is one view');
  const group = { group: row.group_id, state: 'all', limit: RELATED_MAX + 1 } as const;
  const related = (await readAlerts(db, group, null)).filter((one) => one.id !== id).slice(0, RELATED_MAX);
  return {
    ...view,
    ...details,
    entities: [...details.entities],
    attacks: [...details.attacks],
    evidence: evidence.map((one) => ({ ...one, index: indexes.get(one.event) ?? null })),
    index: indexes.get(opened.event) ?? null,
    steps: await readSteps(parts, db, id),
    related: await toViews(parts, db, related),
  };
}

/** The newest of them, oldest first. */
async function readSteps({ seal }: AlertParts, db: AlertDb, alert: string): Promise<AlertDetail['steps']> {
  const rows = await db
    .selectFrom('detection_alert_step')
    .selectAll()
    .where('alert', '=', alert)
    .orderBy('seq', 'desc')
    .limit(STEPS_MAX)
    .execute();
  return rows.toReversed().map(({ seq, time, what, actor, detail }) => ({
    time,
    // Written by this folder only.
    what: what as AlertDetail['steps'][number]['what'],
    actor,
    detail: detail === null ? null : seal.openNote(seq, detail),
  }));
}

export async function summarise(parts: AlertParts): Promise<AlertSummary> {
  const db = tablesOf(parts.db);
  const [info = 0, low = 0, medium = 0, high = 0, critical = 0] = await countOpen(db);
  const hours = await countBegun(db, parts.clock.now(), HOURS);
  return { open: { critical, high, medium, low, info }, hours, risky: await readRisky(parts, db) };
}

async function readRisky({ clock, seal }: AlertParts, db: AlertDb): Promise<AlertSummary['risky']> {
  const rows = await db.selectFrom('detection_risk').selectAll().orderBy('score', 'desc').limit(RISKY_MAX).execute();
  return rows
    .map(({ entity, sealed, score, alerts, last_at: lastAt }) => ({
      entity: seal.openEntity('detection_risk', entity, sealed),
      risk: riskAt(score, clock.now()),
      alerts,
      lastAt,
    }))
    .filter(({ risk }) => risk > 0);
}
