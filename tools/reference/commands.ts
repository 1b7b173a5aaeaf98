import { COMMANDS } from '../../packages/server/src/cli/shell/catalogue.ts';
import { isBranch, type CommandBody, type LeafBody } from '../../packages/server/src/cli/command.ts';
import { EXIT_MEANING } from '../../packages/server/src/cli/exit-codes.ts';
import { GLOBAL_OPTIONS } from '../../packages/server/src/cli/shell/global-options.ts';
import { cell, code, fenced, page, sentence, table } from './markdown.ts';

/** One command that can be called, by its full name such as `ban allow add`. */
export interface NamedCommand {
  readonly name: string;
  readonly summary: string;
  readonly leaf: LeafBody;
  /** What the commands above it say of all their children. */
  readonly about: readonly string[];
}

export async function allCommands(): Promise<readonly NamedCommand[]> {
  const commands: NamedCommand[] = [];
  for (const entry of COMMANDS) {
    commands.push(...flatten({ name: entry.name, summary: entry.summary, about: [] }, await entry.load()));
  }
  return commands;
}

function flatten(at: Omit<NamedCommand, 'leaf'>, body: CommandBody): readonly NamedCommand[] {
  if (!isBranch(body)) return [{ ...at, leaf: body }];
  const about = body.about === undefined ? at.about : [...at.about, body.about];
  return body.verbs.flatMap((verb) => flatten({ name: `${at.name} ${verb.name}`, summary: verb.summary, about }, verb));
}

export async function commandsPage(): Promise<string> {
  const commands = await allCommands();
  return page('Command line', 'packages/server/src/cli', [
    'Inside the checkout: `npx holdfast …`. Data goes to stdout, everything else to stderr. With `--json` stdout holds one document: `schemaVersion`, `command`, `ok`, and `data` or `error`. `NO_COLOR` is honoured.',
    'Commands that need no running server say so or work either way: with the server down they open the data directory themselves ([decision 0007](../decisions/0007-one-command-line-client-for-both-states.md)).',
    '## Exit codes',
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_MEANING).map(([number, meaning]) => [number, cell(meaning)]),
    ),
    '## Flags of every command',
    optionTable(GLOBAL_OPTIONS),
    ...commands.map((command) => section(command)),
  ]);
}

function section({ name, summary, leaf, about }: NamedCommand): string {
  const words = leaf.words ?? [];
  const options = leaf.options ?? [];
  return [
    `## holdfast ${name}`,
    [summary, ...about, ...(leaf.about === undefined ? [] : [leaf.about])].map((text) => cell(sentence(text))).join(' '),
    fenced('sh', leaf.examples),
    words.length === 0
      ? ''
      : table(
          ['argument', 'meaning'],
          words.map((word) => [code(word.name), cell(word.help)]),
        ),
    options.length === 0 ? '' : optionTable(options),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function optionTable(options: readonly { readonly flags: string; readonly help: string }[]): string {
  return table(
    ['flag', 'meaning'],
    options.map(({ flags, help }) => [code(flags), cell(help)]),
  );
}
