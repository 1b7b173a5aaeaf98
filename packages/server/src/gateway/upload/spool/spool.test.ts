import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readGates } from '../../../platform/yara/rule-gates.ts';
import { followGates } from '../../../platform/yara/rule-sources.ts';
import type { GatewayLog } from '../../log.ts';
import { fileBytes } from '../content.ts';
import { Clearance, isCleared } from './clearance.ts';
import { SpoolRoom } from './spool-room.ts';
import { Spool } from './spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-spool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = { error: () => undefined, warn: () => undefined, info: () => undefined } as unknown as GatewayLog;
const openRoom = (bytesMax = 100_000_000): SpoolRoom => new SpoolRoom({ folder, bytesMax, rulesFolder: null, log });

/** Memory of its own, as a socket gives it. */
const own = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Giving {
  readonly pieceBytes: number;
  readonly isOwn?: boolean;
}

async function give(spool: Spool, bytes: Uint8Array, { pieceBytes, isOwn = true }: Giving): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    await spool.write(isOwn ? own(piece) : piece, isOwn);
  }
}

describe('a spool', () => {
  it.each([
    [0, 1000],
    [65_536, 65_536],
    [65_537, 65_536],
    [131_072, 65_536],
    [131_073, 40_000],
    [3_000_001, 65_510],
    [200_000, 7],
  ])('holds %i octets that come in pieces of %i as they came, with their hash', async (bytes, pieceBytes) => {
    const room = openRoom();
    const octets = randomBytes(bytes);
    for (const isOwn of [true, false]) {
      const spool = new Spool(room);
      await give(spool, octets, { pieceBytes, isOwn });
      const { content, hash } = await spool.finish();
      expect(content.kind).toBe(bytes <= 65_536 ? 'memory' : 'disk');
      expect(content.size).toBe(bytes);
      expect(hash).toBe(sha256(octets));
      expect(Buffer.compare(Buffer.from(fileBytes(content).read(0, bytes)), octets)).toBe(0);
      const scan = fileBytes(content).scan?.();
      expect(scan === undefined).toBe(content.kind === 'memory');
      for (const at of [0, 1, bytes - 3, bytes, bytes + 1, 50_000])
        expect(Buffer.compare(scan?.(at, 70_000) ?? octets.subarray(at, at + 70_000), octets.subarray(at, at + 70_000))).toBe(0);
      spool.close();
    }
    expect(room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('does not take octets that others hold with it, and takes the memory of those that are its own', async () => {
    const room = openRoom();
    const spool = new Spool(room);
    const mine = own(Buffer.alloc(100_000, 1));
    const others = Buffer.alloc(100_000, 2);
    await spool.write(mine, true);
    await spool.write(others.subarray(10), false);
    await spool.finish();
    expect(mine.length).toBe(0);
    expect(others.every((octet) => octet === 2)).toBe(true);
    spool.close();
    await room.close();
  });

  it('keeps a hundred files apart that come at once', async () => {
    const room = openRoom();
    const files = Array.from({ length: 100 }, (_, at) => ({ octets: randomBytes(200_000 + at), spool: new Spool(room) }));
    await Promise.all(files.map(({ octets, spool }) => give(spool, octets, { pieceBytes: 30_000 })));
    for (const { octets, spool } of files) {
      const { content, hash } = await spool.finish();
      expect(hash).toBe(sha256(octets));
      expect(Buffer.compare(Buffer.from(fileBytes(content).read(0, octets.length)), octets)).toBe(0);
    }
    expect(room.files).toBe(100);
    for (const { spool } of files) spool.close();
    expect(room).toMatchObject({ usedBytes: 0, files: 0 });
    expect(readdirSync(folder)).toEqual([]);
    await room.close();
  });

  it('asks to wait when what it may have in memory is on its way, and the more files there are the sooner', async () => {
    const room = openRoom();
    const waitsAfter = (spool: Spool): number => {
      let bytes = 0;
      for (;;) {
        const waiting = spool.write(Buffer.alloc(65_536), false);
        bytes += 65_536;
        if (waiting !== null || bytes > 10_000_000) return bytes;
      }
    };
    const alone = new Spool(room);
    const bytes = waitsAfter(alone);
    expect(bytes).toBeGreaterThan(3_000_000);
    expect(bytes).toBeLessThan(5_000_000);
    const crowd = Array.from({ length: 200 }, () => new Spool(room));
    for (const spool of crowd) void spool.write(Buffer.alloc(65_537), false);
    expect(waitsAfter(crowd[0] ?? alone)).toBeLessThan(200_000);
    for (const spool of [alone, ...crowd]) spool.close();
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('goes on where its share shrinks while it gathers', async () => {
    const room = openRoom();
    const opened = Promise.withResolvers<void>();
    const open = room.open.bind(room);
    room.open = async () => {
      const fd = await open();
      setImmediate(opened.resolve);
      return fd;
    };
    const spool = new Spool(room);
    const octets = randomBytes(564_000);
    await give(spool, octets.subarray(0, 100_000), { pieceBytes: 50_000 });
    await opened.promise;
    // Less than one order of a file that is alone, and more than a file of many may have in memory.
    await give(spool, octets.subarray(100_000, 500_000), { pieceBytes: 40_000 });
    room.files += 300;
    await give(spool, octets.subarray(500_000), { pieceBytes: 64_000 });
    room.files -= 300;
    expect((await spool.finish()).hash).toBe(sha256(octets));
    spool.close();
    expect(room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('takes hardly more memory for one octet at a time than for all of them', async () => {
    const room = openRoom();
    const begin = room.writer.begin.bind(room.writer);
    let memoryBytes = 0;
    room.writer.begin = (listener) => {
      const file = begin(listener);
      const write: typeof file.write = (order) => {
        for (const memory of new Set(order.pieces.map(({ buffer }) => buffer))) memoryBytes += memory.byteLength;
        file.write(order);
      };
      return { ...file, write };
    };
    const spool = new Spool(room);
    const octets = randomBytes(200_000);
    await give(spool, octets, { pieceBytes: 1 });
    expect((await spool.finish()).hash).toBe(sha256(octets));
    expect(memoryBytes).toBeGreaterThanOrEqual(200_000);
    expect(memoryBytes).toBeLessThan(300_000);
    spool.close();
    await room.close();
  });

  it.each([
    ['while somebody waits', 6_000_000],
    ['while it is opened', 100_000],
  ])('that is closed %s leaves nobody waiting', async (_, bytes) => {
    const room = openRoom();
    const spool = new Spool(room);
    const waiting = spool.write(new Uint8Array(bytes), true);
    const finishing = spool.finish();
    spool.close();
    await expect(finishing).rejects.toMatchObject({ reason: 'upload-spool-ended' });
    if (bytes > 1_000_000) await expect(waiting).rejects.toMatchObject({ reason: 'upload-spool-ended' });
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('that is closed while its end is told leaves nobody waiting', async () => {
    const room = openRoom();
    const spool = new Spool(room);
    await give(spool, randomBytes(1_000_000), { pieceBytes: 65_536 });
    const begun = Promise.withResolvers<void>();
    setImmediate(() => setImmediate(begun.resolve));
    const finishing = spool.finish();
    await begun.promise;
    spool.close();
    // Either all of it was written down by then, or it is told that it never will be.
    const outcome = await finishing.then(
      ({ content }) => content.size,
      (fault: unknown) => fault,
    );
    expect([1_000_000, expect.objectContaining({ reason: 'upload-spool-ended' })]).toContainEqual(outcome);
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('says when the share of the disk is used up, and gives all of it back', async () => {
    const room = openRoom(500_000);
    const spool = new Spool(room);
    await expect(give(spool, Buffer.alloc(600_000), { pieceBytes: 50_000 })).rejects.toMatchObject({
      reason: 'upload-spool-full',
    });
    await expect(spool.finish()).rejects.toMatchObject({ reason: 'upload-spool-full' });
    spool.close();
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    const next = new Spool(room);
    await give(next, Buffer.alloc(400_000), { pieceBytes: 50_000 });
    expect((await next.finish()).content.size).toBe(400_000);
    next.close();
    await room.close();
  });

  it('says when the disk is full, and when it fails', async () => {
    for (const [device, wanted] of [
      ['/dev/full', { reason: 'upload-spool-full' }],
      [import.meta.filename, { message: 'write: EBADF' }],
    ] as const) {
      const room = openRoom();
      room.open = () => Promise.resolve(openSync(device, device === '/dev/full' ? 'w' : 'r'));
      const spool = new Spool(room);
      await expect(give(spool, Buffer.alloc(9_000_000), { pieceBytes: 65_536 })).rejects.toMatchObject(wanted);
      await expect(spool.finish()).rejects.toMatchObject(wanted);
      spool.close();
      await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
      await room.close();
    }
  });

  it.each(['ENOSPC', 'EMFILE'])('says when there is no room for it before it is opened: %s', async (code) => {
    const room = openRoom();
    room.open = () => Promise.reject(Object.assign(new Error('full'), { code }));
    const spool = new Spool(room);
    void spool.write(Buffer.alloc(100_000), false);
    await expect(spool.finish()).rejects.toMatchObject({ reason: 'upload-spool-full' });
    spool.close();
    expect(room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('fails when the thread ends under it, and the next one has another thread', async () => {
    const room = openRoom();
    const spool = new Spool(room);
    await give(spool, Buffer.alloc(300_000), { pieceBytes: 65_536 });
    const finishing = spool.finish();
    const ended = room.writer.restart();
    await expect(finishing).rejects.toMatchObject({ reason: 'upload-spool-ended' });
    await ended;
    spool.close();
    expect(room).toMatchObject({ usedBytes: 0, files: 0 });
    const next = new Spool(room);
    await give(next, Buffer.alloc(300_000), { pieceBytes: 65_536 });
    expect((await next.finish()).content.size).toBe(300_000);
    next.close();
    await room.close();
  });

  it('that is opened after the thread has ended leaves nothing behind', async () => {
    const room = openRoom();
    const open = room.open.bind(room);
    const ended = Promise.withResolvers<void>();
    room.open = () => ended.promise.then(open);
    const spool = new Spool(room);
    void spool.write(Buffer.alloc(400_000), false);
    const finishing = spool.finish();
    await room.writer.restart();
    ended.resolve();
    await expect(finishing).rejects.toMatchObject({ reason: 'upload-spool-ended' });
    spool.close();
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    await room.close();
  });

  it('that is closed early leaves nothing behind', async () => {
    const room = openRoom();
    const closedAtOnce = new Spool(room);
    void closedAtOnce.write(Buffer.alloc(400_000), false);
    closedAtOnce.close();
    const closedLater = new Spool(room);
    await give(closedLater, Buffer.alloc(12_000_000), { pieceBytes: 65_536 });
    closedLater.close();
    await expect.poll(() => room).toMatchObject({ usedBytes: 0, files: 0 });
    await expect.poll(() => readdirSync(folder)).toEqual([]);
    await room.close();
  });
});

describe('a file that was written down', () => {
  const BYTES = 1_100_000;
  const WORD = '$_COOKIE';
  const clearedBy = async (room: SpoolRoom, octets: Uint8Array, pieceBytes: number): Promise<string | null> => {
    const spool = new Spool(room);
    await give(spool, octets, { pieceBytes });
    const { content } = await spool.finish();
    spool.close();
    if (content.kind !== 'disk') throw new TypeError('it stands in memory');
    return content.clearedBy;
  };

  it('is cleared by the built-in rules, and not where a word stands across any edge', async () => {
    const room = openRoom();
    await using gates = await followGates({ folder: null });
    const version = gates.current()?.version;
    for (const pieceBytes of [500, 8192, 65_536]) {
      expect(await clearedBy(room, Buffer.alloc(BYTES, 'honest '), pieceBytes)).toBe(version);
      for (const edge of [0, 8192, 65_536, 131_072, 524_288, 1_048_576, BYTES]) {
        const octets = Buffer.alloc(BYTES, 'honest ');
        octets.write(WORD, Math.min(Math.max(0, edge - 4), BYTES - WORD.length));
        expect(await clearedBy(room, octets, pieceBytes), `${edge} in ${pieceBytes}`).toBeNull();
      }
    }
    await room.close();
  });

  it('is cleared by the rules that were in force when it began', async () => {
    const rulesFolder = mkdtempSync(join(tmpdir(), 'hf-spool-rules-'));
    const room = new SpoolRoom({ folder, bytesMax: 100_000_000, rulesFolder, log });
    await using before = await followGates({ folder: rulesFolder, lookMs: 100_000 });
    const spool = new Spool(room);
    // More than may be on its way at once: some of it was looked at when no more has to be waited for.
    const octets = Buffer.alloc(8_000_000, 'honest NEWWORD ');
    await give(spool, octets.subarray(0, 6_000_000), { pieceBytes: 65_536 });
    writeFileSync(join(rulesFolder, 'mine.yar'), 'rule mine { meta: needs = "NEWWORD" condition: true }');
    // Another file is looked at by the new rules from its beginning.
    await expect.poll(() => clearedBy(room, octets, 65_536), { timeout: 60_000, interval: 500 }).toBeNull();
    await give(spool, octets.subarray(6_000_000), { pieceBytes: 65_536 });
    const { content } = await spool.finish();
    expect(content).toMatchObject({ clearedBy: before.current()?.version });
    await using after = await followGates({ folder: rulesFolder, lookMs: 100_000 });
    expect(after.current()?.version).not.toBe(before.current()?.version);
    spool.close();
    await room.close();
    rmSync(rulesFolder, { recursive: true, force: true });
  });
});

describe('the clearance of a file', () => {
  const rule = (name: string, meta: string): string => `rule ${name} { meta: ${meta} strings: $a = "x" condition: $a }`;
  const gates = readGates([
    { name: 'a.yar', text: rule('a', 'needs = "$_GET | powershell"') + rule('b', 'begins = "25504446"') },
  ]);
  const inForce = { version: 'v', gates };
  const cleared = (...pieces: readonly string[]): string | null => {
    const clearance = new Clearance(inForce);
    for (const piece of pieces) clearance.take(Buffer.from(piece, 'latin1'));
    return clearance.clearedBy;
  };

  it('is given by the version of the rules where nothing stands in it that one needs', () => {
    expect(cleared('RIFF and much more of it', '$_POST', 'power shell')).toBe('v');
    expect(cleared('RIFF and much more of it', 'PowerSh', 'ell')).toBeNull();
    expect(cleared('RIFF and much more $_get')).toBeNull();
  });

  it('is not given to a file that begins as a rule asks that is not about words', () => {
    expect(cleared('%PDF-1.7 and much more of it')).toBeNull();
  });

  it('is not given where nothing can look for the words, and nobody fails for it', () => {
    // No finder is made of a word of one letter; of others none is where memory is short.
    const clearance = new Clearance({ version: 'v', gates: { faults: [], wordsFor: () => ['x'] } });
    clearance.take(Buffer.from('an honest text'));
    expect(clearance.clearedBy).toBeNull();
  });

  it('is not given where the rules cannot be read, or one asks nothing', () => {
    const none = new Clearance(null);
    none.take(Buffer.alloc(100));
    expect(none.clearedBy).toBeNull();
    const asked = { version: 'v', gates: readGates([{ name: 'a.yar', text: rule('a', 'severity = "high"') }]) };
    const bytes = Buffer.alloc(1_000_000);
    const content = { size: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) };
    expect(isCleared(content, asked)).toBe(false);
    expect(isCleared(content, inForce)).toBe(true);
    bytes.write('powershell', 131_070);
    expect(isCleared(content, inForce)).toBe(false);
  });
});
