import { controlEvents } from '@holdfast/contract';
import { checkInclusion, checkConsistency, leafHash, openCheckpoint, parseTrust } from '@holdfast/ledger';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestLedger, rejectEvent, requestEvent, type TestLedger } from './test-ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await openTestLedger();
}, 60_000);
afterAll(async () => ledger[Symbol.asyncDispose]());

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');
const page = { limit: 50 };

/** Every byte below the data directory except the database's own folder. */
async function rawFiles(): Promise<Buffer> {
  const root = ledger.platform.dataDir;
  const names = await readdir(path.join(root, 'ledger'), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => readFile(path.join(entry.parentPath, entry.name)));
  return Buffer.concat(await Promise.all(files));
}

describe('records', () => {
  it('are durable with an index, have a row, and come back as they were', async () => {
    const event = requestEvent(1);
    const { index } = await ledger.audit.append(event);
    await ledger.audit.settle();
    const { items } = await ledger.audit.tail({ ...page, requestId: String(event.requestId) });
    expect(items).toEqual([{ ...event, index, actor: { kind: 'visitor', ref: ledger.subjectKeys.pseudonym('192.0.2.1') } }]);
  });

  it('hold nothing of a visitor in clear, neither in files nor in SQL', async () => {
    await ledger.audit.append(requestEvent(7, { subject: '203.0.113.77' }, { address: '203.0.113.77', path: '/patients/doe' }));
    await ledger.audit.settle();
    await ledger.audit.checkpoint();
    const rows = JSON.stringify(await ledger.platform.db.query('select * from audit_event'));
    for (const secret of ['203.0.113.77', '/patients/doe', 'Mozilla/5.0', 'jane-doe', 'OR 1=1']) {
      expect((await rawFiles()).includes(secret), secret).toBe(false);
      expect(rows.includes(secret), secret).toBe(false);
    }
    expect(rows.includes('te-with-cl') || rows.includes('sqli')).toBe(true);
  });

  it('of changes are made by the bus before the commit', async () => {
    const { bus, db } = ledger.platform;
    const before = ledger.audit.status().size;
    await db.transaction(async (tx) => {
      await bus.publish(tx, [bus.newEvent(controlEvents.bypassEnded, { payload: { cause: 'operator' } })]);
    });
    expect(ledger.audit.status().size).toBe(before + 1);
  });

  it('page backwards without a gap', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => ledger.audit.append(rejectEvent(100 + n))));
    await ledger.audit.settle();
    const seen: (number | null)[] = [];
    let cursor: string | undefined;
    do {
      const shown = await ledger.audit.tail({
        limit: 7,
        type: 'gateway.protocol.reject',
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...shown.items.map(({ index }) => index));
      cursor = shown.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect(seen).toEqual(seen.toSorted((a, b) => Number(b) - Number(a)));
    await expect(ledger.audit.tail({ limit: 7, cursor: '../x' })).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

describe('requests', () => {
  it('that were decided become records; plain allowed ones are explained from memory', async () => {
    const before = ledger.audit.status().size;
    const allowed = requestEvent(501, { outcome: 'allowed' });
    const blocked = requestEvent(502);
    ledger.audit.ingest([allowed, blocked], 0);
    await ledger.audit.settle();
    expect(ledger.audit.status().size).toBe(before + 1);
    expect(await ledger.audit.findByRequest(String(allowed.requestId))).toEqual([{ ...allowed, index: null }]);
    const [found] = await ledger.audit.findByRequest(String(blocked.requestId));
    expect(found).toMatchObject({ id: blocked.id, index: before, payload: { query: blocked.payload['query'] } });
    expect(await ledger.audit.findByRequest('000000000ZZZ')).toEqual([]);
    const { items } = await ledger.audit.tail({ ...page, outcome: 'allowed' });
    expect(items).toEqual([{ ...allowed, index: null }]);
  });

  it('that the gateway had to drop are counted in a record', async () => {
    ledger.audit.ingest([], 17);
    await ledger.audit.settle();
    const { items } = await ledger.audit.tail({ ...page, type: 'ledger.gap' });
    expect(items[0]).toMatchObject({ payload: { lost: 17, cause: 'the queue of the gateway was full' } });
  });
});

describe('proofs', () => {
  it('of a record and of growth are accepted by the verifier', async () => {
    const first = await ledger.audit.checkpoint();
    const { index } = await ledger.audit.append(rejectEvent(900));
    const proof = await ledger.audit.prove(index);
    const trust = parseTrust(ledger.audit.trust);
    expect(Buffer.from(leafHash(Buffer.from(proof.leaf ?? ''))).toString('base64')).toBe(proof.leafHash);
    expect(first.verifierKey).toBe(trust.keys.at(-1)?.verifier.vkey);
    const head = openCheckpoint(Buffer.from(proof.checkpoint), trust);
    const claim = { index, size: proof.size, root: head.root, leaf: bytesOf(proof.leafHash), proof: proof.hashes.map(bytesOf) };
    expect(checkInclusion(claim)).toBe(true);
    expect(checkInclusion({ ...claim, index: index - 1 })).toBe(false);
    const old = openCheckpoint(Buffer.from(first.note), trust);
    const grown = await ledger.audit.consistency(old.size, head.size);
    const growth = { from: old.size, fromRoot: old.root, to: head.size, toRoot: head.root, proof: grown.hashes.map(bytesOf) };
    expect(checkConsistency(growth)).toBe(true);
    expect(checkConsistency({ ...growth, fromRoot: head.root })).toBe(false);
    await expect(ledger.audit.prove(1e9)).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('of every earlier size work, also of sizes that were never published', async () => {
    const { size } = await ledger.audit.checkpoint();
    for (let from = 1; from <= size; from += 1) expect((await ledger.audit.consistency(from, size)).from).toBe(from);
    expect((await ledger.audit.consistency(1, size - 1)).to).toBe(size - 1);
  });
});

describe('erasure', () => {
  it('makes the text unreadable everywhere, keeps the root, and is itself a record', async () => {
    const event = requestEvent(600, { subject: '198.51.100.9' }, { address: '198.51.100.9' });
    const other = requestEvent(601);
    ledger.audit.ingest([event, other, requestEvent(602, { subject: '198.51.100.9', outcome: 'allowed' })], 0);
    await ledger.audit.settle();
    const before = await ledger.audit.checkpoint();
    const { index } = await ledger.audit.eraseSubject('198.51.100.9', 'GDPR Art. 17');
    await ledger.audit.settle();
    const [found] = await ledger.audit.findByRequest(String(event.requestId));
    expect(found?.subject).toMatch(/^sub_/u);
    expect(found?.payload).not.toHaveProperty('address');
    expect(found?.payload).toMatchObject({ status: 403 });
    expect(await ledger.audit.findByRequest(String(requestEvent(602).requestId))).toEqual([]);
    expect((await ledger.audit.findByRequest(String(other.requestId)))[0]?.payload['address']).toBe(other.payload['address']);
    const [tombstone] = (await ledger.audit.tail({ ...page, type: 'subject.erased' })).items;
    expect(tombstone).toMatchObject({ index, payload: { basis: 'GDPR Art. 17' } });
    expect(await ledger.audit.verify()).toMatchObject({ ok: true, faults: [] });
    expect((await ledger.audit.consistency(before.size, index + 1)).hashes.length).toBeGreaterThan(0);
  });
});

describe('a restart', () => {
  it('goes on where it stopped, with the same history', async () => {
    const before = await ledger.audit.checkpoint();
    await ledger.reopen();
    const after = await ledger.audit.checkpoint();
    expect(after.size).toBeGreaterThanOrEqual(before.size);
    expect(ledger.audit.status().state).toBe('open');
    expect((await ledger.audit.tail({ limit: 1 })).items[0]).toMatchObject({ type: 'ledger.opened', payload: { cutBytes: 0 } });
    expect(await ledger.audit.verify()).toMatchObject({ ok: true });
  });

  it('after a kill removes tiles that were cut while they were written: no later head writes them again', async () => {
    await using own = await openTestLedger();
    const append = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, n) => own.audit.append(rejectEvent(from + n))));
    await append(0, 60);
    const folders = ['entries', '0'].map((level) => path.join(own.platform.dataDir, 'ledger', 'tile', level, '000.p'));
    let signed = 0;
    await own.reopen(async () => {
      signed = Math.max(...(await readdir(folders[0] ?? '')).map(Number));
      for (const folder of folders) await writeFile(path.join(folder, String(signed + 3)), '');
    });
    await append(60, 70);
    await own.audit.prove(signed + 5);
    expect(await own.audit.verify()).toMatchObject({ ok: true, faults: [] });
    // What was signed stays: whoever holds that head may still ask for it.
    expect(await readdir(folders[0] ?? '')).toContain(String(signed));
  });

  it('rebuilds an empty projection from the segments', async () => {
    await ledger.audit.settle();
    const rows = await ledger.platform.db.query('select * from audit_event order by leaf_index');
    await ledger.reopen(async () => {
      await ledger.platform.db.query('delete from audit_event; delete from audit_projection');
    });
    await ledger.audit.settle();
    const again = await ledger.platform.db.query('select * from audit_event order by leaf_index');
    expect(again.slice(0, rows.length)).toEqual(rows);
  });
});
