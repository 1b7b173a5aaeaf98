import { alertEvents, SUPPRESSION_DAYS_MAX, type Page, type SuppressionInput, type SuppressionView } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { BY_WATCH, changing, writeStep, type AlertChange, type AlertParts } from './alert-parts.ts';
import { ERASED, subjectOf } from './entities.ts';
import { countInForce, readSuppressions, suppressKnown, takeExpired, takeSuppression } from './suppression-store.ts';
import { tablesOf, type SuppressionRow } from './tables.ts';

const DAY_MS = 86_400_000;
/** More would be a watch that is switched off by hand. */
const SUPPRESSIONS_MAX = 1000;

function toView({ seal }: Pick<AlertParts, 'seal'>, row: SuppressionRow): SuppressionView {
  return {
    id: row.id,
    detector: row.detector,
    entity: row.sealed === null ? null : seal.openEntity('detection_suppression', row.id, row.sealed),
    application: row.application,
    reason: row.reason,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    hits: row.hits,
  };
}

export async function addSuppression(parts: AlertParts, input: SuppressionInput, actor: Actor): Promise<SuppressionView> {
  const { detector, entity, application, days, reason } = input;
  if (detector === null && entity === null) {
    const detail = 'a detector or an entity is needed: not to be told of anything is to switch the watch off';
    throw new Refusal('input-invalid', { errors: [{ pointer: '/detector', detail }] });
  }
  return changing(parts, async (change) => {
    const { tx, now } = change;
    if ((await countInForce(tx)) >= SUPPRESSIONS_MAX)
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${SUPPRESSIONS_MAX} suppressions` }] });
    const id = parts.newId();
    const row = {
      id,
      detector,
      entity: entity === null ? null : parts.pseudonym(subjectOf(entity)),
      sealed: entity === null ? null : parts.seal.entity('detection_suppression', id, entity),
      application,
      reason,
      created_at: now,
      created_by: actorName(actor),
      expires_at: now + Math.min(days, SUPPRESSION_DAYS_MAX) * DAY_MS,
      hits: 0,
    };
    await tx.insertInto('detection_suppression').values(row).execute();
    const known = await suppressKnown(tx, row);
    for (const alert of known) await writeStep(parts, change, { alert, what: 'suppressed', actor, detail: reason });
    noteChange(parts, change, { row, actor, what: 'added' });
    return toView(parts, row);
  });
}

export async function listSuppressions(
  parts: AlertParts,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<SuppressionView>> {
  const rows = await readSuppressions(tablesOf(parts.db), { cursor, limit: limit + 1, now: parts.clock.now() });
  const items = rows.slice(0, limit).map((row) => toView(parts, row));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Alerts that it kept from being told stay as they are; what comes next is told. */
export async function removeSuppression(parts: AlertParts, id: string, actor: Actor): Promise<void> {
  await changing(parts, async (change) => {
    const row = await takeSuppression(change.tx, id);
    if (row === null) throw new Refusal('not-found');
    noteChange(parts, change, { row, actor, what: 'removed' });
  });
}

export async function endSuppressions(parts: AlertParts): Promise<void> {
  await changing(parts, async (change) => {
    for (const row of await takeExpired(change.tx, change.now))
      noteChange(parts, change, { row, actor: BY_WATCH, what: 'expired' });
  });
}

interface Noted {
  readonly row: SuppressionRow;
  readonly actor: Actor;
  readonly what: 'added' | 'removed' | 'expired';
}

function noteChange({ bus, seal }: AlertParts, { events }: AlertChange, { row, actor, what }: Noted): void {
  const entity = row.sealed === null ? null : seal.openEntity('detection_suppression', row.id, row.sealed);
  const payload = {
    suppression: row.id,
    change: what,
    detector: row.detector,
    entityKind: entity === null || entity.value === ERASED ? null : entity.kind,
    reason: row.reason,
  };
  const fields = { actor, application: row.application, target: row.id, reason: row.reason, payload };
  events.push(bus.newEvent(alertEvents.suppressionChanged, fields));
}
