import type { Command, Help } from 'commander';
import { EXIT_MEANING } from '../exit-codes.ts';

const GAP = 2;

/** Aligned `term  description` lines below a heading; nothing when there are none. */
function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([term]) => term.length)) + GAP;
  return `\n${title}\n${rows.map(([term, text]) => `  ${term.padEnd(width)}${text}\n`).join('')}`;
}

/** Examples come before flags: people copy the first line that fits. */
export function formatHelp(command: Command, help: Help, examples: readonly string[]): string {
  const summary = help.commandDescription(command);
  const root = command.parent === null;
  const options = help
    .visibleOptions(command)
    .map((option) => [help.optionTerm(option), help.optionDescription(option)] as const);
  const globals = root
    ? []
    : help.visibleGlobalOptions(command).map((option) => [help.optionTerm(option), help.optionDescription(option)] as const);
  return [
    `Usage: ${help.commandUsage(command)}\n`,
    summary === '' ? '' : `\n${summary}\n`,
    section(
      'Examples',
      examples.map((example) => [`$ ${example}`, ''] as const),
    ),
    section(
      'Commands',
      help.visibleCommands(command).map((child) => [help.subcommandTerm(child), help.subcommandDescription(child)] as const),
    ),
    section(
      'Arguments',
      help.visibleArguments(command).map((word) => [help.argumentTerm(word), help.argumentDescription(word)] as const),
    ),
    section('Flags', options),
    section('Flags of every command', globals),
    root ? section('Exit codes', Object.entries(EXIT_MEANING)) : '',
  ]
    .join('')
    .replaceAll(/ +$/gmu, '');
}
