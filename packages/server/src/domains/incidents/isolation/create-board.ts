import type { ActionView, IsolatedView, Release, ReleaseCheck, ReleaseInput } from '@holdfast/contract';
import { isRefusal, Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import type { IsolationRow } from '../../protection/index.ts';
import type { ResponseParts } from '../response-parts.ts';
import type { Board } from './board.ts';
import { Refusals } from './refusals.ts';
import { lookBeforeRelease, type CheckParts, type CheckRooms } from './release-checks.ts';

const FLUSH_MS = 2000;

export type BoardParts = CheckParts & Pick<ResponseParts, 'log'>;

/** What is cut off is held by protection; here stands whose decision it was, what it costs, and whether it may go again. */
export function createBoard(parts: BoardParts, rooms: CheckRooms): Board {
  const { isolations } = parts.protection;
  const refusals = new Refusals(parts.clock);
  const endings = new Map<string, 'released' | 'forced'>();
  let timer: NodeJS.Timeout | null = null;

  const flush = async (): Promise<void> => {
    const counts = refusals.take();
    try {
      await isolations.count(counts);
    } catch (error) {
      refusals.giveBack(counts);
      throw error;
    }
  };
  const flushLater = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      flush().catch((error: unknown) => parts.log.warn({ err: error }, 'refused requests are counted later'));
    }, FLUSH_MS).unref();
  };
  const load = async (id: string): Promise<IsolationRow> => {
    await flush();
    const row = await isolations.get(id);
    if (row === null) throw new Refusal('not-found');
    return row;
  };
  const view = async (row: IsolationRow): Promise<IsolatedView> => viewOf(row, await actionOf(rooms, row.id), refusals);
  const check = async (id: string): Promise<readonly ReleaseCheck[]> => {
    const row = await load(id);
    const action = await actionOf(rooms, id);
    const checks = await lookBeforeRelease(parts, rooms, { row, incident: action?.incident ?? null });
    await isolations.keepChecks(id, checks);
    return checks;
  };
  return {
    observe(events) {
      for (const event of events) refusals.observe(event);
      if (refusals.hasPending) flushLater();
    },
    async list({ cursor, limit }) {
      await flush();
      const rows = await isolations.list();
      refusals.keepOnly(new Set(rows.map(({ id }) => id)));
      const from = cursor === undefined ? 0 : rows.findIndex(({ id }) => id === cursor) + 1;
      const shown = rows.slice(from, from + limit);
      const items = await Promise.all(shown.map(view));
      return { items, next: from + limit < rows.length ? (shown.at(-1)?.id ?? null) : null };
    },
    show: async (id) => view(await load(id)),
    check: async (id) => check(id),
    async release(id, input, actor): Promise<Release> {
      const checks = [...(await check(id))];
      const isHeld = checks.some(({ state }) => state === 'failed');
      if (isHeld && !input.force) return { released: false, checks };
      endings.set(id, isHeld ? 'forced' : 'released');
      try {
        await letGo(parts, rooms, { id, input, actor, cause: isHeld ? 'forced' : 'released' });
      } finally {
        endings.delete(id);
      }
      return { released: true, checks };
    },
    endingOf: (id) => endings.get(id) ?? null,
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearTimeout(timer);
      await flush().catch(() => undefined);
    },
  };
}

interface LettingGo {
  readonly id: string;
  readonly input: ReleaseInput;
  readonly actor: Actor;
  readonly cause: 'released' | 'forced';
}

/** What an action cut off goes by its undo, so that both say the same; what it left behind goes by itself. */
async function letGo({ protection }: BoardParts, rooms: CheckRooms, { id, input, actor, cause }: LettingGo): Promise<void> {
  const action = await actionOf(rooms, id);
  if (action?.state === 'effective') await rooms.actions?.undo(id, input.reason, { actor });
  // Already over where the undo has done it.
  await protection.isolations.end(id, { cause, reason: input.reason }, actor);
  await protection.snapshots.refresh('isolation.ended', actor);
}

/** Whose it is: an isolation has the id of its action. */
async function actionOf({ actions }: CheckRooms, id: string): Promise<ActionView | null> {
  if (actions === undefined) return null;
  try {
    return await actions.show(id);
  } catch (error) {
    if (isRefusal(error, 'not-found')) return null;
    throw error;
  }
}

function viewOf(row: IsolationRow, action: ActionView | null, refusals: Refusals): IsolatedView {
  const { createdAt, createdBy, checks, checkedAt, ...rest } = row;
  return {
    ...rest,
    allow: [...row.allow],
    action: action?.id ?? null,
    incident: action?.incident ?? null,
    since: createdAt,
    by: createdBy,
    refusedLastMinute: refusals.lastMinute(row.id),
    checks: [...checks],
    checkedAt,
  };
}
