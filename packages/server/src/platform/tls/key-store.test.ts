import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileKeyStore } from './key-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the plain key store', () => {
  it('gives back what was written, and undefined for what never was', async () => {
    const store = createFileKeyStore(join(folder, 'new'));
    expect(await store.read('ca.key')).toBeUndefined();
    await store.write('ca.key', Buffer.from('one'));
    await store.write('ca.key', Buffer.from('two'));
    expect(Buffer.from((await store.read('ca.key')) ?? []).toString()).toBe('two');
    expect(await readdir(join(folder, 'new'))).toEqual(['ca.key']);
  });

  it('keeps keys to the owner, also over a file that was open to all', async () => {
    const path = join(folder, 'ca.key');
    await writeFile(path, 'old');
    await chmod(path, 0o666);
    await createFileKeyStore(folder).write('ca.key', Buffer.from('new'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves the old key and no draft when writing fails', async () => {
    const store = createFileKeyStore(folder);
    // A folder in the place of the target makes the rename fail after the draft was written.
    const blocked = createFileKeyStore(join(folder, 'blocked'));
    await blocked.write('x', Buffer.from('1'));
    await expect(store.write('blocked', Buffer.from('2'))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['blocked']);
  });

  it.each(['../ca.key', 'a/b', '.hidden', '', 'A', 'a'.repeat(241)])('refuses %j as a name', async (name) => {
    const store = createFileKeyStore(folder);
    await expect(Promise.resolve().then(() => store.read(name))).rejects.toThrow('assertion');
  });
});
