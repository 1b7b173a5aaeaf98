import { alertEvents, type AlertState, type AlertVerdict } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { AlertBy } from './alerts.ts';
import { changing, writeStep, type AlertChange, type AlertParts } from './alert-parts.ts';
import { changeAlert, lockAlert } from './alert-store.ts';
import type { AlertRow } from './tables.ts';

interface Move {
  readonly id: string;
  readonly by: AlertBy;
  readonly reason?: string | null;
}

async function locked(tx: AlertChange['tx'], { id, by }: Move): Promise<AlertRow> {
  const row = await lockAlert(tx, id);
  if (row === null) throw new Refusal('not-found');
  if ((by.revision ?? null) !== null && by.revision !== row.revision) throw new Refusal('precondition-failed');
  return row;
}

const wrongState = (state: AlertState): Refusal =>
  new Refusal('conflict', { errors: [{ pointer: '', detail: `this alert is ${state}` }] });

export async function acknowledgeAlert(parts: AlertParts, move: Move): Promise<void> {
  await changing(parts, async (change) => {
    const row = await locked(change.tx, move);
    if (row.state === 'acknowledged') return;
    if (row.state === 'closed') throw wrongState(row.state);
    await changeAlert(change.tx, row.id, { state: 'acknowledged', suppression: null });
    await note(parts, change, { row, move, what: 'acknowledged' });
  });
}

export async function assignAlert(parts: AlertParts, move: Move & { readonly assignee: string | null }): Promise<void> {
  await changing(parts, async (change) => {
    const row = await locked(change.tx, move);
    if (row.assignee === move.assignee) return;
    await changeAlert(change.tx, row.id, { assignee: move.assignee });
    const assigned = { ...row, assignee: move.assignee };
    await note(parts, change, { row: assigned, move: { ...move, reason: move.assignee ?? 'nobody' }, what: 'assigned' });
  });
}

export async function noteAlert(parts: AlertParts, move: Move & { readonly text: string }): Promise<void> {
  await changing(parts, async (change) => {
    const row = await locked(change.tx, move);
    await changeAlert(change.tx, row.id, {});
    await note(parts, change, { row, move: { ...move, reason: move.text }, what: 'noted' });
  });
}

export async function reopenAlert(parts: AlertParts, move: Move): Promise<void> {
  await changing(parts, async (change) => {
    const row = await locked(change.tx, move);
    if (row.state === 'new') return;
    if (row.state === 'acknowledged') throw wrongState(row.state);
    await changeAlert(change.tx, row.id, { state: 'new', verdict: null, closed_at: null, suppression: null });
    await note(parts, change, { row, move, what: 'reopened' });
  });
}

export async function closeAlert(
  parts: AlertParts,
  move: Move & { readonly verdict: AlertVerdict; readonly reason: string },
): Promise<void> {
  await changing(parts, async (change) => {
    const row = await locked(change.tx, move);
    const { by, verdict, reason } = move;
    if (row.state === 'closed') throw wrongState(row.state);
    await changeAlert(change.tx, row.id, { state: 'closed', verdict, closed_at: change.now, suppression: null });
    await writeStep(parts, change, {
      alert: row.id,
      what: 'closed',
      actor: by.actor,
      detail: `${verdict}: ${reason}`.slice(0, 500),
    });
    const payload = { alert: row.id, verdict, reason };
    const fields = { actor: by.actor, application: row.application, target: row.id, reason, payload };
    change.events.push(parts.bus.newEvent(alertEvents.closed, fields));
  });
}

interface Noted {
  readonly row: AlertRow;
  readonly move: Move;
  readonly what: 'acknowledged' | 'assigned' | 'noted' | 'reopened';
}

/** What somebody writes stays sealed with the alert; the ledger says that they did. */
async function note(parts: AlertParts, change: AlertChange, { row, move: { by, reason = null }, what }: Noted): Promise<void> {
  await writeStep(parts, change, { alert: row.id, what, actor: by.actor, detail: reason });
  const payload = { alert: row.id, change: what, assignee: row.assignee };
  const fields = { actor: by.actor, application: row.application, target: row.id, payload };
  change.events.push(parts.bus.newEvent(alertEvents.changed, fields));
}
