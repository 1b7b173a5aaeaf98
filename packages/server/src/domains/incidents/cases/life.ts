import {
  incidentEvents,
  type IncidentChange,
  type IncidentInput,
  type IncidentMove,
  type IncidentTask,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { changedEvent, changing, rankOf, severityOf, writeEntry, type CaseChange, type CaseParts } from './case-parts.ts';
import { changeCase, findNamed, lockIntake, mustFind, mustLock } from './case-store.ts';
import type { IncidentBy, OwnOpening } from './cases.ts';
import { decideMove, isContained, isThereAlready, type Decision } from './domain.ts';
import { linkInto, readForLink } from './linking.ts';
import { insertCase } from './opening.ts';
import { openActionsOf } from './reading.ts';
import { tablesOf, type CaseRow } from './tables.ts';
import { insertTask } from './tasks.ts';

const notReady = (missing: readonly string[]): Refusal =>
  new Refusal('incident-not-ready', { errors: missing.map((detail) => ({ pointer: '/phase', detail })) });

/** By hand; with its alerts in one step. */
export async function openCase(parts: CaseParts, input: IncidentInput, actor: Actor): Promise<string> {
  const { title, severity, application, summary, isDrill } = input;
  await assertKnown(parts, application);
  const alerts = await readForLink(parts, input.alerts);
  return changing(parts, async (change) => {
    await lockIntake(change.tx);
    const cause = isDrill ? 'drill' : 'hand';
    const first = alerts[0]?.application ?? null;
    const opening = { title, severity, summary, cause, isDrill, actor, alerts, keys: [] } as const;
    return insertCase(parts, change, { ...opening, application: application ?? first });
  });
}

async function assertKnown({ hasApplication }: CaseParts, named: string | null): Promise<void> {
  if (named === null || (await hasApplication(named))) return;
  throw new Refusal('input-invalid', { errors: [{ pointer: '/application', detail: 'no such application' }] });
}

/** By ourselves; one that was opened under this key, even if it is closed by now, is the one. */
export async function openFor(
  parts: CaseParts,
  { key, ...opening }: OwnOpening & { readonly key: string },
  actor: Actor,
): Promise<string> {
  const named = parts.pseudonym(key);
  return changing(parts, async (change) => {
    await lockIntake(change.tx);
    const known = await findNamed(change.tx, named);
    if (known !== null) return known;
    const isDrill = opening.cause === 'exercise';
    return insertCase(parts, change, { ...opening, isDrill, application: null, actor, alerts: [], keys: [named] });
  });
}

/** What is still open is asked before, because the answer comes from other tables than these. */
export async function moveCase(
  parts: CaseParts,
  id: string,
  { input, by }: { input: IncidentMove; by: IncidentBy },
): Promise<void> {
  const open = input.phase === 'closed' ? await openActionsOf(parts, (await mustFind(tablesOf(parts.db), id)).id) : [];
  const took = await changing(parts, async (change) => {
    const row = await mustLock(change.tx, id, by);
    const { phase: to, verdict = null, leavesActions = false } = input;
    const isAutomatic = by.isPlaybook === true || by.actor.kind === 'system';
    if (isAutomatic && isThereAlready(row.phase, to)) return [];
    const decision = decideMove(row, { to, verdict, open, leavesActions, isAutomatic });
    if (decision.kind === 'refused') throw notReady(decision.missing);
    await writeMove(parts, change, { row, decision, input, by });
    return tookSeconds(row, decision, change.now);
  });
  for (const { name, seconds } of took) {
    parts.metrics.count(`holdfast_incidents_${name}_total`);
    parts.metrics.count(`holdfast_incident_${name}_seconds_total`, [], seconds);
  }
}

type Moved = Extract<Decision, { kind: 'moved' }>;

/** What the move says about how long it took, for the figures: the first time that it is contained, and each closing. */
function tookSeconds(row: CaseRow, { to }: Moved, now: number): { name: 'contained' | 'closed'; seconds: number }[] {
  const seconds = Math.max(0, Math.round((now - row.opened_at) / 1000));
  if (row.is_drill) return [];
  return [
    ...(isContained(to) && row.contained_at === null ? [{ name: 'contained' as const, seconds }] : []),
    ...(to === 'closed' ? [{ name: 'closed' as const, seconds }] : []),
  ];
}

interface Moving {
  readonly row: CaseRow;
  readonly decision: Moved;
  readonly input: IncidentMove;
  readonly by: IncidentBy;
}

async function writeMove(parts: CaseParts, change: CaseChange, { row, decision, input, by: { actor } }: Moving): Promise<void> {
  const { tx, now } = change;
  const { from, to, verdict } = decision;
  const { id, application } = row;
  await changeCase(
    tx,
    { id, now },
    {
      phase: to,
      verdict,
      closed_at: to === 'closed' ? now : null,
      contained_at: row.contained_at ?? (isContained(to) ? now : null),
    },
  );
  const payload = { incident: id, from, to, verdict };
  const { reason } = input;
  const event = parts.bus.newEvent(incidentEvents.moved, { actor, application, target: id, reason, payload });
  const said = verdict === null ? reason : `${verdict}: ${reason}`;
  await writeEntry(parts, change, { incident: id, lane: 'phase', actor, title: `From ${from} to ${to}`, detail: said, event });
  for (const title of input.lessons) await insertTask(parts, change, { row, actor, task: lesson(title) });
}

const lesson = (title: string) => ({ title, owner: null, dueAt: null, kind: 'lesson' }) satisfies Partial<IncidentTask>;

export async function editCase(
  parts: CaseParts,
  id: string,
  { input, by }: { input: IncidentChange; by: IncidentBy },
): Promise<void> {
  await changing(parts, async (change) => {
    const row = await mustLock(change.tx, id, by);
    const { title, summary, severity, owner, verdict, reason } = input;
    const words = parts.seal.openWords(row.id, row.words);
    const after = { ...words, title: title ?? words.title, summary: summary ?? words.summary };
    const changes = [
      ...said('severity', severityOf(row.severity), severity),
      ...said('owner', row.owner, owner),
      ...said('verdict', row.verdict, verdict),
      ...(after.title === words.title ? [] : ['title']),
      ...(after.summary === words.summary ? [] : ['summary']),
    ];
    if (changes.length === 0) return;
    await changeCase(
      change.tx,
      { id: row.id, now: change.now },
      {
        words: parts.seal.words(row.id, after),
        ...(severity === undefined ? {} : { severity: rankOf(severity) }),
        ...(owner === undefined ? {} : { owner }),
        ...(verdict === undefined ? {} : { verdict }),
      },
    );
    const fields = { actor: by.actor, reason, change: 'edited', part: null, sha256: null } as const;
    const entry = { incident: row.id, lane: 'phase', actor: by.actor, title: `Changed: ${changes.join(', ')}` } as const;
    await writeEntry(parts, change, { ...entry, detail: reason, event: changedEvent(parts, row, fields) });
  });
}

/** In words, where something else is said than what stands. */
function said(name: string, before: string | null, after: string | null | undefined): string[] {
  return after === undefined || after === before ? [] : [`${name} ${before ?? 'none'} to ${after ?? 'none'}`];
}

/** When somebody knew; what stands already stays. */
export async function awareCase(
  parts: CaseParts,
  id: string,
  { awareAt, by }: { awareAt: number; by: IncidentBy },
): Promise<void> {
  await changing(parts, async (change) => {
    const row = await mustLock(change.tx, id, by);
    if (row.aware_at !== null) return;
    await changeCase(change.tx, { id: row.id, now: change.now }, { aware_at: awareAt });
    const { actor } = by;
    const event = changedEvent(parts, row, { actor, change: 'aware', part: null, sha256: null });
    const title = `Known since ${new Date(awareAt).toISOString()}: personal data is concerned`;
    await writeEntry(parts, change, { incident: row.id, lane: 'clock', actor, title, event });
  });
}

export async function linkCase(
  parts: CaseParts,
  id: string,
  { ids, by }: { ids: readonly string[]; by: IncidentBy },
): Promise<void> {
  const alerts = await readForLink(parts, ids);
  await changing(parts, async (change) => {
    await lockIntake(change.tx);
    const row = await mustLock(change.tx, id, by);
    for (const alert of alerts) await linkInto(parts, change, { incident: row.id, alert, actor: by.actor });
  });
}
