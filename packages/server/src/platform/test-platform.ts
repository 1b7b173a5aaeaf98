import type { EventRecord } from '@holdfast/contract';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createBus, type Bus } from './bus/bus.ts';
import type { Clock } from './clock.ts';
import { openDatabase, type Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { silentLog } from './log.ts';

/** For tests of stores and services: a migrated embedded database, a clock that can be moved, and a ledger in memory. */
export interface TestPlatform extends AsyncDisposable {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Everything that was recorded, in order. */
  readonly recorded: EventRecord[];
  /** Makes the ledger refuse, or take records again. */
  failRecording(isFailing: boolean): void;
  advance(ms: number): void;
}

export async function openTestPlatform(): Promise<TestPlatform> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-platform-'));
  let skewMs = 0;
  let isFailing = false;
  const clock: Clock = { now: () => Date.now() + skewMs, monotonicMs: () => performance.now() + skewMs };
  const db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
  await migrate({ db, clock, log: silentLog });
  const recorded: EventRecord[] = [];
  const bus = createBus({ db, clock, log: silentLog, node: 'test' });
  bus.attachRecorder({
    append: (event) => {
      if (isFailing) return Promise.reject(new Error('the ledger of this test refuses'));
      recorded.push(event);
      return Promise.resolve({ index: recorded.length - 1 });
    },
  });
  return {
    db,
    bus,
    clock,
    dataDir,
    recorded,
    failRecording: (value) => {
      isFailing = value;
    },
    advance: (ms) => {
      skewMs += ms;
    },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await db.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
