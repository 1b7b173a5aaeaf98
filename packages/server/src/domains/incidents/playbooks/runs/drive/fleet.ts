import type { RunParts } from '../run-parts.ts';
import type { RunState, World } from '../machine/state.ts';
import { nextTime } from '../machine/machine.ts';
import type { RunRow } from '../store/tables.ts';
import { BUSY_MAX } from '../views.ts';
import { createDriver, type Driver } from './driver.ts';
import { freeRuns, isRenewalDue, renewAll, takeRun } from './holding.ts';
import { publicState, type Held } from './saving.ts';

/** Runs that wait are held as well, up to so many. */
const HELD_MAX = 500;

/** All runs that this node goes on with. */
export interface Fleet {
  hasRoom(): boolean;
  add(run: { readonly held: Held; readonly world: World; readonly state: RunState }): Driver;
  find(id: string): Driver | undefined;
  /** Null = another node goes on with it. */
  take(row: RunRow): Promise<Driver | null>;
  /** Takes what nobody goes on with, as far as there is room. */
  fill(): Promise<void>;
  /** Every second. */
  tick(): Promise<void>;
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export function createFleet(parts: RunParts, onChanged: (run: string) => void): Fleet {
  const drivers = new Map<string, Driver>();
  let renewedAt = parts.clock.now();
  let isStopped = false;
  const busy = (): number => [...drivers.values()].filter((one) => publicState(one.state()) === 'running').length;
  const hasRoom = (): boolean => !isStopped && drivers.size < HELD_MAX && busy() < BUSY_MAX;
  const add: Fleet['add'] = (run) => {
    const driver = createDriver(parts, {
      ...run,
      onSaved: (isOver) => {
        if (isOver) drivers.delete(run.held.id);
        onChanged(run.held.id);
      },
    });
    drivers.set(run.held.id, driver);
    // What was stored before says what is to be done; a run without a step begins.
    void driver.post({ kind: 'begin' }).then(
      () => driver.wake(),
      (error: unknown) => {
        drivers.delete(run.held.id);
        parts.log.warn({ err: error, run: run.held.id }, 'a run of a playbook could not begin; tried later');
      },
    );
    return driver;
  };
  const take: Fleet['take'] = async (row) => {
    const taken = await takeRun(parts, row);
    if (taken === null) return null;
    return drivers.get(row.id) ?? add(taken);
  };
  const fill = async (): Promise<void> => {
    for (const row of await freeRuns(parts, HELD_MAX)) {
      if (drivers.has(row.id)) continue;
      // One that only waits takes no turn.
      if (isStopped || (row.state === 'running' && !hasRoom())) continue;
      await take(row).catch((error: unknown) =>
        parts.log.error({ err: error, run: row.id }, 'a run of a playbook cannot go on; tried later'),
      );
    }
  };
  const renew = async (): Promise<void> => {
    const now = parts.clock.now();
    if (!isRenewalDue(renewedAt, now)) return;
    renewedAt = now;
    for (const id of await renewAll(
      parts,
      [...drivers.values()].map(({ held }) => held),
    )) {
      await drivers.get(id)?.stop();
      drivers.delete(id);
    }
  };
  return {
    hasRoom,
    add,
    find: (id) => drivers.get(id),
    take,
    fill,
    async tick() {
      if (isStopped) return;
      await renew();
      await passTime([...drivers.values()], parts.clock.now());
      await fill();
    },
    settle: async () => settleAll(drivers),
    async stop() {
      isStopped = true;
      await Promise.all([...drivers.values()].map(async (driver) => driver.stop()));
      drivers.clear();
    },
  };
}

async function passTime(drivers: readonly Driver[], now: number): Promise<void> {
  for (const driver of drivers) {
    const at = nextTime(driver.state());
    if (at !== null && at <= now) await driver.post({ kind: 'time' });
    driver.wake();
  }
}

async function settleAll(drivers: ReadonlyMap<string, Driver>): Promise<void> {
  for (;;) {
    const before = [...drivers.values()];
    await Promise.all(before.map(async (driver) => driver.settle()));
    if ([...drivers.values()].every((driver) => before.includes(driver))) return;
  }
}
