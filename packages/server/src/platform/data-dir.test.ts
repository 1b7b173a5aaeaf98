import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { writeFileAtomically } from './atomic-file.ts';
import { createBallast } from './ballast.ts';
import { prepareDataDir } from './data-dir.ts';
import { dataDirHolder, lockDataDir } from './lock.ts';
import { silentLog } from './log.ts';
import { isRefusal } from './refusal.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'hf-dir-'));
let count = 0;
let dataDir = '';
beforeEach(() => {
  count += 1;
  dataDir = path.join(base, String(count), 'data');
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('data directory', () => {
  test('is made for its owner only, and known again', async () => {
    expect(await prepareDataDir(dataDir)).toEqual({ root: dataDir, isNew: true });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(dataDir, 'keys'))).mode & 0o777).toBe(0o700);
    expect((await prepareDataDir(dataDir)).isNew).toBe(false);
  });

  test('one that was open to others is closed', async () => {
    await prepareDataDir(dataDir);
    await chmod(dataDir, 0o755);
    await prepareDataDir(dataDir);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
  });

  test('a place that cannot be written is refused', async () => {
    await prepareDataDir(dataDir);
    const file = path.join(dataDir, 'file');
    await writeFile(file, '');
    await expect(prepareDataDir(path.join(file, 'below'))).rejects.toSatisfy((error) => isRefusal(error, 'data-dir-unusable'));
    // A kernel file system that takes no files, also not from root.
    if (existsSync('/proc/self')) {
      await expect(prepareDataDir('/proc/self')).rejects.toSatisfy((error) => isRefusal(error, 'data-dir-unusable'));
    }
  });
});

describe('lock', () => {
  test('a second one is refused and told who; after release it is free', async () => {
    await prepareDataDir(dataDir);
    {
      await using lock = await lockDataDir(dataDir);
      expect(existsSync(lock.file)).toBe(true);
      expect(await dataDirHolder(dataDir)).toBe(process.pid);
      await expect(lockDataDir(dataDir)).rejects.toThrow(new RegExp(`Process ${process.pid} `, 'u'));
    }
    expect(await dataDirHolder(dataDir)).toBe(null);
    await using again = await lockDataDir(dataDir);
    expect(existsSync(again.file)).toBe(true);
  });

  test('the lock of a process that was killed is taken over, of one that runs it is not', async () => {
    await prepareDataDir(dataDir);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    await writeFile(path.join(dataDir, 'lock'), JSON.stringify({ pid, started: '' }));
    await expect(lockDataDir(dataDir)).rejects.toSatisfy((error) => isRefusal(error, 'data-dir-locked'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await using lock = await lockDataDir(dataDir);
    expect(JSON.parse(await readFile(lock.file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  test('a pid that was given to another process, and a torn lock file, hold nothing', async () => {
    await prepareDataDir(dataDir);
    await writeFile(path.join(dataDir, 'lock'), JSON.stringify({ pid: process.pid, started: 'an earlier boot/1' }));
    await (await lockDataDir(dataDir))[Symbol.asyncDispose]();
    await writeFile(path.join(dataDir, 'lock'), '{"pi');
    await using lock = await lockDataDir(dataDir);
    expect(existsSync(lock.file)).toBe(true);
  });
});

describe('ballast', () => {
  test('is freed at 95 % and laid again when there is room', async () => {
    await prepareDataDir(dataDir);
    let usedPercent = 10;
    const freed: number[] = [];
    await using ballast = await createBallast({
      dataDir,
      bytes: 100_000,
      log: silentLog,
      onFreed: (use) => freed.push(use.usedPercent),
      readUse: () => Promise.resolve({ freeBytes: 1_000_000_000, usedPercent }),
    });
    expect((await stat(ballast.file)).size).toBe(100_000);
    usedPercent = 94;
    await ballast.check();
    expect(existsSync(ballast.file)).toBe(true);
    usedPercent = 95;
    await ballast.check();
    expect(existsSync(ballast.file)).toBe(false);
    expect(freed).toEqual([95]);
    usedPercent = 93;
    await ballast.check();
    expect(existsSync(ballast.file)).toBe(false);
    usedPercent = 50;
    await ballast.check();
    expect(existsSync(ballast.file)).toBe(true);
  });
});

test('an atomic write replaces the whole file, keeps it private and leaves nothing beside it', async () => {
  await prepareDataDir(dataDir);
  const file = path.join(dataDir, 'keys', 'thing');
  await writeFileAtomically(file, 'one');
  await writeFileAtomically(file, Buffer.from('two'));
  expect(await readFile(file, 'utf8')).toBe('two');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
