import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { RecentRecords } from './recent-records.ts';
import { Cursor } from './segment-cursor.ts';
import { OUTSTANDING_MAX, SegmentLog, type SegmentLogParts } from './segment-log.ts';

const base = await mkdtemp(path.join(tmpdir(), 'hf-segments-'));
let folder = '';
let count = 0;
const opened: SegmentLog[] = [];
beforeEach(() => {
  count += 1;
  folder = path.join(base, String(count));
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close().catch(() => {});
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function open(parts: Partial<SegmentLogParts> = {}): Promise<SegmentLog> {
  const log = await SegmentLog.open({
    folder,
    segmentBytesMax: 1_048_576,
    flushMs: 1,
    log: silentLog,
    beforeSync: () => Promise.resolve(),
    ...parts,
  });
  opened.push(log);
  return log;
}
const entry = (n: number): Buffer => Buffer.from(`{"n":${n},"text":"${'x'.repeat(n % 90)}"}`);
const append = (log: SegmentLog, from: number, to: number): Promise<number[]> =>
  Promise.all(Array.from({ length: to - from }, () => log.append(entry)));
/** Everything as the disk has it: texts, or `lost from-to`. */
async function readAll(log: SegmentLog): Promise<string[]> {
  const cursor = new Cursor({ segments: log.segments }, 0);
  const seen: string[] = [];
  while (cursor.index < log.size) {
    const step = await cursor.next(log.size, 100);
    if (step.kind === 'lost') seen.push(`lost ${step.from}-${step.to}`);
    else seen.push(...step.frames.map((frame) => frame.entry.toString()));
  }
  await cursor.close();
  return seen;
}
const texts = (size: number): string[] => Array.from({ length: size }, (_, n) => entry(n).toString());
const lastFile = async (): Promise<string> => path.join(folder, (await readdir(folder)).toSorted().at(-1) ?? '');

describe('appending', () => {
  it('gives each record its place, in order, and reads back the same', async () => {
    const log = await open();
    expect(await append(log, 0, 1500)).toEqual(Array.from({ length: 1500 }, (_, n) => n));
    expect(await readAll(log)).toEqual(texts(1500));
  });

  it('goes on in a new segment when one is full, also after a restart', async () => {
    const log = await open({ segmentBytesMax: 20_000 });
    for (let n = 0; n < 10; n += 1) await append(log, n * 100, n * 100 + 100);
    await log.close();
    const again = await open({ segmentBytesMax: 20_000 });
    expect(again.segments.length).toBeGreaterThan(3);
    expect(again.size).toBe(1000);
    await append(again, 1000, 1010);
    expect(await readAll(again)).toEqual(texts(1010));
  });

  it('is followed by those who fell behind what memory holds, from any place', async () => {
    const log = await open({ segmentBytesMax: 8 * 1_048_576 });
    for (let n = 0; n < 5; n += 1) await append(log, n * 4000, n * 4000 + 4000);
    for (const from of [0, 1, 4097, 9000, 19_999]) {
      const cursor = new Cursor({ segments: log.segments, recent: new RecentRecords() }, from);
      const step = await cursor.next(log.size, 10);
      expect(step.kind === 'records' ? step.frames[0]?.entry.toString() : step).toBe(entry(from).toString());
      await cursor.close();
    }
    // First from the disk, then from memory, then from the disk again, far ahead.
    let hidden = 0;
    const recent = new RecentRecords();
    recent.from = (index, max) => (index >= hidden ? log.recent.from(index, max) : []);
    const cursor = new Cursor({ segments: log.segments, recent }, 0);
    const seen: string[] = [];
    while (cursor.index < log.size) {
      const step = await cursor.next(log.size, 700);
      if (step.kind === 'records') seen.push(...step.frames.map((frame) => frame.entry.toString()));
      hidden = cursor.index % 5000 < 2500 ? log.size : 0;
    }
    await cursor.close();
    expect(seen).toEqual(texts(20_000));
  });

  it('refuses only the record that cannot be encoded', async () => {
    const log = await open();
    const results = await Promise.allSettled([
      log.append(entry),
      log.append(() => {
        throw new RangeError('no leaf');
      }),
      log.append(entry),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await readAll(log)).toEqual(texts(2));
  });

  it('makes keys durable before it acknowledges, and acknowledges nothing when it cannot', async () => {
    let isFailing = false;
    const log = await open({ beforeSync: () => (isFailing ? Promise.reject(new RangeError('no key')) : Promise.resolve()) });
    await log.append(entry);
    isFailing = true;
    await expect(log.append(entry)).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(log.state).toBe('full');
    await expect(log.append(entry)).rejects.toMatchObject({ code: 'audit-unavailable' });
    isFailing = false;
    while (log.state !== 'open') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await log.append(entry)).toBe(1);
    expect(await readAll(log)).toEqual(texts(2));
  });

  it('lets no more than a bounded number wait unwritten', async () => {
    const log = await open({ flushMs: 50 });
    const all = Array.from({ length: OUTSTANDING_MAX * 2 }, () => log.append(entry));
    expect(log.outstanding).toBeLessThanOrEqual(OUTSTANDING_MAX);
    expect(new Set(await Promise.all(all)).size).toBe(OUTSTANDING_MAX * 2);
  });

  it('stops when another process writes the same file', async () => {
    const log = await open();
    await append(log, 0, 3);
    await appendFile(await lastFile(), 'somebody else');
    await expect(log.append(entry)).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(log.state).toBe('fenced');
  });
});

describe('opening after a crash', () => {
  it('cuts a torn tail at whatever byte it was torn, and keeps every whole record', async () => {
    const log = await open();
    await append(log, 0, 20);
    await log.append(entry);
    await log.close();
    const file = await lastFile();
    const whole = await readFile(file);
    for (let cut = 1; cut <= 90; cut += 1) {
      await writeFile(file, whole.subarray(0, whole.length - cut));
      const again = await open();
      expect(again.size).toBe(20);
      expect(again.scan.lost).toEqual([]);
      expect(await again.append(entry)).toBe(20);
      await again.close();
      expect((await readFile(file)).equals(whole) || (await readFile(file)).length === whole.length).toBe(true);
    }
  });

  it('cuts zeros and noise behind the last record', async () => {
    const log = await open();
    await append(log, 0, 5);
    await log.close();
    for (const tail of [Buffer.alloc(4096), Buffer.from('HFL1'), Buffer.from('HFL1'.repeat(40)), Buffer.from([255])]) {
      await appendFile(await lastFile(), tail);
      const again = await open();
      expect([again.size, again.scan.tornBytes]).toEqual([5, tail.length]);
      await again.close();
    }
  });

  it('never cuts a record that was durable: damage in the middle is named and the rest is kept', async () => {
    const log = await open();
    for (let n = 0; n < 10; n += 1) await append(log, n * 10, n * 10 + 10);
    await log.close();
    const file = await lastFile();
    const bytes = await readFile(file);
    const at = bytes.indexOf(entry(42)) + 3;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const again = await open();
    expect(again.size).toBe(100);
    expect(again.scan.lost).toEqual([{ from: 42, to: 43 }]);
    const expected: string[] = texts(100);
    expected[42] = 'lost 42-43';
    expect(await readAll(again)).toEqual(expected);
  });

  it('names a segment that is missing or shorter than it was', async () => {
    const log = await open({ segmentBytesMax: 5000 });
    for (let n = 0; n < 10; n += 1) await append(log, n * 20, n * 20 + 20);
    const [, second, third] = log.segments;
    await log.close();
    const again = await open({ segmentBytesMax: 5000 });
    await truncate(second?.file ?? '', 10);
    expect(await readAll(again)).toContain(`lost ${second?.first}-${third?.first}`);
    await rm(second?.file ?? '');
    expect((await readAll(again)).some((text) => text.startsWith('lost'))).toBe(true);
  });
});

function mountSmallDisk(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a full disk', () => {
  const disk = path.join(base, 'disk');
  it('acknowledges nothing that cannot be read later, and goes on by itself when there is room', async (context) => {
    await mkdir(disk, { recursive: true });
    if (!mountSmallDisk(disk)) {
      console.warn('SKIPPED: a small tmpfs cannot be mounted here (needs root)');
      context.skip();
    }
    try {
      folder = path.join(disk, 'segments');
      const ballast = path.join(disk, 'other');
      await writeFile(ballast, Buffer.alloc(5 * 1_048_576));
      const log = await open();
      const text = 'y'.repeat(2000);
      const acked = new Set<number>();
      let refused = 0;
      for (let round = 0; round < 40; round += 1) {
        const group = await Promise.allSettled(
          Array.from({ length: 100 }, () => log.append((n) => Buffer.from(`{"n":${n},"t":"${text}"}`))),
        );
        for (const one of group) {
          if (one.status === 'fulfilled') acked.add(one.value);
          else refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(0);
      expect(acked.size).toBeGreaterThan(100);
      expect(log.state).toBe('full');
      expect(await readAll(log)).toHaveLength(acked.size);
      await rm(ballast);
      while (log.state !== 'open') await new Promise((resolve) => setTimeout(resolve, 20));
      const next = await log.append((n) => Buffer.from(`{"n":${n}}`));
      expect(next).toBe(acked.size);
      await log.close();
      const again = await open();
      const all = await readAll(again);
      expect(all).toHaveLength(acked.size + 1);
      expect(all.some((one) => one.startsWith('lost'))).toBe(false);
      await again.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
