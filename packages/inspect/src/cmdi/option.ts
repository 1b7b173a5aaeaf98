import type { Evidence } from '../types.ts';

/** Looked for before the pattern, because it costs a fraction of it. */
interface Option {
  hint: RegExp;
  pattern: RegExp;
}

/**
 * Options that make a well-meant program run another one or write where it is told (CWE-88): of ssh, tar, git, rsync, curl, wget, find,
 * sendmail, zip and MySQL. They count at the start of a value or after a blank.
 */
const OPTIONS: readonly Option[] = [
  {
    hint: /-o/i,
    pattern:
      /(?:^|[\s'"])-{1,2}o\s{0,2}(?:ProxyCommand|LocalCommand|PermitLocalCommand|KnownHostsCommand|Match\s{0,2}exec)\s{0,2}[= ]/i,
  },
  {
    hint: /--[cutinr]/,
    pattern:
      /(?:^|[\s'"])--(?:checkpoint-action|use-compress-program|to-command|info-script|new-volume-script|rsh-command|rmt-command)[= ]/,
  },
  {
    hint: /--[eruin]/,
    pattern:
      /(?:^|[\s'"])--(?:upload-pack|receive-pack|exec-path|rsh|rsync-path|unzip-command|init-command|netrc-file|use-askpass)=\S/,
  },
  {
    hint: /-c/i,
    pattern:
      /(?:^|[\s'"])-c\s{0,2}(?:core\.(?:fsmonitor|sshCommand|gitProxy|pager|editor)|protocol\.ext\.allow|alias\.\w{1,16})=/i,
  },
  {
    hint: /^-/,
    pattern:
      /^-{1,2}(?:exec|output|output-document|output-file|post-file|body-file|init-file|rcfile)=["']?(?:\/|\.\.|[a-z]:\\|\S{0,64}[;|`$(])/i,
  },
  { hint: /^\s{0,4}-/, pattern: /^\s{0,4}-(?:[oOKX]|exec)\s{0,2}\/(?:tmp|var|etc|home|usr|srv|opt|root|proc|dev)\// },
  { hint: /-[OX]/, pattern: /(?:^|\s)-O\s{0,2}QueueDirectory=|(?:^|\s)-X\s{0,2}\/[\w.-]{1,64}\// },
  { hint: /ext::/, pattern: /(?:^|[\s'"=])ext::(?:ba)?sh(?:\s|%20)/ },
];

/** `find -exec`, up to the command it runs, and what ends that command. */
const EXEC = /(?:^|\s)-{1,2}exec(?:dir)?\s{1,4}\S{1,64}(?=\s)/g;
const EXEC_END = /\{\}|\\;|\+$/;
const EXEC_LENGTH_MAX = 128;
const EXECS_MAX = 200;
const WHY = 'an option that makes a program run or write something else';

/** Finds an option that changes which program runs, or which file is written, when the value becomes one of its arguments (CWE-88). */
export function judgeOption(value: string): Evidence | undefined {
  for (const { hint, pattern } of OPTIONS) {
    if (!hint.test(value)) continue;
    const match = pattern.exec(value);
    if (match === null) continue;
    const span = [match.index, match.index + match[0].length] as const;
    return { rule: 'cmdi.option', confidence: 0.93, span, why: WHY };
  }
  return value.includes('-exec') ? judgeExec(value) : undefined;
}

function judgeExec(value: string): Evidence | undefined {
  EXEC.lastIndex = 0;
  for (let count = 0; count < EXECS_MAX; count++) {
    const match = EXEC.exec(value);
    if (match === null) return undefined;
    const line = value.slice(EXEC.lastIndex, EXEC.lastIndex + EXEC_LENGTH_MAX).split('\n', 1)[0] ?? '';
    if (EXEC_END.test(line)) return { rule: 'cmdi.option', confidence: 0.93, span: [match.index, EXEC.lastIndex], why: WHY };
  }
  return undefined;
}
