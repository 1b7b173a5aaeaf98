import type { AlertDetail, AlertView } from '@holdfast/contract';
import { isGrouping, subjectOf } from '../../../detection/index.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { createTurns, type InTurn } from '../../../../platform/in-turn.ts';
import type { CaseParts } from '../case-parts.ts';
import { namedInOpen, unlinked } from '../case-store.ts';
import { causeOf } from '../domain.ts';
import { tablesOf } from '../tables.ts';
import { takeAlert } from './take-alert.ts';

/** More at once are looked up in the store afterwards: nothing is lost, only later. */
const WAITING_MAX = 300;
const PAGE = 200;
const PAGES_MAX = 25;
const MINUTE_MS = 60_000;
/** What a killed node had taken and not written. */
const OVERLAP_MS = 15 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Of a node that never comes back others look at what it left. */
const SWEEP_EVERY_MS = 5 * MINUTE_MS;
const SWEEP_BACK_MS = 30 * MINUTE_MS;
const RETRY_MS = 5000;
const RETRY_MS_MAX = MINUTE_MS;
const SEEN_EVERY_MS = 30_000;

export interface Intake {
  put(alert: string): void;
  /** Returns at once: what has to be looked at again is, meanwhile. */
  tick(): void;
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Progress {
  isEnding: boolean;
  /** Something was told and not looked at. */
  isBehind: boolean;
  failures: number;
  seenAt: number;
  sweptAt: number;
  triedAt: number;
}

/** Alerts one after the other. What fails, or finds no room, is found again in the store: alerts are durable before they are told. */
export function createIntake(parts: CaseParts): Intake {
  const { log } = parts;
  const inTurn = createTurns();
  const waiting = new Set<string>();
  /** Counted up, so that whoever waits sees that something began meanwhile. */
  let looked = 0;
  const state: Progress = {
    isEnding: false,
    isBehind: true,
    failures: 0,
    seenAt: 0,
    sweptAt: 0,
    triedAt: Number.NEGATIVE_INFINITY,
  };

  const take = async (id: string): Promise<void> => {
    if (state.isEnding) return;
    try {
      const alert = await parts.alerts.show(id);
      const { hasGrown } = await takeAlert(parts, alert);
      // What somebody shares with an open incident belongs to it, also what came before it was one.
      if (hasGrown) for (const earlier of await earlierOnes(parts, alert)) put(earlier);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not-found') return;
      state.isBehind = true;
      log.warn({ err: error, alert: id }, 'an alert was not looked at for incidents; it is again');
    }
  };
  const next = async (): Promise<void> => {
    const [id] = waiting;
    if (id === undefined) return;
    waiting.delete(id);
    looked += 1;
    await take(id);
  };
  const put = (id: string): void => {
    if (waiting.has(id)) return;
    if (waiting.size >= WAITING_MAX) state.isBehind = true;
    else {
      waiting.add(id);
      void inTurn(next);
    }
  };
  const idle = async (): Promise<void> => inTurn(async () => Promise.resolve());
  const sweeper = createSweeper(parts, { state, inTurn, take });
  return {
    put,
    tick: () => sweeper.tick(waiting.size === 0),
    async settle() {
      await sweeper.settle();
      let before: number;
      // What is looked at brings what came before it, which begins in the moment in which this resolves.
      do {
        before = looked;
        await idle();
      } while (waiting.size > 0 || looked !== before);
    },
    async close() {
      state.isEnding = true;
      await sweeper.settle();
      await idle();
    },
  };
}

interface Sweeping {
  readonly state: Progress;
  readonly inTurn: InTurn;
  readonly take: (id: string) => Promise<void>;
}

/** Finds in the store what nobody looked at. */
function createSweeper(parts: CaseParts, { state, inTurn, take }: Sweeping) {
  const { clock, log } = parts;
  let looking: Promise<void> | null = null;
  const sweep = async (now: number): Promise<void> => {
    const backTo = state.isBehind ? await lastSeen(parts, now) : now - SWEEP_BACK_MS;
    state.isBehind = false;
    for (const id of await openSince(parts, backTo)) await inTurn(async () => take(id));
    state.sweptAt = now;
  };
  const look = async (now: number): Promise<void> => {
    try {
      await sweep(now);
    } catch (error) {
      state.isBehind = true;
      if (!state.isEnding) log.warn({ err: error }, 'alerts could not be looked at again for incidents; tried later');
    }
    state.failures = state.isBehind ? state.failures + 1 : 0;
    looking = null;
  };
  const remember = async (now: number): Promise<void> => {
    state.seenAt = now;
    await writeSeen(parts, now).catch((error: unknown) => log.warn({ err: error }, 'how far alerts were looked at was not kept'));
  };
  return {
    tick(isIdle: boolean) {
      const now = clock.now();
      const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** state.failures);
      const isDue = state.isBehind || now - state.sweptAt >= SWEEP_EVERY_MS;
      if (looking !== null) return;
      if (isDue && clock.monotonicMs() - state.triedAt >= waitMs) {
        state.triedAt = clock.monotonicMs();
        looking = look(now);
      } else if (!state.isBehind && isIdle && now - state.seenAt >= SEEN_EVERY_MS) {
        void inTurn(async () => remember(now));
      }
    },
    async settle() {
      await looking;
    },
  };
}

