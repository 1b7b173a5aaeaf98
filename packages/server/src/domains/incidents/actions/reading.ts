import type { ActionQuery, ActionView, Page, TimelineEntry } from '@holdfast/contract';
import { actorName } from '../../applications/index.ts';
import type { ActionParts, Stored } from './action-parts.ts';
import { keyOfAction } from '../ledger-records.ts';
import { findAction, readActions } from './action-store.ts';
import { HOLDS } from './domain.ts';
import { tablesOf } from './tables.ts';

type Reading = Pick<ActionParts, 'db' | 'seal' | 'kinds'>;
/** Of one incident. */
const TIMELINE_ACTIONS_MAX = 500;
const DECISIONS: ReadonlySet<string> = new Set(['approved', 'refused', 'expired']);

/** As it is written: what was left out is not there. */
// Parsed by the schema of the request, which holds JSON values only.
const toJson = (parameters: unknown): ActionView['parameters'] =>
  JSON.parse(JSON.stringify(parameters)) as ActionView['parameters'];

export function toView({ kinds }: Pick<Reading, 'kinds'>, { row, content }: Stored): ActionView {
  const { plan, request, reason, approvedBy, outcome, steps, undo, actor } = content;
  return {
    id: row.id,
    action: row.action,
    parameters: toJson(request.parameters),
    state: row.state,
    incident: row.incident,
    run: row.run,
    step: row.step,
    plan,
    reason,
    requestedBy: actorName(actor),
    requestedAt: row.requested_at,
    approvedBy: [...approvedBy],
    decideBy: row.decide_by,
    expiresAt: HOLDS.has(row.state) ? row.expires_at : null,
    outcome,
    isUndoable: HOLDS.has(row.state) && undo !== null && kinds()[row.action]?.undo !== undefined,
    steps: [...steps],
    revision: row.revision,
  };
}

export async function showAction(parts: Reading, id: string): Promise<ActionView> {
  return toView(parts, await findAction(parts, id));
}

export async function listActions(parts: Reading, query: ActionQuery): Promise<Page<ActionView>> {
  const rows = await readActions(tablesOf(parts.db), { ...query, limit: query.limit + 1 });
  const items = rows.slice(0, query.limit).map((row) => toView(parts, { row, content: parts.seal.open(row.id, row.content) }));
  return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/** What was asked, agreed to, done and undone about an incident, oldest first. */
export async function timelineOf(
  parts: Reading,
  incident: string,
): Promise<readonly (TimelineEntry & { readonly record: string })[]> {
  const rows = await readActions(tablesOf(parts.db), { incident, state: 'all', limit: TIMELINE_ACTIONS_MAX });
  const entries = rows.flatMap((row) => {
    const { plan, steps } = parts.seal.open(row.id, row.content);
    return steps.map(({ time, what, actor, detail }, index) => ({
      record: keyOfAction(row.id, what),
      id: `${row.id}-${index}`,
      time,
      lane: DECISIONS.has(what) ? ('approval' as const) : ('action' as const),
      title: `${plan.summary}: ${what}`.slice(0, 300),
      detail,
      actor,
      severity: null,
      ref: row.id,
      index: null,
    }));
  });
  return entries.toSorted((left, right) => left.time - right.time);
}
