import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Database } from '../../platform/db/database.ts';
import { openAudit } from './index.ts';
import { openTestLedger, rejectEvent, requestEvent } from './test-ledger.ts';

const base = await mkdtemp(path.join(tmpdir(), 'hf-trouble-'));
afterAll(() => rm(base, { recursive: true, force: true }));
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The database, with a switch that makes it refuse everything. */
function switchable(db: Database): { db: Database; away: (isAway: boolean) => void } {
  let isAway = false;
  const refuse = (): never => {
    throw new RangeError('connection refused');
  };
  const proxy: Database = new Proxy(db, {
    get: (target, name) => (isAway && name !== 'kind' ? refuse() : Reflect.get(target, name)),
  });
  return {
    db: proxy,
    away: (value) => {
      isAway = value;
    },
  };
}

describe('while the database is away', () => {
  it('records are taken and signed, the newest are still found, and rows follow when it is back', async () => {
    await using ledger = await openTestLedger();
    const { db, away } = switchable(ledger.platform.db);
    await ledger.audit.close();
    ledger.audit = await openAudit({ ...ledger.parts, platform: { ...ledger.parts.platform, db } });
    await ledger.audit.append(rejectEvent(1));
    await ledger.audit.settle();
    away(true);
    const event = requestEvent(2);
    const { index } = await ledger.audit.append(event);
    expect((await ledger.audit.prove(index)).index).toBe(index);
    const [found] = await ledger.audit.findByRequest(String(event.requestId));
    expect(found).toMatchObject({ id: event.id, index, payload: event.payload });
    await wait(600);
    const { size, projected } = ledger.audit.status();
    expect(projected).toBeLessThan(size);
    away(false);
    await ledger.audit.settle();
    expect(ledger.audit.status().projected).toBe(ledger.audit.status().size);
    expect(await ledger.audit.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('for too long, actions that need a record are refused; events of the gateway are still kept', async () => {
    await using ledger = await openTestLedger({ spoolBytesMax: 20_000 });
    const { db, away } = switchable(ledger.platform.db);
    await ledger.audit.close();
    ledger.audit = await openAudit({ ...ledger.parts, platform: { ...ledger.parts.platform, db } });
    away(true);
    const { size } = ledger.audit.status();
    ledger.audit.ingest(
      Array.from({ length: 60 }, (_, n) => rejectEvent(n)),
      0,
    );
    await expect.poll(() => ledger.audit.status().size).toBeGreaterThanOrEqual(size + 60);
    // Refused once it was noticed that the database is away.
    const append = (): Promise<unknown> => ledger.audit.append(rejectEvent(100)).catch((error: unknown) => error);
    await expect.poll(append).toMatchObject({ code: 'audit-unavailable' });
    const before = ledger.audit.status().size;
    ledger.audit.ingest([rejectEvent(101)], 0);
    await expect.poll(() => ledger.audit.status().size).toBe(before + 1);
    away(false);
    await ledger.audit.settle();
    await ledger.audit.append(rejectEvent(102));
  });
});

describe('while the disk is full', () => {
  it('actions are refused, what exists can be read, and events of the gateway are recorded once there is room', async (context) => {
    await using ledger = await openTestLedger();
    await ledger.audit.close();
    const folder = path.join(ledger.platform.dataDir, 'ledger');
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await ledger.platform.db.query('delete from audit_head; delete from audit_event; delete from audit_projection');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      console.warn('SKIPPED: a small tmpfs cannot be mounted here (needs root)');
      ledger.audit = await openAudit(ledger.parts);
      context.skip();
    }
    try {
      ledger.audit = await openAudit(ledger.parts);
      const first = requestEvent(1);
      await ledger.audit.append(first);
      await ledger.audit.settle();
      const filler = path.join(folder, 'filler');
      await writeFile(filler, Buffer.alloc(16 * 1_048_576)).catch(() => {});
      await expect(
        (async () => {
          for (let n = 2; n < 200; n += 1) await ledger.audit.append(requestEvent(n));
        })(),
      ).rejects.toMatchObject({ code: 'audit-unavailable' });
      expect(ledger.audit.status().state).toBe('full');
      expect((await ledger.audit.findByRequest(String(first.requestId)))[0]?.id).toBe(first.id);
      const kept = requestEvent(5000);
      ledger.audit.ingest([kept], 0);
      await rm(filler);
      for (let turn = 0; turn < 200 && ledger.audit.status().state !== 'open'; turn += 1) await wait(20);
      await wait(600);
      await ledger.audit.settle();
      expect((await ledger.audit.findByRequest(String(kept.requestId)))[0]).toMatchObject({ id: kept.id });
      expect((await ledger.audit.findByRequest(String(kept.requestId)))[0]?.index).not.toBeNull();
      expect(await ledger.audit.verify()).toMatchObject({ ok: true, faults: [] });
    } finally {
      await ledger.audit.close();
      execFileSync('umount', ['-l', folder]);
      ledger.audit = await openAudit(ledger.parts);
    }
  });
});