/** Open alerts that name somebody of this one and stand in no incident yet. */
async function earlierOnes({ alerts, clock, db }: CaseParts, { id, entities }: AlertDetail): Promise<string[]> {
  const since = clock.now() - DAY_MS;
  const found = new Set<string>();
  for (const { value } of entities.filter(isGrouping)) {
    const { items } = await alerts.list({ state: 'open', entity: value, since, limit: PAGE });
    for (const one of items) if (one.id !== id) found.add(one.id);
  }
  return unlinked(tablesOf(db), [...found]);
}

/** Oldest first. */
async function openSince(parts: CaseParts, since: number): Promise<string[]> {
  const { alerts, log } = parts;
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const from = cursor === undefined ? {} : { cursor };
    const { items, next } = await alerts.list({ state: 'open', since, limit: PAGE, ...from });
    found.push(...(await worthwhile(parts, items)));
    if (next === null) return found.toReversed();
    cursor = next;
  }
  log.warn({ looked: PAGE * PAGES_MAX }, 'more alerts are open than incidents look at again: the newest were');
  return found.toReversed();
}

/**
 * Those that would open an incident, or grew worse, or are about somebody whom an open one is about. A list knows the first of
 * whom an alert is about: that is enough for what somebody missed.
 */
async function worthwhile({ db, pseudonym }: CaseParts, items: readonly AlertView[]): Promise<string[]> {
  const tables = tablesOf(db);
  const alone = new Set(
    await unlinked(
      tables,
      items.map(({ id }) => id),
    ),
  );
  const hashOf = ({ entity }: AlertView): string => pseudonym(subjectOf(entity));
  const known = await namedInOpen(tables, items.filter(({ id }) => alone.has(id)).map(hashOf));
  return items
    .filter(
      (item) =>
        (causeOf(item) !== null && (alone.has(item.id) || item.times > 1)) || (alone.has(item.id) && known.has(hashOf(item))),
    )
    .map(({ id }) => id);
}

async function lastSeen({ db, node }: CaseParts, now: number): Promise<number> {
  const row = await tablesOf(db).selectFrom('incidents_seen').select('seen_at').where('node', '=', node).executeTakeFirst();
  // What goes on for long began long ago.
  return Math.min(row?.seen_at ?? now - DAY_MS, now) - OVERLAP_MS - DAY_MS;
}

async function writeSeen({ db, node }: CaseParts, now: number): Promise<void> {
  await tablesOf(db)
    .insertInto('incidents_seen')
    .values({ node, seen_at: now })
    .onConflict((conflict) => conflict.column('node').doUpdateSet({ seen_at: now }))
    .execute();
}
