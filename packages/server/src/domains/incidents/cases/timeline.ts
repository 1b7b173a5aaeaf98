import type { AlertDetail, TimelineEntry } from '@holdfast/contract';
import { severityOf, type CaseParts } from './case-parts.ts';
import { mustFind, readLinks } from './case-store.ts';
import type { JoinedEntry, TimelineSource } from './cases.ts';
import { LedgerPlaces, RESPONSE_RECORDS } from '../ledger-records.ts';
import { tablesOf, type EntryRow } from './tables.ts';

const ENTRIES_MAX = 2000;
/** Of more alerts only that they joined is told. */
const ALERTS_READ_MAX = 50;
const DETAIL_CHARS_MAX = 2000;
const MARGIN_MS = 60_000;

/** Oldest first; of more than so many the newest, after an entry that says how many are left out. */
export async function readTimeline(parts: CaseParts, id: string, sources: readonly TimelineSource[]): Promise<TimelineEntry[]> {
  const row = await mustFind(tablesOf(parts.db), id);
  const own = await ownEntries(parts, row.id);
  const alerts = await alertEntries(parts, row.id);
  const joined: JoinedEntry[] = [];
  for (const source of sources) joined.push(...(await read(parts, source, row.id)));
  return bounded([...own, ...alerts, ...(await placed(parts, row.opened_at, joined))]);
}

/** With the places of their records. An incident can be opened a moment after the first action that belongs to it was asked for. */
async function placed(parts: CaseParts, openedAt: number, joined: readonly JoinedEntry[]): Promise<TimelineEntry[]> {
  if (joined.every(({ record }) => record === undefined)) return [...joined];
  const records = await parts.recordsOf({ types: RESPONSE_RECORDS, sinceMs: Math.max(0, openedAt - MARGIN_MS) });
  const places = new LedgerPlaces(records);
  const newest = joined.toSorted((left, right) => right.time - left.time);
  return newest.map(({ record, ...entry }) => ({
    ...entry,
    index: entry.index ?? (record === undefined ? null : places.take(record)),
  }));
}

/** A source that cannot be read must not hide the others. */
async function read({ log }: CaseParts, source: TimelineSource, incident: string): Promise<readonly JoinedEntry[]> {
  try {
    return await source(incident);
  } catch (error) {
    log.error({ err: error, incident }, 'a part of a timeline could not be read');
    return [];
  }
}

export function bounded(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const known = new Map(entries.map((entry) => [`${entry.lane}\n${entry.id}`, entry]));
  const sorted = [...known.values()].toSorted((left, right) => left.time - right.time || (left.id < right.id ? -1 : 1));
  if (sorted.length <= ENTRIES_MAX) return sorted;
  const shown = sorted.slice(-ENTRIES_MAX + 1);
  const leftOut = sorted.length - shown.length;
  const note: TimelineEntry = {
    id: 'left-out',
    time: shown[0]?.time ?? 0,
    lane: 'phase',
    title: `${leftOut} earlier entries are left out`,
    detail: null,
    actor: null,
    severity: null,
    ref: null,
    index: null,
  };
  return [note, ...shown];
}

async function ownEntries(parts: CaseParts, incident: string): Promise<TimelineEntry[]> {
  const rows = await tablesOf(parts.db)
    .selectFrom('incidents_case_entry')
    .selectAll()
    .where('incident', '=', incident)
    .orderBy('seq', 'desc')
    .limit(ENTRIES_MAX + 1)
    .execute();
  const indexes = await parts.indexesOf(
    rows.flatMap(({ event, event_time: time }) => (event === null || time === null ? [] : [{ event, time }])),
  );
  return rows.map((row) => toEntry(parts, row, row.event === null ? null : (indexes.get(row.event) ?? null)));
}

function toEntry({ seal }: CaseParts, row: EntryRow, index: number | null): TimelineEntry {
  const { title, detail } = row.words === null ? { title: 'erased', detail: null } : seal.openEntry(row.seq, row.words);
  return {
    id: `own-${row.seq}`,
    time: row.time,
    lane: row.lane,
    title,
    detail: detail?.slice(0, DETAIL_CHARS_MAX) ?? null,
    actor: row.actor,
    severity: row.severity === null ? null : severityOf(row.severity),
    ref: row.ref,
    index,
  };
}

async function alertEntries(parts: CaseParts, incident: string): Promise<TimelineEntry[]> {
  const ids = await readLinks(tablesOf(parts.db), incident, ALERTS_READ_MAX);
  const entries: TimelineEntry[] = [];
  for (const id of ids) {
    // One that is kept no longer still stands in the incident as having joined.
    const alert = await parts.alerts.show(id).catch(() => null);
    if (alert !== null) entries.push(...entriesOf(alert));
  }
  return entries;
}

function entriesOf({ id, createdAt, title, reason, severity, index, evidence, detector }: AlertDetail): TimelineEntry[] {
  const alert: TimelineEntry = {
    id,
    time: createdAt,
    lane: 'alert',
    title: title.slice(0, 300),
    detail: reason,
    actor: detector,
    severity,
    ref: id,
    index,
  };
  const events = evidence.map((one): TimelineEntry => ({
    id: one.event,
    time: one.time,
    lane: 'event',
    title: one.summary,
    detail: `${one.type}, ${one.outcome}`,
    actor: null,
    severity: null,
    ref: one.requestId ?? one.event,
    index: one.index,
  }));
  return [alert, ...events];
}
