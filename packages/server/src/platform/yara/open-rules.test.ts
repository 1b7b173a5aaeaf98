import { mkdtemp, open, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRules } from './open-rules.ts';

/** In two halves, so that no scanner takes this file for the sample. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const rule = (name: string, word: string): string =>
  `rule ${name} {\n  meta:\n    what = "${name} was found"\n  strings:\n    $a = "${word}"\n  condition:\n    $a\n}\n`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-yara-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe('rules', () => {
  it('that are built in find the test file, also by a descriptor of a file without a name', async () => {
    await using rules = await openRules({ folder: null });
    const { set, faults } = rules.current();
    expect(faults).toEqual([]);
    const file = join(folder, 'sample');
    await writeFile(file, EICAR);
    await using handle = await open(file, 'r');
    await unlink(file);
    expect(await set?.scanFile(`/proc/self/fd/${handle.fd}`)).toMatchObject([{ rule: 'eicar_test_file' }]);
    expect(await set?.scanBytes(Buffer.from('an honest text'))).toEqual([]);
  });

  it('of the operator stand beside the built-in ones, and another version says so', async () => {
    await using rules = await openRules({ folder, lookMs: 100_000 });
    const before = rules.current().set;
    await writeFile(join(folder, 'mine.yar'), rule('mine', 'UNWANTED-WORD'));
    expect(await rules.reload()).toBe(true);
    const after = rules.current().set;
    expect(after?.version).not.toBe(before?.version);
    expect(await after?.scanBytes(Buffer.from('an UNWANTED-WORD here'))).toMatchObject([{ what: 'mine was found' }]);
    expect(await after?.scanBytes(Buffer.from(EICAR))).toHaveLength(1);
    expect(await rules.reload()).toBe(false);
  });

  it('that are broken change nothing, and are told with line and column', async () => {
    await writeFile(join(folder, 'mine.yar'), rule('mine', 'UNWANTED-WORD'));
    await using rules = await openRules({ folder, lookMs: 100_000 });
    const before = rules.current().set?.version;
    await writeFile(join(folder, 'mine.yar'), 'rule mine {\n  condition:\n    tru\n}\n');
    expect(await rules.reload()).toBe(false);
    const { set, faults } = rules.current();
    expect(set?.version).toBe(before);
    expect(faults).toMatchObject([{ file: 'mine.yar', line: 3, column: 5 }]);
    expect(await set?.scanBytes(Buffer.from('an UNWANTED-WORD here'))).toHaveLength(1);
  });

  it('that are broken at the start leave the built-in ones in force', async () => {
    await writeFile(join(folder, 'mine.yar'), 'rule mine { condition: tru }');
    await using rules = await openRules({ folder, lookMs: 100_000 });
    const { set, faults } = rules.current();
    expect(faults).toHaveLength(1);
    expect(await set?.scanBytes(Buffer.from(EICAR))).toHaveLength(1);
  });

  it('may neither read other files nor take a name of another file', async () => {
    await writeFile(join(folder, 'a.yar'), 'include "/etc/passwd"');
    await writeFile(join(folder, 'b.yar'), rule('eicar_test_file', 'x-x-x-x'));
    await using rules = await openRules({ folder, lookMs: 100_000 });
    const details = rules.current().faults.map(({ file, detail }) => `${file}: ${detail}`);
    expect(details).toHaveLength(2);
    expect(details[0]).toContain('a.yar: error[E044]');
    expect(details[1]).toContain('b.yar: rule eicar_test_file is in test-file.yar already');
  });

  it('are followed while their folder changes', async () => {
    let changed = 0;
    await using rules = await openRules({ folder, lookMs: 20, onChange: () => (changed += 1) });
    await writeFile(join(folder, 'mine.yar'), rule('mine', 'UNWANTED-WORD'));
    await expect.poll(() => changed, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await rules.current().set?.scanBytes(Buffer.from('an UNWANTED-WORD here'))).toHaveLength(1);
  });
});
