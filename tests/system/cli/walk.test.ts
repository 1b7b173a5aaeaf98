import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT_MEANING } from '../../../packages/server/src/cli/exit-codes.ts';
import { openTestTerminal, type TestTerminal } from '../../../packages/server/src/cli/terminal/test-terminal.ts';
import { allCommands, type NamedCommand } from '../../../tools/reference/commands.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

/** They serve, or start programs: other tests are about them. */
const NOT_WALKED = ['up', 'run', 'secret run'];
/** What would reach beyond the data directory of the test, or never end. */
const NOT_GIVEN = ['--purge', '--install', '--remove', '--follow'];
/** Hundreds of commands, each with its calls. */
const WALK_TIMEOUT_MS = 600_000;
const LEAK = /\n\s+at \S|node:internal|\.ts:\d|node_modules|relation "|syntax error at/u;

let terminal: TestTerminal;
beforeAll(() => {
  terminal = openTestTerminal();
});
afterAll(() => terminal.close());

type Line = (command: NamedCommand) => readonly string[];

/** As somebody types who knows the command and gives it what is not there. */
const words: Line = ({ name, leaf }) => [
  ...name.split(' '),
  ...(leaf.words ?? []).filter((word) => word.name.startsWith('<')).map(() => 'zzz'),
];

/** The same with every flag that takes a value. */
const flags: Line = (command) => [
  ...words(command),
  ...(command.leaf.options ?? []).flatMap(({ flags: text, choices }) => {
    const long = /--[a-z0-9-]+/u.exec(text)?.[0] ?? '';
    return text.includes('<') && !NOT_GIVEN.includes(long) ? [long, choices?.[0] ?? 'zzz'] : [];
  }),
];

interface Answer {
  readonly schemaVersion: number;
  readonly command: string;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly why: string; readonly next: string };
}

interface Walked {
  readonly line: string;
  readonly code: number;
  readonly answer: Answer | null;
  readonly faults: readonly string[];
}

/** One document of the shape that every script relies on, an exit code that is documented, and for an error all of its parts. */
function faultsOf(
  name: string,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): Omit<Walked, 'line'> {
  const faults: string[] = [];
  if (!Object.hasOwn(EXIT_MEANING, code)) faults.push(`exit code ${code}`);
  if (LEAK.test(stderr)) faults.push('stderr shows what is inside');
  let answer: Answer;
  try {
    // Its shape is what is judged here.
    answer = JSON.parse(stdout) as Answer;
  } catch {
    return { code, answer: null, faults: [...faults, 'no JSON document'] };
  }
  const { schemaVersion, ok, error } = answer;
  if (schemaVersion !== 1 || ok !== (error === undefined)) faults.push('another shape');
  if (answer.command !== name && error?.code !== 'usage') faults.push(`it says it is ${answer.command}`);
  if (stdout.indexOf('\n') !== stdout.length - 1) faults.push('more than one line');
  if (error !== undefined) {
    if (error.why === '' || error.next === '') faults.push('no reason or no next command');
    if (error.code === 'internal') faults.push('an internal error');
    if (LEAK.test(stdout)) faults.push('stdout shows what is inside');
  }
  return { code, answer, faults };
}

async function walk(line: Line, dataDir: string): Promise<readonly Walked[]> {
  const walked: Walked[] = [];
  for (const command of await allCommands()) {
    if (NOT_WALKED.includes(command.name)) continue;
    const argv = [...line(command), '--json', '--no-input', '--data-dir', dataDir];
    walked.push({ line: argv.join(' '), ...faultsOf(command.name, await terminal.run(argv)) });
  }
  return walked;
}

const faulty = (walked: readonly Walked[]): readonly string[] =>
  walked.filter(({ faults }) => faults.length > 0).map(({ line, faults }) => `${line}: ${faults.join(', ')}`);

describe('every command, as a script calls it', () => {
  test(
    'without a data directory says so with exit code 4, or does what needs none, and makes no such directory',
    { timeout: WALK_TIMEOUT_MS },
    async () => {
      const dataDir = `${terminal.dataDir}-mistyped`;
      const walked = await walk(words, dataDir);
      expect(walked.length).toBeGreaterThan(250);
      expect(faulty(walked)).toEqual([]);
      const missing = walked.filter(({ answer }) => answer?.error?.code === 'server-unreachable');
      expect(missing.length).toBeGreaterThan(100);
      expect(new Set(missing.map(({ code }) => code))).toEqual(new Set([4]));
      expect((await terminal.run(['ban', 'list', '--data-dir', dataDir])).code).toBe(4);
    },
  );

  describe('of a running server', () => {
    let server: HoldfastProcess;
    beforeAll(async () => {
      server = await HoldfastProcess.start();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test.each([
      ['with what is not there', words],
      ['with every flag', flags],
    ])('%s is answered in words and by no internal error', { timeout: WALK_TIMEOUT_MS }, async (_name, line) => {
      const walked = await walk(line, server.dataDir);
      expect(faulty(walked)).toEqual([]);
      expect(walked.filter(({ code }) => code === 0).length).toBeGreaterThan(50);
      expect(server.child.exitCode).toBeNull();
    });
  });

  test('that a name is missing from is told as JSON too', async () => {
    for (const argv of [['--json'], ['ban', '--json'], ['ban', 'allow', '--json'], ['--json', 'key']]) {
      const ran = await terminal.run(argv);
      expect(ran.code, argv.join(' ')).toBe(2);
      expect(JSON.parse(ran.stdout), argv.join(' ')).toMatchObject({ schemaVersion: 1, ok: false, error: { code: 'usage' } });
    }
  });
});
