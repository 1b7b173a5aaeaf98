export const SHELLS = ['bash', 'zsh', 'fish', 'pwsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** What may follow one path of commands, for example `ban allow`. */
export interface CompletionLevel {
  readonly path: string;
  readonly words: readonly string[];
  /** Flags that a value follows, with its choices. None = a file, or something that only the person knows. */
  readonly values: readonly { readonly flag: string; readonly choices: readonly string[] }[];
}

/** A script without calls back into Holdfast: completing a word must not start a process. */
export function renderCompletion(shell: Shell, levels: readonly CompletionLevel[]): string {
  return RENDERERS[shell](levels);
}

/** Names, flags and choices are ours: letters, digits and hyphens; nothing needs quoting beyond the quotes around a list. */
const choicesOf = (levels: readonly CompletionLevel[]): readonly { at: string; choices: readonly string[] }[] =>
  levels.flatMap(({ path, values }) =>
    values.flatMap(({ flag, choices }) => (choices.length === 0 ? [] : [{ at: `${path} ${flag}`, choices }])),
  );

const flagsOf = ({ values }: CompletionLevel): string => values.map(({ flag }) => flag).join(' ');

/**
 * For bash and zsh alike: `_holdfast_find WORD…` walks the words before the cursor. A word that names no command is an argument, and
 * one behind a flag that takes a value is that value. Not named `path`: zsh keeps `PATH` in it.
 */
function finder(levels: readonly CompletionLevel[]): string {
  const known = levels.map(
    (level) => `    '${level.path}') hf_words='${level.words.join(' ')}' hf_values='${flagsOf(level)}' ;;\n`,
  );
  const choices = choicesOf(levels).map(({ at, choices: words }) => `    '${at}') hf_words='${words.join(' ')}' ;;\n`);
  return `_holdfast_level() {
  case "$1" in
${known.join('')}    *) return 1 ;;
  esac
}
_holdfast_find() {
  local word
  hf_at='' hf_flag=''
  _holdfast_level ''
  for word in "$@"; do
    if [ -n "$hf_flag" ]; then hf_flag=''; continue; fi
    case "$word" in
      -*) case " $hf_values " in *" $word "*) hf_flag="$word" ;; esac ;;
      *) if _holdfast_level "\${hf_at:+$hf_at }$word"; then hf_at="\${hf_at:+$hf_at }$word"; fi ;;
    esac
  done
  [ -n "$hf_flag" ] || return 0
  case "$hf_at $hf_flag" in
${choices.join('')}    *) hf_words='' ;;
  esac
}
`;
}

const bash = (levels: readonly CompletionLevel[]): string => `${finder(levels)}_holdfast() {
  local hf_at hf_flag hf_words hf_values
  _holdfast_find "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  COMPREPLY=( $(compgen -W "$hf_words" -- "\${COMP_WORDS[COMP_CWORD]}") )
}
complete -o default -F _holdfast holdfast
`;

/** Read from a folder of `fpath` it is the body of the function itself, so it calls what it has defined. */
const zsh = (levels: readonly CompletionLevel[]): string => `#compdef holdfast
${finder(levels)}_holdfast() {
  local hf_at hf_flag hf_words hf_values
  _holdfast_find "\${(@)words[2,CURRENT-1]}"
  if [ -n "$hf_words" ]; then compadd -- \${=hf_words}; fi
  if [ -z "$hf_words" ] || [[ "$hf_words" = --* && "\${words[CURRENT]}" != -* ]]; then _files; fi
}
if [ "\${funcstack[1]}" = _holdfast ]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
`;

const fish = (levels: readonly CompletionLevel[]): string => `function __holdfast_words
  switch "$argv"
${levels.map(({ path, words }) => `    case '${path}'\n      printf '%s\\n' ${words.join(' ')}\n`).join('')}    case '*'
      return 1
  end
end
function __holdfast_values
  switch "$argv"
${levels.map((level) => `    case '${level.path}'\n      printf '%s\\n' ${flagsOf(level)}\n`).join('')}  end
end
function __holdfast_choices
  switch "$argv"
${choicesOf(levels)
  .map(({ at, choices }) => `    case '${at}'\n      printf '%s\\n' ${choices.join(' ')}\n`)
  .join('')}    case '*'
      __fish_complete_path (commandline -ct)
  end
end
function __holdfast_complete
  set -l at ''
  set -l flag ''
  for word in (commandline -opc)[2..-1]
    if test -n "$flag"
      set flag ''
    else if string match -q -- '-*' "$word"
      contains -- "$word" (__holdfast_values "$at"); and set flag "$word"
    else
      set -l next (string trim -- "$at $word")
      __holdfast_words "$next" >/dev/null; and set at "$next"
    end
  end
  if test -n "$flag"
    __holdfast_choices "$at $flag"
  else
    set -l known (__holdfast_words "$at")
    printf '%s\\n' $known
    string match -q -- '--*' $known[1]; and __fish_complete_path (commandline -ct)
  end
end
complete -c holdfast -f -a '(__holdfast_complete)'
`;

const pwsh = (levels: readonly CompletionLevel[]): string => {
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
};

const RENDERERS: Readonly<Record<Shell, (levels: readonly CompletionLevel[]) => string>> = { bash, zsh, fish, pwsh };
