import type { EventRecord } from '@holdfast/contract';
import { eventRecordSchema } from '@holdfast/contract';
import type { RunState, World } from '../machine/state.ts';
import type { RunParts } from '../run-parts.ts';
import { worldOf } from '../run-world.ts';
import { findRun, holdRun, readFree, readVisits, renewHold } from '../store/run-store.ts';
import { tablesOf, type RunRow } from '../store/tables.ts';
import type { Held } from './saving.ts';

/** Whoever goes on with a run says so again well before this is over; a node that is gone loses it after that. */
export const HOLD_MS = 30_000;
const RENEW_MS = 10_000;

/** A run with everything that going on needs. Null = another node was faster. */
export async function takeRun(
  parts: RunParts,
  row: RunRow,
): Promise<{ readonly held: Held; readonly world: World; readonly state: RunState } | null> {
  const db = tablesOf(parts.db);
  const now = parts.clock.now();
  const fence = await holdRun(db, { id: row.id, node: parts.node, now, until: now + HOLD_MS });
  if (fence === null) return null;
  // Read again: whoever held it before may have written since.
  const held = await findRun(db, row.id);
  if (held === null) return null;
  const { state, reason } = parts.seal.openMemory(held.id, held.memory);
  for (const { seq, visit } of await readVisits(db, held.id)) state.visits.set(seq, parts.seal.openVisit(held.id, seq, visit));
  return {
    held: { id: held.id, playbook: held.playbook, incident: held.incident, actor: actorOf(held), reason, fence },
    world: worldOf(parts, held),
    state,
  };
}

const actorOf = ({ actor }: RunRow): EventRecord['actor'] => eventRecordSchema.shape.actor.parse(actor);

export async function freeRuns(parts: RunParts, limit: number): Promise<readonly RunRow[]> {
  return readFree(tablesOf(parts.db), { node: parts.node, now: parts.clock.now(), limit });
}

/** Says again that this node goes on with them. Answers those that it lost. */
export async function renewAll(parts: RunParts, held: readonly Held[]): Promise<readonly string[]> {
  const lost: string[] = [];
  const until = parts.clock.now() + HOLD_MS;
  for (const { id, fence } of held) if (!(await renewHold(tablesOf(parts.db), { id, fence, until }))) lost.push(id);
  return lost;
}

export const isRenewalDue = (renewedAt: number, now: number): boolean => now - renewedAt >= RENEW_MS || now < renewedAt;
