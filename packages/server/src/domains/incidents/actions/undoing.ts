import { isRefusal } from '../../../platform/refusal.ts';
import { actorName } from '../../applications/index.ts';
import { changing, conflict, SYSTEM, type ActionParts, type Stored } from './action-parts.ts';
import { changeAction, findAction, lockAction, readOfRun } from './action-store.ts';
import type { ActionBy, Undone } from './actions.ts';
import { assertMay } from './asking.ts';
import { CLAIM_MS, carryOn, wordsOf } from './carrying.ts';
import { refuseAction } from './deciding.ts';
import { HOLDS, isSame } from './domain.ts';
import { kindOf } from './kind-of.ts';
import { toView } from './reading.ts';

interface Wish {
  readonly reason: string;
  readonly by: ActionBy;
}

export const isUndoable = (parts: ActionParts, { row, content }: Stored): boolean =>
  HOLDS.has(row.state) && content.undo !== null && parts.kinds()[row.action]?.undo !== undefined;

/** Only what is still as this action left it is undone: what somebody changed since is theirs. */
export async function undoAction(parts: ActionParts, id: string, { reason, by }: Wish): Promise<void> {
  const found = await findAction(parts, id);
  await assertMay(parts, found.content.request, by);
  const now = await kindOf(parts, found.row.action).read(found.content.request.parameters);
  await changing(parts, async (change) => {
    const locked = await lockAction(change, id, by.revision ?? null);
    const { row, content } = locked;
    if (!HOLDS.has(row.state)) throw conflict(`this action is ${row.state}: nothing of it holds`);
    if (!isUndoable(parts, locked)) throw conflict('this action cannot be undone');
    if (!isSame(now, content.after)) throw conflict('somebody else has changed it since: it is no longer as this action left it');
    const undoing = { actor: by.actor, reason };
    await changeAction(change, locked, {
      ...worksOn(parts, change.now),
      work: 'undo',
      content: { ...content, rest: row.state, undoing },
    });
  });
  parts.fault('action-undoing');
  await parts.told(id);
  await carryOn(parts, id);
}

const worksOn = ({ node }: ActionParts, now: number) => ({ state: 'running' as const, node, claimed_until: now + CLAIM_MS });

/** Its time is over. What ended by itself, or is somebody else's by now, is left as it is. */
export async function endAction(parts: ActionParts, id: string): Promise<void> {
  const found = await findAction(parts, id);
  const now = await kindOf(parts, found.row.action).read(found.content.request.parameters);
  const isBegun = await changing(parts, async (change) => {
    const locked = await lockAction(change, id);
    const { row, content } = locked;
    if (row.state !== 'effective' || row.expires_at === null || row.expires_at > change.now) return false;
    const isOurs = isSame(now, content.after);
    await changeAction(change, locked, {
      ...worksOn(parts, change.now),
      work: 'end',
      content: {
        ...content,
        rest: row.state,
        undoing: { actor: SYSTEM, reason: 'its time is over' },
        undo: isOurs ? content.undo : null,
      },
    });
    return true;
  });
  if (isBegun) await carryOn(parts, id);
}

/** Newest first. What still waits is taken back, so that nobody agrees to it later. */
export async function undoRun(parts: ActionParts, run: string, { reason, by }: Wish): Promise<readonly Undone[]> {
  const came: Undone[] = [];
  for (const { id, state } of await readOfRun(parts.db.kysely.withTables(), run)) {
    if (state === 'waiting')
      await refuseAction(parts, id, { reason, by }).catch((error: unknown) => void wordsOf(parts, error, id));
    if (!HOLDS.has(state)) continue;
    came.push(await undoOne(parts, id, { reason, by }));
  }
  return came;
}

async function undoOne(parts: ActionParts, id: string, wish: Wish): Promise<Undone> {
  const answer = async (isUndone: boolean, detail: string): Promise<Undone> => ({
    action: toView(parts, await findAction(parts, id)),
    isUndone,
    detail,
  });
  if (!isUndoable(parts, await findAction(parts, id))) return answer(false, 'it cannot be undone');
  try {
    await undoAction(parts, id, wish);
  } catch (error) {
    if (!isRefusal(error)) parts.log.error({ err: error, action: id, by: actorName(wish.by.actor) }, 'an action was not undone');
    return answer(false, wordsOf(parts, error, id));
  }
  const { row, content } = await findAction(parts, id);
  return answer(row.state === 'undone', content.outcome ?? '');
}
