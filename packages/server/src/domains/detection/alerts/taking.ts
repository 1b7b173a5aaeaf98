import { alertEvents, SEVERITIES, type AlertState, type Detection, type EventRecord } from '@holdfast/contract';
import { isGrouping, isRisky, subjectOf } from './entities.ts';
import { digestOf, fold, isWithin, REPEAT_MS, type Folded, type Hashed } from './fold.ts';
import { BY_WATCH, changing, writeStep, type AlertChange, type AlertParts } from './alert-parts.ts';
import { changeAlert, findRepeated, groupsAround, joinGroups, writeEntities } from './alert-store.ts';
import { entityHash, newDraft, storedDraft, type Draft } from './draft.ts';
import { gainRisk, REPEATED_SHARE, weightOf } from './risk.ts';
import { countHit, findSuppression } from './suppression-store.ts';
import type { AlertRow } from './tables.ts';

/** What became of an alert in one batch. */
export interface Taken {
  readonly id: string;
  readonly state: AlertState;
  /** It began, grew worse, or came out of a suppression. */
  readonly isDue: boolean;
  readonly application: string | null;
  readonly wanted: Detection['answers'];
}

/** Detections become alerts in one transaction: all of them, or none and they are tried again. */
export async function takeBatch(parts: AlertParts, batch: readonly Detection[]): Promise<Taken[]> {
  const begun: Draft[] = [];
  const taken = await changing(parts, async (change) => {
    const drafts = await foldAll(parts, change, batch);
    const outcome: Taken[] = [];
    for (const draft of drafts) {
      if (draft.row === null) begun.push(draft);
      outcome.push(await writeDraft(parts, change, draft));
    }
    return outcome;
  });
  for (const { first, folded } of begun)
    parts.metrics.count('holdfast_alerts_total', [first.kind, SEVERITIES[folded.severity] ?? 'info']);
  return taken;
}

/** Each alert once, with all that the batch adds to it. */
async function foldAll(parts: AlertParts, { tx, events }: AlertChange, batch: readonly Detection[]): Promise<Draft[]> {
  const drafts = new Map<string, Draft>();
  for (const detection of batch) {
    const found = parts.journal.hashed(detection);
    const digest = digestOf(detection);
    const key = { detector: found.detector, entity: entityHash(parts, found), time: found.time };
    const draft = await draftFor(parts, { tx, drafts }, key);
    if (draft === null) {
      const id = parts.newId();
      const event = openedEvent(parts, found, id);
      events.push(event);
      drafts.set(id, newDraft(parts, found, { id, digest, opened: { event: event.id, time: event.time } }));
      continue;
    }
    const folded = fold(draft.folded, found, digest);
    if (folded === null) continue;
    draft.folded = folded;
    draft.wanted = [...draft.wanted, ...found.answers];
    drafts.set(draft.id, draft);
  }
  return [...drafts.values()];
}

interface Known {
  readonly tx: AlertChange['tx'];
  readonly drafts: ReadonlyMap<string, Draft>;
}

async function draftFor(
  parts: AlertParts,
  { tx, drafts }: Known,
  key: { readonly detector: string; readonly entity: string; readonly time: number },
): Promise<Draft | null> {
  const isSame = (draft: Draft): boolean =>
    draft.detector === key.detector && draft.entity === key.entity && isWithin(key.time, draft.folded, REPEAT_MS);
  const known = [...drafts.values()].find(isSame);
  if (known !== undefined) return known;
  const row = await findRepeated(tx, key);
  return row === null ? null : (drafts.get(row.id) ?? storedDraft(parts, row));
}

function openedEvent({ bus }: AlertParts, found: Hashed, id: string): EventRecord {
  const { kind, detector, title, entities, reason, events, evidence, severity, application } = found;
  const [entity = { kind: 'application' as const, value: 'none' }] = entities;
  return bus.newEvent(alertEvents.opened, {
    actor: BY_WATCH,
    severity,
    application,
    subject: subjectOf(entity),
    target: id,
    payload: {
      alert: id,
      kind,
      detector,
      title,
      entityKind: entity.kind,
      entity: entity.value,
      reason,
      events,
      evidence: evidence.flatMap(({ event, hash }) => (hash === null ? [] : [{ event, hash }])),
    },
  });
}

