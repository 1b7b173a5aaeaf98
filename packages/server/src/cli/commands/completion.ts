import { isBranch, type CommandBody, type CommandEntry, type LeafBody } from '../command.ts';
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
  const globals = GLOBAL_OPTIONS.map(({ flags }) => longFlag(flags));
  const levels: CompletionLevel[] = [{ path: '', words: [...commands.map(({ name }) => name), ...globals] }];
  for (const entry of commands) levels.push(...levelsOf(entry.name, await entry.load(), globals));
  return levels;
}

function levelsOf(path: string, body: CommandBody, globals: readonly string[]): readonly CompletionLevel[] {
  if (!isBranch(body)) return [{ path, words: [...(body.options ?? []).map(({ flags }) => longFlag(flags)), ...globals] }];
  return [
    { path, words: body.verbs.map(({ name }) => name) },
    ...body.verbs.flatMap((verb) => levelsOf(`${path} ${verb.name}`, verb, globals)),
  ];
}

const longFlag = (flags: string): string => /--[a-z-]+/u.exec(flags)?.[0] ?? flags;
