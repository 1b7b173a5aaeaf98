import type {
  ActionView,
  IncidentDetail,
  IncidentFile,
  IncidentQuery,
  IncidentTask,
  IncidentView,
  Page,
} from '@holdfast/contract';
import { severityOf, type CaseParts } from './case-parts.ts';
import { countParts, mustFind, readCases, readLinks, readTasks, type Counts } from './case-store.ts';
import { missingFor, nextPhase } from './domain.ts';
import { tablesOf, type CaseDb, type CaseRow, type FileRow, type TaskRow } from './tables.ts';

export const TASKS_MAX = 200;
export const FILES_MAX = 100;
const LINKS_SHOWN_MAX = 500;
const CLOCKS_SHOWN_MAX = 32;
const WAITING: ReadonlySet<string> = new Set(['waiting', 'running']);

export interface Around extends Counts {
  /** What is open because of it. */
  readonly open: readonly Pick<ActionView, 'id' | 'state'>[];
}

export function toView({ seal }: Pick<CaseParts, 'seal'>, row: CaseRow, { alerts, openTasks, open }: Around): IncidentView {
  return {
    id: row.id,
    number: row.number,
    title: seal.openWords(row.id, row.words).title,
    phase: row.phase,
    severity: severityOf(row.severity),
    verdict: row.verdict,
    application: row.application,
    owner: row.owner,
    cause: row.cause,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    changedAt: row.changed_at,
    closedAt: row.closed_at,
    awareAt: row.aware_at,
    isDrill: row.is_drill,
    alerts,
    effective: open.filter(({ state }) => state === 'effective').length,
    waiting: open.filter(({ state }) => WAITING.has(state)).length,
    openTasks,
    revision: row.revision,
  };
}

export async function listCases(parts: CaseParts, { limit, ...query }: IncidentQuery): Promise<Page<IncidentView>> {
  const db = tablesOf(parts.db);
  const rows = await readCases(db, { ...query, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const counts = await countParts(
    db,
    shown.map(({ id }) => id),
  );
  const open = shown.length === 0 ? [] : await parts.actions(null);
  const items = shown.map((row) =>
    toView(parts, row, {
      ...(counts.get(row.id) ?? { alerts: 0, openTasks: 0 }),
      open: open.filter(({ incident }) => incident === row.id),
    }),
  );
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

const OPEN: ReadonlySet<string> = new Set(['waiting', 'running', 'effective']);

export async function openActionsOf({ actions }: Pick<CaseParts, 'actions'>, incident: string): Promise<readonly ActionView[]> {
  return (await actions(incident)).filter(({ state }) => OPEN.has(state));
}

export async function showCase(parts: CaseParts, id: string): Promise<IncidentDetail> {
  const db = tablesOf(parts.db);
  const row = await mustFind(db, id);
  const counts = (await countParts(db, [row.id])).get(row.id) ?? { alerts: 0, openTasks: 0 };
  const open = await openActionsOf(parts, row.id);
  const { summary, entities } = parts.seal.openWords(row.id, row.words);
  const next = nextPhase(row.phase);
  const tasks = await readTasks(db, row.id, TASKS_MAX);
  return {
    ...toView(parts, row, { ...counts, open }),
    summary,
    entities: [...entities],
    linkedAlerts: await readLinks(db, row.id, LINKS_SHOWN_MAX),
    files: await readFiles(parts, db, row.id),
    tasks: tasks.map((task) => toTask(parts, task)),
    clocks: (await parts.clocks(row.id)).slice(0, CLOCKS_SHOWN_MAX),
    missing: next === null ? [] : missingFor(next, row, { open, leavesActions: false }),
  };
}

export const toTask = ({ seal }: Pick<CaseParts, 'seal'>, row: TaskRow): IncidentTask => ({
  id: row.id,
  title: seal.openText('title', row.id, row.title),
  owner: row.owner,
  dueAt: row.due_at,
  doneAt: row.done_at,
  doneBy: row.done_by,
  kind: row.kind,
});

export const toFile = ({ seal }: Pick<CaseParts, 'seal'>, row: FileRow): IncidentFile => ({
  id: row.id,
  name: seal.openText('name', row.id, row.name),
  bytes: row.bytes,
  sha256: row.sha256,
  addedAt: row.added_at,
  addedBy: row.added_by,
});

async function readFiles(parts: CaseParts, db: CaseDb, incident: string): Promise<IncidentFile[]> {
  const rows = await db
    .selectFrom('incidents_case_file')
    .select(['id', 'incident', 'bytes', 'sha256', 'added_at', 'added_by', 'name'])
    .where('incident', '=', incident)
    .orderBy('id')
    .limit(FILES_MAX)
    .execute();
  return rows.map((row) => toFile(parts, row));
}
