import { isBranch, type CommandBody, type CommandEntry, type LeafBody, type OptionDefinition } from '../command.ts';
import { UsageFault } from '../fault.ts';
import { GLOBAL_OPTIONS } from '../shell/global-options.ts';
import { renderCompletion, SHELLS, type CompletionLevel } from '../shell/completion-scripts.ts';

export const completion: LeafBody = {
  words: [{ name: '<shell>', help: SHELLS.join(', ') }],
  examples: [
    'source <(holdfast completion bash)',
    'holdfast completion zsh > ~/.zfunc/_holdfast',
    'holdfast completion fish | source',
    'holdfast completion pwsh | Out-String | Invoke-Expression',
  ],
  async run({ commands }, input) {
    const shell = SHELLS.find((known) => known === input.words[0]);
    if (shell === undefined) throw new UsageFault(`The shell is one of ${SHELLS.join(', ')}.`, 'holdfast completion --help');
    const script = renderCompletion(shell, await completionLevels(commands));
    return { data: { shell, script }, text: script };
  },
};

/** What may follow each path of the command tree. */
export async function completionLevels(commands: readonly CommandEntry[]): Promise<readonly CompletionLevel[]> {
  const levels: CompletionLevel[] = [levelOf('', { words: commands.map(({ name }) => name), options: [] })];
  for (const entry of commands) levels.push(...levelsOf(entry.name, await entry.load()));
  return levels;
}

function levelsOf(path: string, body: CommandBody): readonly CompletionLevel[] {
  if (!isBranch(body)) return [levelOf(path, { words: [], options: body.options ?? [] })];
  const words = body.verbs.map(({ name }) => name);
  return [{ path, words, values: [] }, ...body.verbs.flatMap((verb) => levelsOf(`${path} ${verb.name}`, verb))];
}

function levelOf(
  path: string,
  { words, options }: { words: readonly string[]; options: readonly OptionDefinition[] },
): CompletionLevel {
  const all = [...options, ...GLOBAL_OPTIONS];
  const valued = all.filter(({ flags }) => flags.includes('<') || flags.includes('['));
  return {
    path,
    words: [...words, ...all.map(({ flags }) => longFlag(flags))],
    values: valued.map(({ flags, choices = [] }) => ({ flag: longFlag(flags), choices })),
  };
}

const longFlag = (flags: string): string => /--[a-z0-9-]+/u.exec(flags)?.[0] ?? flags;
