import { hasAny, TRAIT } from '../traits.ts';
import type { Evidence } from '../types.ts';
import { programKind } from './words.ts';

/** An expression that only a shell gives a meaning to. Each pattern is anchored by a literal and bounded. */
interface Expansion {
  /** A character without which the pattern cannot match. */
  needs: number;
  pattern: RegExp;
  confidence: number;
  why: string;
}

const CALL = 'an expression in ${} calls a function';
const EXPANSIONS: readonly Expansion[] = [
  { needs: TRAIT.dollar, pattern: /\$\{?IFS\b|\$IFS/, confidence: 0.96, why: '$IFS stands in for a blank' },
  {
    needs: TRAIT.dollar,
    pattern: /\$\(\(\s{0,4}-?\d{1,12}\s{0,4}[-+*/%]/,
    confidence: 0.95,
    why: 'shell arithmetic is expanded',
  },
  { needs: TRAIT.dollar, pattern: /\$\(\(\s{0,4}\$[({\w]/, confidence: 0.93, why: 'shell arithmetic is expanded' },
  {
    needs: TRAIT.dollar,
    pattern: /\$\[\s{0,4}(?:-?\d{1,9}\s{0,4}[-+*/%]\s{0,4}\d{1,9}\s{0,4})?\]/,
    confidence: 0.93,
    why: 'shell arithmetic in its old form is expanded',
  },
  { needs: TRAIT.slash, pattern: /\/dev\/(?:tcp|udp)\//, confidence: 0.96, why: 'a network device of the shell is opened' },
  {
    needs: TRAIT.paren,
    pattern:
      /(?<![\w$*]\s{0,4})\(\)\s{0,8}\{[^{}]{0,32};\s{0,4}\}?\s{0,4};|^\s{0,4}\([\s\0]{0,2}\)\s{0,8}\{(?!\s{0,4}(?:return|this|const|let)\b)/,
    confidence: 0.97,
    why: 'a shell function is defined where an environment value is read (CVE-2014-6271)',
  },
  {
    needs: TRAIT.dollar,
    pattern: /\$\{\s{0,4}@?(?:print|system|exec|passthru|eval|phpinfo|shell_exec|popen|proc_open)\b/i,
    confidence: 0.94,
    why: 'a PHP expression in ${} calls a function',
  },
  { needs: TRAIT.dollar, pattern: /\$\{\s{0,4}@?[\w.]{1,32}\(/, confidence: 0.91, why: CALL },
  {
    needs: TRAIT.dollar,
    pattern: /(?:^|[\s;|&('"])\w{1,32}=\$\(/,
    confidence: 0.94,
    why: 'a variable takes the output of a command',
  },
  { needs: TRAIT.dollar, pattern: /\$\{#\w{1,32}\}/, confidence: 0.93, why: 'the length of a shell variable is expanded' },
  {
    needs: TRAIT.dollar,
    pattern: /\/\w{1,16}\$[a-z@*]\w?\/|\$[a-z@*]\/(?:bin|etc|usr)\b|\/(?:etc|bin)\$[a-z@*]/,
    confidence: 0.92,
    why: 'an empty expansion breaks up a path',
  },
  { needs: TRAIT.dollar, pattern: /\$\{[\w@*#]{1,32}(?::\d|#|%|\/)/, confidence: 0.6, why: 'a shell parameter is cut' },
  {
    needs: TRAIT.dollar,
    pattern:
      /\$\{(?:!\w{1,32}[@*]?\}|\w{1,32}(?:#\S|:-?\d{1,4}:-?\d{1,4}\}|\^\^?\}|,,?\}|@[A-Za-z]\}|\/\/?[^/{}\s]{1,16}\/[^{}\s]{0,16}\}))/,
    confidence: 0.93,
    why: 'a shell parameter is cut or rewritten',
  },
  {
    needs: TRAIT.dollar,
    pattern: /\$\{?(?:SHELL|BASH|0)\}?\s{1,4}-[a-z]/,
    confidence: 0.94,
    why: 'the shell is called by its variable',
  },
  {
    needs: TRAIT.dollar,
    pattern: /\$'(?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}|\\u[0-9a-fA-F]{4}){2}/,
    confidence: 0.95,
    why: 'a word is written in escapes of the shell',
  },
  {
    needs: TRAIT.percent,
    pattern: /%\w{1,32}(?::~-?\d{1,3}(?:,-?\d{1,3})?|:[^\s%=:]{1,16}=[^\s%]{0,16})%/,
    confidence: 0.94,
    why: 'a variable of the Windows command processor is cut or rewritten',
  },
  {
    needs: TRAIT.bracket,
    // One letter or a sign in brackets: `/items[0]/name` and the route `/[id]/edit` are no patterns.
    pattern: /\/[\w?*]{0,12}\[(?:[a-z]|[?*!^][\w?]{0,3}|[a-z]\/{1,3})\][\w?*[\]]{0,12}\/{1,2}[\w?*[\]/]{2,32}/,
    confidence: 0.91,
    why: 'a path is written in patterns of the shell',
  },
  {
    needs: TRAIT.brace,
    pattern: /(?:^|[;|&`(]\s{0,4})\{,[a-z/$?"'.~][^{}\n]{0,96}\}|^\s{0,4}\{\w{1,8},-\w{1,16}\}\w{0,8}(?=\s|$)/i,
    confidence: 0.92,
    why: 'braces expand to a command',
  },
  {
    needs: TRAIT.dollar,
    pattern: /[;|&]\s{0,4}(?:(?:\$\w{1,8}|\$\{\w{1,8}\}){2,8}|\$\{?(?:0|SHELL|BASH)\}?)(?=\s|$|[;|&])/,
    confidence: 0.91,
    why: 'the command is put together from variables',
  },
  {
    needs: TRAIT.dollar,
    pattern: /\$'[^'\n]{0,16}\\(?:x[0-9a-fA-F]{2}|[0-7]{3})\w/,
    confidence: 0.91,
    why: 'a word is written in escapes of the shell',
  },
  {
    needs: TRAIT.equals,
    pattern: /(?:^|[;|&\s'"])(?:LD_PRELOAD|LD_AUDIT|BASH_ENV|PROMPT_COMMAND|GIT_SSH_COMMAND|PERL5OPT|PYTHONSTARTUP)=\S/,
    confidence: 0.92,
    why: 'a variable makes the next program load or run something else',
  },
  {
    needs: TRAIT.slash,
    pattern: /[;|&]\s{0,4}(?:\.\/[\w.-]{1,48}|\/(?:tmp|var\/tmp|dev\/shm)\/[\w./-]{1,48})(?=\s|$|[;|&#])/,
    confidence: 0.91,
    why: 'a file that was put there is run',
  },
  {
    needs: TRAIT.dot,
    pattern: /[;|&]\s{0,4}(?:start\s{1,4})?[\w-]{1,32}\.(?:exe|bat|cmd|vbs|ps1)(?=\s{0,4}(?:$|[;|&]))/i,
    confidence: 0.91,
    why: 'a program of Windows is started',
  },
  {
    needs: TRAIT.paren,
    pattern:
      /^\s{0,4}["']?[$<>]\((?!(?:this|document|window|self|function|el|e)\b)\s{0,4}[\w./~-][^()'"\n,#=>]{0,128}\)["']?\s{0,4}$/,
    confidence: 0.91,
    why: 'the whole value is the output of a command',
  },
  {
    needs: TRAIT.percent,
    pattern: /%(?:comspec|systemroot|windir|programfiles|pathext|processor_architecture)%/i,
    confidence: 0.91,
    why: 'a variable of the Windows command processor is expanded',
  },
  {
    needs: TRAIT.operator,
    pattern:
      /^\s{0,4}(?:!-\d{1,3}){2}|^\s{0,4}![!?$^*#]{1,2}:|(?:^|[;|&\n]\s{0,4})!(?:-\d{1,3}|!)(?=\s{0,4}(?:$|[;|&\n]))|^\^[a-z]\w{0,15}\^\w{0,16}\^?$/,
    confidence: 0.92,
    why: 'a line of the shell history is repeated',
  },
  {
    needs: TRAIT.operator,
    pattern: /^\s{0,4}~[+-]\d{0,2}\/?\s{0,4}$/,
    confidence: 0.91,
    why: 'a directory of the shell is expanded',
  },
  {
    needs: TRAIT.bracket,
    pattern: /(?<!\w)\[(?:system\.)?[a-z][\w.]{1,64}\]::\w/i,
    confidence: 0.93,
    why: 'PowerShell calls a method of .NET',
  },
  {
    needs: TRAIT.letter,
    pattern: /(?:^|[\s;|&('"])(?:iex|invoke-expression)\s{0,4}[($"'&]|\|\s{0,4}(?:iex|invoke-expression)(?!\w)/i,
    confidence: 0.94,
    why: 'PowerShell runs a text as a command',
  },
  {
    needs: TRAIT.space,
    pattern:
      /-enc(?:odedcommand)?\s{1,4}[A-Za-z0-9+/]{32}|(?:powershell|pwsh)(?:\.exe)?\s[^\n]{0,64}-e[cn]?\s{1,4}[A-Za-z0-9+/]{16}/i,
    confidence: 0.92,
    why: 'PowerShell runs an encoded command',
  },
  {
    needs: TRAIT.equals,
    pattern:
      /(?:^|[;|&`(\n'"]\s{0,4})alias\s{1,8}(?:(?:-[a-z]|[+-]{1,2}[a-z]{0,2}\+?)\s{1,8}){0,3}["']?[\w.!-]{1,24}["']?=["']?[\w/$.\\-]/i,
    confidence: 0.92,
    why: 'a shell alias is defined',
  },
];
const POWERSHELL: ReadonlySet<string> = new Set([
  'PowerShell calls a method of .NET',
  'PowerShell runs a text as a command',
  'PowerShell runs an encoded command',
]);
const BRACES = /(^|[\s;|&`('"=])\{(,?)([\w./-]{1,24})(?:,([^{}\s]{0,96}))?\}/g;
const BRACES_MAX = 1_000;
const TEMPLATE_LENGTH_MAX = 256;
const INCLUDE = /<!--\s{0,4}#\s{0,4}(?:exec|include|echo|config|printenv|fsize|flastmod|set|if)\b|<esi:\w/i;

/** True inside a template literal that a statement of a script begins before: text(`${name()}`). */
function isTemplate(value: string, at: number): boolean {
  const line = value.slice(Math.max(0, at - TEMPLATE_LENGTH_MAX), at);
  const opening = line.lastIndexOf('`');
  return (
    opening > 0 &&
    /\w\s{0,2}(?:[(,]|\([^()`\n]{0,64}|[-+]?={1,3}\s{0,2})$/.test(line.slice(0, opening)) &&
    value.slice(at, at + TEMPLATE_LENGTH_MAX).includes('`')
  );
}

/** Finds expressions that only a shell expands, and directives that only a web server carries out. */
export function judgeExpansions(value: string, traits: number, found: Evidence[]): void {
  for (const { needs, pattern, confidence, why } of EXPANSIONS) {
    if (!hasAny(traits, needs)) continue;
    const match = pattern.exec(value);
    if (match === null) continue;
    if (why === CALL && isTemplate(value, match.index)) continue;
    const rule = POWERSHELL.has(why) ? 'cmdi.powershell' : 'cmdi.expansion';
    found.push({ rule, confidence, span: [match.index, match.index + match[0].length], why });
  }
  const braces = hasAny(traits, TRAIT.brace) && hasAny(traits, TRAIT.comma) ? judgeBraces(value) : undefined;
  if (braces !== undefined) found.push(braces);
  if (!hasAny(traits, TRAIT.angle)) return;
  const include = INCLUDE.exec(value);
  if (include === null) return;
  const span = [include.index, include.index + include[0].length] as const;
  found.push({ rule: 'cmdi.include', confidence: 0.96, span, why: 'a server-side include directive' });
}

/** `{cat,/etc/hosts}`: a command line without a blank. A selection of GraphQL or a set has neither paths nor an empty first word. */
function judgeBraces(value: string): Evidence | undefined {
  BRACES.lastIndex = 0;
  for (let count = 0; count < BRACES_MAX; count++) {
    const match = BRACES.exec(value);
    if (match === null) return undefined;
    const [whole, before = '', comma = '', word = '', rest] = match;
    if (!isBraceCommand({ comma, word: word.toLowerCase(), rest, isWhole: whole.length === value.trim().length })) continue;
    const start = match.index + before.length;
    const why = 'braces expand to a command and its arguments';
    return { rule: 'cmdi.expansion', confidence: 0.93, span: [start, match.index + whole.length], why };
  }
  return undefined;
}

interface Braces {
  comma: string;
  word: string;
  rest: string | undefined;
  isWhole: boolean;
}

function isBraceCommand({ comma, word, rest, isWhole }: Braces): boolean {
  // Quantifiers of patterns are numbers: `{,5}`.
  if (comma !== '' && isWhole) return /[a-z]/.test(word);
  if (!/^\/?(?:usr\/)?s?bin\//.test(word) && programKind(word) === undefined) return isWhole && /^-\w/.test(rest ?? '');
  if (comma !== '' || rest === undefined) return comma !== '';
  return rest === '' ? isWhole : /^(?:[-/~$.*]|https?:|\d{1,3}\.\d)/.test(rest);
}
