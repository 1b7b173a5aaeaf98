import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeVariables } from './formats.ts';
import { parseEnvFile } from './parse.ts';
import { variable, writeEnvFile } from './write.ts';

const valuesOf = (text: string): [string, string][] => {
  const parsed = parseEnvFile(text);
  if (parsed.kind === 'refused') throw new Error(JSON.stringify(parsed.faults));
  return parsed.lines.flatMap((line): [string, string][] => (line.kind === 'variable' ? [[line.name, line.value]] : []));
};
const faultsOf = (text: string): readonly { line: number; detail: string }[] => {
  const parsed = parseEnvFile(text);
  return parsed.kind === 'refused' ? parsed.faults : [];
};

describe('what is read', () => {
  test.each([
    ['A=1', '1'],
    ['A=', ''],
    ["A=''", ''],
    ['export A=1', '1'],
    ['  A=1', '1'],
    ['A=a#b', 'a#b'],
    ['A=a # why', 'a'],
    ['A=postgres://u:p@h/db?x=1&y=(2);z', 'postgres://u:p@h/db?x=1&y=(2);z'],
    ["A='two words' # why", 'two words'],
    ["A='$HOME \\n `x`'", '$HOME \\n `x`'],
    ['A="a\\tb\\nc\\"d\\$e\\\\f\\`g\\r"', 'a\tb\nc"d$e\\f`g\r'],
    ['A="line\nnext"', 'line\nnext'],
    ["A='line\r\nnext'", 'line\nnext'],
    ['\uFEFFA=1\r\n', '1'],
    ["A='#no comment'", '#no comment'],
  ])('%j', (text, value) => {
    expect(valuesOf(text)).toEqual([['A', value]]);
  });

  test('blank lines and comments stay, in their places', () => {
    const text = "# shop\n\nexport PORT=8080 # where\n  # more\nNAME='a b'\n";
    const parsed = parseEnvFile(text);
    expect(parsed.kind === 'read' && writeEnvFile(parsed.lines)).toBe(text);
  });

  test('a file without anything has no variables', () => {
    expect(valuesOf('')).toEqual([]);
  });
});

describe('what is refused, with its line and without its content', () => {
  test.each([
    ['OK=1\nsecret-without-name', 2, /neither a comment/u],
    ['OK=1\n\nA =hidden', 3, /no blanks before/u],
    ['A= hidden', 1, /no blanks after/u],
    ['1A=hidden', 1, /a name has/u],
    ['A.B=hidden', 1, /a name has/u],
    ['A=hidden words', 1, /needs quotes/u],
    ['A=hid$den', 1, /need quotes/u],
    ["A=it's", 1, /need quotes/u],
    ['A="hid$den"', 1, /stands for itself/u],
    ['A="hidden\\x"', 1, /the escapes are/u],
    ["OK=1\nA='hidden\nhidden", 2, /not closed/u],
    ['A="hidden', 1, /not closed/u],
    ["A='hidden'x", 1, /only a comment/u],
    ["A='hidden'# no blank", 1, /only a comment/u],
    ['A=1\nB=2\nA=hidden', 3, /set in line 1 already/u],
    ['A=hid\0den', 1, /control character/u],
    ["A='hid\0den'", 1, /character zero/u],
    ['A=1\n<<<<<<< HEAD\nB=hidden\n=======\nB=other\n>>>>>>> branch', 2, /merge conflict/u],
  ])('%j', (text, line, detail) => {
    const [fault, ...more] = faultsOf(text);
    expect(more).toEqual([]);
    expect(fault).toEqual({ line, detail: expect.stringMatching(detail) });
    expect(JSON.stringify(fault)).not.toContain('hidden');
  });

  test('all faults are told at once', () => {
    expect(faultsOf('1=a\nB=1\nC =2\nD="$x"\nE=1').map(({ line }) => line)).toEqual([1, 3, 4]);
  });

  test('lines behind a value of several lines are counted on', () => {
    expect(faultsOf("A='one\ntwo\nthree'\nbad").map(({ line }) => line)).toEqual([4]);
  });

  test('too large, too many', () => {
    expect(faultsOf('#'.repeat(1_048_577))).toHaveLength(1);
    expect(faultsOf(Array.from({ length: 1001 }, (_, index) => `A${index}=1`).join('\n'))).toHaveLength(1);
  });

  test('any text is read or refused, quickly', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\\', '$', '#', ' ', '\n', '\r', '\0', '<', 'é') }),
        (text) => {
          const parsed = parseEnvFile(text);
          expect(parsed.kind === 'read' || parsed.faults.length > 0).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const anyName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/u);
const anyValue = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('a', "'", '"', '\\', '$', '`', '\n', '\r', '\t', ' ', '#', '=', '!', '{', 'é'),
      maxLength: 40,
    }),
  )
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const anyVariables = fc.array(fc.tuple(anyName, anyValue), { maxLength: 8 }).map((pairs) => new Map(pairs));

describe('what is written is read back', () => {
  const textOf = (variables: ReadonlyMap<string, string>, format: 'dotenv' | 'json' | 'shell' | 'docker'): string => {
    const written = writeVariables(variables, format);
    if (written.kind === 'unfit') throw new Error(`unfit: ${written.names.join(' ')}`);
    return written.text;
  };

  test('dotenv, by our own reader', () => {
    fc.assert(
      fc.property(anyVariables, (variables) => {
        expect(valuesOf(textOf(variables, 'dotenv'))).toEqual([...variables]);
      }),
      { numRuns: 1000 },
    );
  });

  test('dotenv without line ends and quotes in it, by a shell', () => {
    const variables = new Map([
      ['A', 'plain'],
      ['B', 'two words # no comment'],
      ['C', '$HOME `id` \\n "quoted"'],
      ['D', `it's "$5"`],
      ['E', 'line\nnext'],
    ]);
    const script = `set -a\n${textOf(variables, 'dotenv')}\nexec "$0" -e 'process.stdout.write(JSON.stringify("ABCDE".split("").map((n) => [n, process.env[n]])))'`;
    const said = execFileSync('/bin/sh', ['-c', script, process.execPath], { env: {}, encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual([...variables]);
  });

  test('json', () => {
    fc.assert(
      fc.property(anyVariables, (variables) => {
        expect(new Map(Object.entries(JSON.parse(textOf(variables, 'json')) as object))).toEqual(variables);
      }),
    );
  });

  test('shell, by a shell', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const script = `${textOf(new Map([['HF_VALUE', value]]), 'shell')}exec "$0" -e 'process.stdout.write(process.env.HF_VALUE)'`;
        expect(execFileSync('/bin/sh', ['-c', script, process.execPath], { env: {}, encoding: 'utf8' })).toBe(value);
      }),
      { numRuns: 15 },
    );
  });

  test('docker takes a line as it is, so a value of several lines is refused by its name', () => {
    expect(textOf(new Map([['A', ` it's "x" #`]]), 'docker')).toBe(`A= it's "x" #\n`);
    expect(
      writeVariables(
        new Map([
          ['A', 'a'],
          ['KEY', 'a\nb'],
        ]),
        'docker',
      ),
    ).toEqual({ kind: 'unfit', names: ['KEY'] });
  });

  test('an empty file is empty', () => {
    expect(writeEnvFile([])).toBe('');
    expect(writeEnvFile([variable('A', '')])).toBe('A=\n');
  });
});
