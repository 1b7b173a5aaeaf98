import { COMMANDS } from '../../packages/server/src/cli/shell/catalogue.ts';
import { isBranch, type CommandBody } from '../../packages/server/src/cli/command.ts';
import { GLOBAL_OPTIONS } from '../../packages/server/src/cli/shell/global-options.ts';

/** Judges a command that a page shows, by the table that the program itself is made of. Null = it exists as shown. */
export type CommandJudge = (line: string) => string | null;

const BUILT_IN = ['--help', '-h', '--version', '-V'];

export async function commandJudge(): Promise<CommandJudge> {
  const bodies = new Map<string, CommandBody>();
  for (const entry of COMMANDS) bodies.set(entry.name, await entry.load());
  return (line) => {
    const faults = callsIn(line).flatMap((words) => judge(words, bodies) ?? []);
    return faults.length === 0 ? null : faults.join('; ');
  };
}

/** The calls of holdfast in one line, each as the words after the program's name up to the end of that command. */
function callsIn(line: string): readonly (readonly string[])[] {
  const code = line.replaceAll(/'[^']*'|"[^"]*"/gu, 'WORD').replace(/(?:^|\s)#.*$/u, '');
  return code
    .split(/&&|\|\||[|;<>()]/u)
    .map((part) => part.trim().replace(/^\$ /u, ''))
    .flatMap((part) => {
      const call = /^(?:sudo )?(?:npx holdfast|holdfast|npm start --)(?: (?<words>.+))?$/u.exec(part);
      return call === null ? [] : [(call.groups?.['words'] ?? '').split(/\s+/u).filter((word) => word !== '' && word !== '…')];
    });
}

function judge(words: readonly string[], bodies: ReadonlyMap<string, CommandBody>): string | null {
  const globals = [...BUILT_IN, ...GLOBAL_OPTIONS.flatMap(({ flags }) => flagNames(flags))];
  const [name, ...rest] = words;
  if (name === undefined || name.startsWith('-')) return unknownFlag(words, globals);
  const named = bodies.get(name);
  if (named === undefined) return `no command ${name}`;
  let body: CommandBody = named;
  let path = name;
  while (isBranch(body)) {
    const verb = rest[0];
    // A noun alone names the family of commands; placeholders stand for any of it.
    if (verb === undefined || verb.startsWith('-')) return unknownFlag(rest, globals);
    const found: CommandBody | undefined = body.verbs.find((known) => known.name === verb);
    if (found === undefined) return `no command ${path} ${verb}`;
    path += ` ${verb}`;
    rest.shift();
    body = found;
  }
  const own = (body.options ?? []).flatMap(({ flags }) => flagNames(flags));
  return unknownFlag(rest, [...globals, ...own], path);
}

function unknownFlag(words: readonly string[], known: readonly string[], path = ''): string | null {
  // Behind `--` stands a program with flags of its own.
  const ours = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const wrong = ours.filter((word) => /^-{1,2}[a-zA-Z]/u.test(word)).find((word) => !known.includes(word.split('=')[0] ?? ''));
  return wrong === undefined ? null : `no flag ${wrong} of holdfast ${path}`.trim();
}

const flagNames = (flags: string): readonly string[] => flags.match(/--?[a-zA-Z][a-z-]*/gu) ?? [];