async function writeDraft(parts: AlertParts, change: AlertChange, draft: Draft): Promise<Taken> {
  const { tx, now } = change;
  const { row, folded, id, detector, first } = draft;
  const named = new Map(folded.entities.map((entity) => [parts.pseudonym(subjectOf(entity)), isGrouping(entity)]));
  const about = { detector, application: first.application, entities: [...named.keys()] };
  const suppression = await findSuppression(tx, now, about);
  const state = stateAfter(row?.state ?? null, suppression !== null);
  const isSuppressed = state === 'suppressed';
  const isCounted = row === null || folded.lastAt - row.counted_at >= REPEAT_MS;
  if (isSuppressed) await countHit(tx, suppression ?? '', folded.times - (row?.times ?? 0));
  else await gain(parts, tx, { draft, isCounted });
  const stored = {
    ...toStored(parts, draft),
    state,
    suppression: isSuppressed ? suppression : null,
    counted_at: isCounted ? folded.lastAt : row.counted_at,
    group_id: await groupOf(tx, draft, named),
  };
  if (row === null) await insertAlert(tx, { draft, now, stored });
  else await changeAlert(tx, id, stored);
  await writeEntities(tx, id, { named, from: folded.firstAt, to: folded.lastAt });
  const isNews = await noteWhatHappened(parts, change, { draft, state });
  return { id, state, isDue: isNews && !isSuppressed, application: first.application, wanted: draft.wanted };
}

function toStored({ seal }: AlertParts, { id, folded, answered, opened }: Draft) {
  const { entities, figures, attacks, evidence, events, seen } = folded;
  return {
    severity: folded.severity,
    times: folded.times,
    first_at: folded.firstAt,
    last_at: folded.lastAt,
    summary: seal.summary(id, { entity: firstOf(folded), reason: folded.reason, answered }),
    details: seal.details(id, { entities, figures, attacks, evidence, events, seen, opened }),
  };
}

/** Somebody who acknowledged it goes on with it; what was suppressed and is not any more is new. */
function stateAfter(before: AlertState | null, isSuppressed: boolean): AlertState {
  if (before === 'acknowledged') return before;
  return isSuppressed ? 'suppressed' : 'new';
}

const firstOf = ({ entities: [entity] }: Folded) => entity ?? { kind: 'application' as const, value: 'none' };

/** Told by the older one, where it joins several. */
async function groupOf(tx: AlertChange['tx'], { id, row, folded }: Draft, named: ReadonlyMap<string, boolean>): Promise<string> {
  const hashes = [...named].flatMap(([hash, groups]) => (groups ? [hash] : []));
  const around = await groupsAround(tx, { hashes, from: folded.firstAt, to: folded.lastAt });
  const all = [...new Set([...around, ...(row === null ? [] : [row.group_id])])].toSorted();
  const [oldest = id, ...others] = all;
  await joinGroups(tx, oldest, others);
  return oldest;
}

/** The first counts whole, and so does what makes it worse; a repetition a tenth, each quarter of an hour. */
async function gain(
  parts: AlertParts,
  tx: AlertChange['tx'],
  { draft: { row, folded }, isCounted }: { readonly draft: Draft; readonly isCounted: boolean },
): Promise<void> {
  const whole = weightOf(folded.severity) - (row === null ? 0 : weightOf(row.severity));
  const weight = whole + (row !== null && isCounted ? weightOf(folded.severity) * REPEATED_SHARE : 0);
  if (weight <= 0) return;
  for (const entity of folded.entities.filter(isRisky)) {
    const hash = parts.pseudonym(subjectOf(entity));
    await gainRisk(tx, parts.seal, { entity, hash, weight, at: folded.lastAt, isNew: row === null });
  }
}

type Stored = ReturnType<typeof toStored> & Pick<AlertRow, 'state' | 'suppression' | 'counted_at' | 'group_id'>;

async function insertAlert(
  tx: AlertChange['tx'],
  { draft, now, stored }: { readonly draft: Draft; readonly now: number; readonly stored: Stored },
): Promise<void> {
  const { id, detector, entity, first } = draft;
  const fresh = { verdict: null, assignee: null, closed_at: null, created_at: now, revision: 1 };
  await tx
    .insertInto('detection_alert')
    .values({ ...first, ...fresh, ...stored, id, detector, entity })
    .execute();
}

/** Whether there is something that people do not know yet. */
async function noteWhatHappened(
  parts: AlertParts,
  change: AlertChange,
  { draft, state }: { readonly draft: Draft; readonly state: AlertState },
): Promise<boolean> {
  const { id, row, folded } = draft;
  const isWorse = row !== null && folded.severity > row.severity;
  const isFree = row?.state === 'suppressed' && state === 'new';
  const step = async (what: string, detail: string | null): Promise<void> =>
    writeStep(parts, change, { alert: id, what, actor: BY_WATCH, detail });
  if (row === null) await step('opened', folded.reason);
  if (state === 'suppressed' && row?.state !== 'suppressed') await step('suppressed', null);
  if (isWorse) await step('repeated', `${folded.times} times; now ${SEVERITIES[folded.severity] ?? ''}`);
  if (isFree) {
    await step('reopened', 'it is not suppressed any more');
    const payload = { alert: id, change: 'reopened' as const, assignee: row.assignee };
    change.events.push(parts.bus.newEvent(alertEvents.changed, { actor: BY_WATCH, target: id, payload }));
  }
  return row === null || isFree || isWorse;
}
