import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { TemplateDamaged, unpackTemplate } from './untar.ts';

const base = mkdtempSync(path.join(os.tmpdir(), 'hf-tar-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let count = 0;

function entry(name: string, body: string, kind = '0'): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000600\0', 100);
  block.write(`${Buffer.byteLength(body).toString(8).padStart(11, '0')}\0`, 124);
  block.write(kind, 156);
  block.fill(32, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const content = Buffer.alloc(Math.ceil(Buffer.byteLength(body) / 512) * 512);
  content.write(body);
  return Buffer.concat([block, content]);
}

const END = Buffer.alloc(1024);

async function unpack(parts: readonly Buffer[]): Promise<string> {
  count += 1;
  const archive = path.join(base, `${count}.tar.gz`);
  writeFileSync(archive, gzipSync(Buffer.concat(parts)));
  const folder = mkdtempSync(path.join(base, 'out-'));
  await unpackTemplate(archive, folder);
  return folder;
}

describe('template archive', () => {
  test('files and folders come out as they went in, for their owner only', async () => {
    const long = 'x'.repeat(100_000);
    const folder = await unpack([
      entry('/a', '', '5'),
      entry('/a/one', 'first'),
      entry('/a/empty', ''),
      entry('/two', long),
      END,
    ]);
    expect(readFileSync(path.join(folder, 'a/one'), 'utf8')).toBe('first');
    expect(readFileSync(path.join(folder, 'a/empty'), 'utf8')).toBe('');
    expect(readFileSync(path.join(folder, 'two'), 'utf8')).toBe(long);
    expect(statSync(path.join(folder, 'two')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['a path that leaves the folder', [entry('../out', 'x'), END]],
    ['a link', [entry('a', '', '2'), END]],
    ['an archive without end', [entry('a', 'x')]],
    ['a cut file', [entry('a', 'x'.repeat(2000)).subarray(0, 1024)]],
    ['nothing', [END]],
    ['a damaged header', [Buffer.concat([Buffer.from('zz'), entry('a', 'x').subarray(2)]), END]],
  ])('%s is refused', async (_name, parts) => {
    await expect(unpack(parts)).rejects.toBeInstanceOf(TemplateDamaged);
  });
});
