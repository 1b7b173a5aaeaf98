import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { holdfast } from '../../support/holdfast-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the person typed, the word under the cursor last, and what the shell must offer among others, or alone. */
const CASES: readonly { readonly typed: readonly string[]; readonly offered: readonly string[]; readonly isAll?: boolean }[] = [
  { typed: ['ex'], offered: ['exception', 'explain'], isAll: true },
  { typed: ['ban', ''], offered: ['add', 'allow', 'list', 'remove'], isAll: true },
  { typed: ['ban', 'allow', 'r'], offered: ['remove'], isAll: true },
  { typed: ['ban', 'add', '192.0.2.7', '--re'], offered: ['--reason'], isAll: true },
  { typed: ['--data-dir', 'ban', 'app', 'mo'], offered: ['mode'], isAll: true },
  { typed: ['ban', 'add', '--reason', 'list', '--f'], offered: ['--for', '--forever'], isAll: true },
  { typed: ['up', '--mode', ''], offered: ['enforce', 'monitor'], isAll: true },
  { typed: ['up', '--login', 're'], offered: ['required'], isAll: true },
  { typed: ['--'], offered: ['--data-dir', '--json'] },
];

/** For each shell the program that it runs with the script and the words, and prints one offer a line. */
const SHELLS: readonly { readonly shell: string; readonly program: string; readonly call: readonly string[] }[] = [
  {
    shell: 'bash',
    program: '/bin/bash',
    call: [
      '--norc',
      '-c',
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _holdfast; printf "%s\\n" "${COMPREPLY[@]}"',
      'bash',
    ],
  },
  {
    shell: 'zsh',
    program: '/usr/bin/zsh',
    // The three functions of zsh's own completion that the script calls: only a terminal has the real ones.
    call: [
      '-f',
      '-c',
      'compdef() { : }; _files() { : }; compadd() { shift; print -rl -- ${(M)@:#${words[CURRENT]}*} }; source "$1"; shift; words=("$@"); CURRENT=$#; _holdfast',
      'zsh',
    ],
  },
  {
    shell: 'fish',
    program: '/usr/bin/fish',
    call: ['--no-config', '-c', 'source $argv[1]; complete -C (string join -- " " $argv[2..-1])'],
  },
];

for (const { shell, program } of SHELLS)
  if (!existsSync(program)) process.emitWarning(`${program} is not there: completion of ${shell} is not tested here.`);

describe.each(SHELLS)('$shell', ({ shell, program, call }) => {
  test.skipIf(!existsSync(program))('completes commands, flags and their choices, whatever stands between them', async () => {
    const { code, stdout } = await holdfast(['completion', shell]);
    expect(code).toBe(0);
    const script = join(folder, shell);
    writeFileSync(script, stdout);
    for (const { typed, offered, isAll = false } of CASES) {
      const printed = execFileSync(program, [...call, script, 'holdfast', ...typed], { encoding: 'utf8', cwd: folder });
      const found = printed.split('\n').filter((line) => line !== '');
      const wanted = isAll ? offered : expect.arrayContaining([...offered]);
      expect(found.toSorted(), typed.join(' ')).toEqual(wanted);
    }
  });
});
