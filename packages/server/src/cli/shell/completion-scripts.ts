export const SHELLS = ['bash', 'zsh', 'fish', 'pwsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** The words that may follow one path of commands, for example `ban allow`. */
export interface CompletionLevel {
  readonly path: string;
  readonly words: readonly string[];
}

/** A script without calls back into Holdfast: completing a word must not start a process. */
export function renderCompletion(shell: Shell, levels: readonly CompletionLevel[]): string {
  return RENDERERS[shell](levels);
}

/** Names and flags are ours: lower-case letters, digits and hyphens; nothing needs quoting beyond the quotes around the list. */
function bash(levels: readonly CompletionLevel[]): string {
  const cases = levels.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;\n`).join('');
  return `_holdfast() {
  local path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) path="\${path:+$path }$word" ;;
    esac
  done
  while :; do
    case "$path" in
${cases}    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case "$path" in *' '*) path="\${path% *}" ;; *) path='' ;; esac
  done
  COMPREPLY=( $(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}") )
}
complete -o default -F _holdfast holdfast
`;
}

function fish(levels: readonly CompletionLevel[]): string {
  const lines = levels.flatMap(({ path, words }) => words.map((word) => fishLine(path, word)));
  return `function __holdfast_at
  set -l words (commandline -opc | string match -v -- '-*')
  test "$words[2..-1]" = "$argv"
end
complete -c holdfast -f
${lines.join('')}`;
}

function fishLine(path: string, word: string): string {
  const condition = `-n '__holdfast_at ${path}'`;
  return word.startsWith('--')
    ? `complete -c holdfast ${condition} -l ${word.slice(2)}\n`
    : `complete -c holdfast ${condition} -a ${word}\n`;
}

function pwsh(levels: readonly CompletionLevel[]): string {
  const table = levels.map(({ path, words }) => `    '${path}' = @(${words.map((word) => `'${word}'`).join(', ')})\n`).join('');
  return `Register-ArgumentCompleter -Native -CommandName holdfast -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $levels = @{
${table}  }
  $given = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } | Where-Object { -not $_.StartsWith('-') })
  if ($wordToComplete -and $given.Count -gt 0 -and $given[-1] -eq $wordToComplete) { $given = @($given | Select-Object -SkipLast 1) }
  while ($given.Count -gt 0 -and -not $levels.ContainsKey($given -join ' ')) { $given = @($given | Select-Object -SkipLast 1) }
  $levels[($given -join ' ')] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

const RENDERERS: Readonly<Record<Shell, (levels: readonly CompletionLevel[]) => string>> = {
  bash,
  zsh: (levels) => `#compdef holdfast\nautoload -U +X bashcompinit && bashcompinit\n${bash(levels)}`,
  fish,
  pwsh,
};
