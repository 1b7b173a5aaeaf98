import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';

const HEADER = 15;
const CHUNK = 65_536 + 16;
const ID = '01J00000000000000000000001';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-sealed-file-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readWhole(file: Parameters<typeof readSealedFile>[0]): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const piece of readSealedFile(file)) read.push(piece);
  return Buffer.concat(read);
}

describe('a sealed file', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])('of %d bytes comes back as it was', async (size) => {
    const content = randomBytes(size);
    const file = { path: join(folder, 'kept'), key: randomBytes(32), id: ID };
    await writeSealedFile(file, pieces(content, 10_007));
    expect((await readWhole(file)).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(['kept']);
  });

  it('holds nothing of its content', async () => {
    const content = Buffer.from('CANARY-IN-A-FILE'.repeat(10_000));
    const file = { path: join(folder, 'kept'), key: randomBytes(32), id: ID };
    await writeSealedFile(file, pieces(content, 4096));
    expect((await readFile(file.path)).includes('CANARY')).toBe(false);
  });

  it('that was cut, stretched, changed, re-ordered, or is another one does not open', async () => {
    const content = randomBytes(3 * 65_536);
    const file = { path: join(folder, 'kept'), key: randomBytes(32), id: ID };
    await writeSealedFile(file, pieces(content, 65_536));
    const good = await readFile(file.path);
    const chunk = (at: number): Buffer => good.subarray(HEADER + at * CHUNK, HEADER + (at + 1) * CHUNK);
    const head = good.subarray(0, HEADER);
    const flipped = Buffer.from(good);
    flipped.writeUInt8(good.readUInt8(HEADER + 5) ^ 1, HEADER + 5);
    const harmed = new Map<string, Buffer>([
      ['cut at a chunk', good.subarray(0, HEADER + 2 * CHUNK)],
      ['cut inside a chunk', good.subarray(0, -1)],
      ['header alone', head],
      ['empty', Buffer.alloc(0)],
      ['a byte more', Buffer.concat([good, Buffer.alloc(1)])],
      ['a chunk twice', Buffer.concat([good, chunk(2)])],
      ['two swapped', Buffer.concat([head, chunk(1), chunk(0), chunk(2)])],
      ['first left out', Buffer.concat([head, chunk(1), chunk(2)])],
      ['a bit changed', flipped],
    ]);
    for (const [what, bytes] of harmed) {
      await writeFile(file.path, bytes);
      await expect(readWhole(file), what).rejects.toMatchObject({ code: 'upload-unreadable' });
    }
    await writeFile(file.path, good);
    await expect(readWhole({ ...file, id: 'another' })).rejects.toMatchObject({ code: 'upload-unreadable' });
    await expect(readWhole({ ...file, key: randomBytes(32) })).rejects.toMatchObject({ code: 'upload-unreadable' });
    expect((await readWhole(file)).equals(content)).toBe(true);
  });

  it('is never half there, and never written over', async () => {
    const file = { path: join(folder, 'kept'), key: randomBytes(32), id: ID };
    async function* failing(): AsyncGenerator<Buffer> {
      yield randomBytes(100_000);
      throw new Error('the spool is gone');
    }
    await expect(writeSealedFile(file, failing())).rejects.toThrow('the spool is gone');
    expect(await readdir(folder)).toEqual([]);
    await expect(readWhole(file)).rejects.toMatchObject({ code: 'upload-unreadable' });
  });
});
