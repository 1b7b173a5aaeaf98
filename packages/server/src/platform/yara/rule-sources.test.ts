import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRules } from './open-rules.ts';
import { followGates } from './rule-sources.ts';

const ANY = Buffer.from('an ordinary text');
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-gates-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe('followed gates', () => {
  it('have the version of the set that is compiled of the same files, and its words', async () => {
    await writeFile(
      join(folder, 'mine.yar'),
      'rule mine { meta: needs = "UNWANTED" strings: $a = "UNWANTED-WORD" condition: $a }',
    );
    await using rules = await openRules({ folder, lookMs: 100_000 });
    await using followed = await followGates({ folder, lookMs: 100_000 });
    const { set } = rules.current();
    expect(followed.current()?.version).toBe(set?.version);
    expect(followed.current()?.gates.wordsFor(ANY)).toContain('UNWANTED');
    expect(followed.current()?.gates.wordsFor(ANY)).toEqual(set?.gates.wordsFor(ANY));
    await using alone = await followGates({ folder: null });
    expect(alone.current()?.version).not.toBe(set?.version);
    expect(alone.current()?.gates.wordsFor(ANY)).not.toContain('UNWANTED');
  });

  it('change with their files, are gone while one says something wrong, and come back', async () => {
    await using followed = await followGates({ folder, lookMs: 20 });
    const version = followed.current()?.version;
    expect(version).toBeDefined();
    await writeFile(join(folder, 'mine.yar'), 'rule mine { condition: false }');
    await expect.poll(() => followed.current()?.gates.wordsFor(ANY), { timeout: 20_000 }).toBeNull();
    expect(followed.current()?.version).not.toBe(version);
    await writeFile(join(folder, 'mine.yar'), 'rule mine { meta: needs = "a" condition: false }');
    await expect.poll(() => followed.current(), { timeout: 20_000 }).toBeNull();
    await rm(join(folder, 'mine.yar'));
    await expect.poll(() => followed.current()?.version, { timeout: 20_000 }).toBe(version);
  });

  it('are not there while their folder cannot be read', async () => {
    await using followed = await followGates({ folder: join(folder, 'none'), lookMs: 100_000 });
    expect(followed.current()).toBeNull();
  });
});

describe('rules whose words are wrong', () => {
  it('are refused with file and line, and change nothing', async () => {
    await using rules = await openRules({ folder, lookMs: 100_000 });
    const before = rules.current().set?.version;
    await writeFile(join(folder, 'mine.yar'), 'rule mine {\n  meta:\n    needs = "ab"\n  condition:\n    false\n}\n');
    expect(await rules.reload()).toBe(false);
    expect(rules.current().set?.version).toBe(before);
    expect(rules.current().faults).toEqual([
      { file: 'mine.yar', line: 3, column: null, detail: 'rule mine: "ab" in needs is not of 3 to 64 octets' },
    ]);
  });
});
