import { controlEvents, type EventRecord } from '@holdfast/contract';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { openDatabase, type Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { silentLog } from '../log.ts';
import { isRefusal } from '../refusal.ts';
import { createBus, type Bus } from './bus.ts';

let dataDir = '';
let db: Database;
let bus: Bus;
let leaves: EventRecord[] = [];
let skewMs = 0;
const clock: Clock = { now: () => Date.now() + skewMs, monotonicMs: () => performance.now() };

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-bus-'));
  db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
  await migrate({ db, clock, log: silentLog });
  await db.query('create table change (n integer)');
}, 60_000);

afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  await bus?.close();
  await db.query('delete from platform_outbox; delete from platform_handled; delete from change');
  leaves = [];
  skewMs = 0;
  bus = createBus({ db, clock, log: silentLog, node: 'n1' });
  bus.attachRecorder({
    append: (event) => {
      leaves.push(event);
      return Promise.resolve({ index: leaves.length - 1 });
    },
  });
});

const modeChanged = (): EventRecord =>
  bus.newEvent(controlEvents.systemStarted, { payload: { version: '1', runtime: 'test', mode: 'monitor', workers: 0 } });
const unaudited = (): EventRecord => ({ ...modeChanged(), type: 'gateway.csp.report' });

const act = (event: EventRecord): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.query('insert into change values (1)');
    await bus.publish(tx, [event]);
  });

describe('no record, no action', () => {
  test('an audited event is durable before the change is', async () => {
    await act(modeChanged());
    expect(leaves.map(({ type }) => type)).toEqual(['system.started']);
    expect(await db.query('select n from change')).toHaveLength(1);
  });

  test('a ledger that refuses undoes the change', async () => {
    bus.attachRecorder({ append: () => Promise.reject(new RangeError('disk full')) });
    await expect(act(modeChanged())).rejects.toSatisfy((error) => isRefusal(error, 'audit-unavailable'));
    expect(await db.query('select n from change')).toEqual([]);
    expect(await db.query('select id from platform_outbox')).toEqual([]);
  });

  test('no ledger at all undoes it too; an event that is not audited passes', async () => {
    bus = createBus({ db, clock, log: silentLog, node: 'n1' });
    await expect(act(modeChanged())).rejects.toSatisfy((error) => isRefusal(error, 'audit-unavailable'));
    await act(unaudited());
    expect(await db.query('select n from change')).toHaveLength(1);
  });

  test('a change that fails after it was recorded is recorded as rolled back', async () => {
    const event = modeChanged();
    await expect(
      db.transaction(async (tx) => {
        await bus.publish(tx, [event]);
        tx.beforeCommit(() => Promise.reject(new RangeError('commit failed')));
      }),
    ).rejects.toThrow('commit failed');
    expect(leaves.map(({ type }) => type)).toEqual(['system.started', 'audit.action.rolled-back']);
    expect(leaves[1]?.payload['event']).toBe(event.id);
  });
});

describe('delivery', () => {
  test('goes to those who asked for it, once, and leaves nothing behind', async () => {
    const heard: string[] = [];
    bus.subscribe('all', '*', ({ type }) => void heard.push(`all ${type}`));
    bus.subscribe('started', 'system.started', ({ type }) => void heard.push(`started ${type}`));
    bus.subscribe('other', 'ban.added', () => void heard.push('never'));
    bus.start();
    await act(modeChanged());
    await bus.settle();
    expect(heard).toEqual(['all system.started', 'started system.started']);
    expect(await db.query('select id from platform_outbox')).toEqual([]);
    expect(await db.query('select subscriber from platform_handled')).toEqual([]);
  });

  test('nothing is told of a change that was rolled back', async () => {
    const heard: string[] = [];
    bus.subscribe('all', '*', ({ id }) => void heard.push(id));
    bus.start();
    await db
      .transaction(async (tx) => {
        await bus.publish(tx, [unaudited()]);
        throw new RangeError('no');
      })
      .catch(() => null);
    await bus.settle();
    expect(heard).toEqual([]);
  });

  test('a subscriber that fails is tried again later, the others are not bothered twice', async () => {
    const heard: string[] = [];
    let failures = 1;
    bus.subscribe('steady', '*', () => void heard.push('steady'));
    bus.subscribe('shaky', '*', () => {
      failures -= 1;
      if (failures >= 0) throw new RangeError('not now');
      heard.push('shaky');
    });
    bus.start();
    await act(modeChanged());
    await bus.settle();
    expect(heard).toEqual(['steady']);
    skewMs = 10_000;
    await bus.settle();
    expect(heard).toEqual(['steady', 'shaky']);
  });

  test('what an earlier process left behind is delivered at start', async () => {
    await act(modeChanged());
    const heard: string[] = [];
    const next = createBus({ db, clock, log: silentLog, node: 'n1' });
    next.subscribe('all', '*', ({ type }) => void heard.push(type));
    next.start();
    await next.settle();
    await next.close();
    expect(heard).toEqual(['system.started']);
  });

  test('an event without a change is recorded first and told once', async () => {
    const heard: string[] = [];
    bus.subscribe('all', '*', ({ type }) => void heard.push(type));
    await bus.record(modeChanged());
    expect(leaves).toHaveLength(1);
    expect(heard).toEqual(['system.started']);
    bus.attachRecorder({ append: () => Promise.reject(new RangeError('full')) });
    await expect(bus.record(modeChanged())).rejects.toSatisfy((error) => isRefusal(error, 'audit-unavailable'));
    expect(heard).toHaveLength(1);
  });
});
