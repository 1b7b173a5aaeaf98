import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { zipBytes, zipCopy } from './zip-copy.ts';

const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    sys.stdout.buffer.write(archive.read(archive.namelist()[0], pwd=sys.argv[2].encode()))
`;

function open(file: string, password: string): Buffer | null {
  try {
    return execFileSync('python3', ['-c', PYTHON, file, password], { maxBuffer: 1_000_000, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error;
    return null;
  }
}

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.emitWarning('python3 is not here: nobody else opened the archive');
    return false;
  }
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

it.skipIf(!hasPython())('is opened by an ordinary tool with the usual password, and by no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-zip-'));
  try {
    for (const size of [0, 1, 70_000]) {
      const content = randomBytes(size);
      const parts: Buffer[] = [];
      for await (const part of zipCopy('kept.bin', pieces(content))) parts.push(part);
      const archive = Buffer.concat(parts);
      expect(archive.length).toBe(zipBytes('kept.bin', size));
      const file = join(folder, 'copy.zip');
      writeFileSync(file, archive);
      expect(open(file, 'infected')?.equals(content)).toBe(true);
      expect(open(file, 'something')).toBeNull();
      if (size > 100) expect(archive.includes(content.subarray(0, 50))).toBe(false);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
