import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { isProgramWord, isQuotation, judgeCommand, PROSE_CONFIDENCE } from './command.ts';
import { type CommandSite, commandSites } from './lex.ts';
import { EXECUTING_FUNCTIONS } from './words.ts';

/** Characters every injection needs somewhere: a separator, an expansion, or the blank or slash of a command line. */
const SHELL =
  TRAIT.semicolon |
  TRAIT.pipe |
  TRAIT.ampersand |
  TRAIT.lineBreak |
  TRAIT.backtick |
  TRAIT.dollar |
  TRAIT.quote |
  TRAIT.doubleQuote |
  TRAIT.space |
  TRAIT.slash |
  TRAIT.paren |
  TRAIT.angle |
  TRAIT.backslash;
const CERTAIN = 0.95;
/** From this confidence on no other place of the value is looked at. */
const ENOUGH = 0.9;
/** Places with a program's name that are judged, counted apart for separators that only a shell or programmer writes and for the rest. */
const PROGRAMS_MAX = 2_000;

/** Expressions that only a shell gives a meaning to. Each is anchored by a literal and bounded. */
const EXPANSIONS: readonly (readonly [RegExp, number, string])[] = [
  [/\$\{?IFS\b|\$IFS/, 0.96, '$IFS stands in for a blank'],
  [/\$\(\(\s{0,4}-?\d{1,12}\s{0,4}[-+*/%]/, 0.95, 'shell arithmetic is expanded'],
  [/\/dev\/(?:tcp|udp)\//, 0.96, 'a network device of the shell is opened'],
  [
    /\(\)\s{0,8}\{[^{}]{0,32};\s{0,4}\}?\s{0,4};/,
    0.97,
    'a shell function is defined where an environment value is read (CVE-2014-6271)',
  ],
  [
    /\$\{\s{0,4}@?(?:print|system|exec|passthru|eval|phpinfo|shell_exec|popen|proc_open)\b/i,
    0.94,
    'a PHP expression in ${} calls a function',
  ],
  [/\$\{\s{0,4}@?[\w.]{1,32}\(/, 0.91, 'an expression in ${} calls a function'],
  [/(?:^|[\s;|&('"])\w{1,32}=\$\(/, 0.94, 'a variable takes the output of a command'],
  [/\$\{#\w{1,32}\}/, 0.93, 'the length of a shell variable is expanded'],
  [/\/\w{1,16}\$[a-z@*]\w?\/|\$[a-z@*]\/(?:bin|etc|usr)\b|\/(?:etc|bin)\$[a-z@*]/, 0.92, 'an empty expansion breaks up a path'],
  [/\$\{[\w@*#]{1,32}(?::\d|#|%|\/)/, 0.6, 'a shell parameter is cut'],
];
const INCLUDE = /<!--\s{0,4}#\s{0,4}(?:exec|include|echo|config|printenv|fsize|flastmod|set|if)\b|<esi:\w/i;
const SCRIPT_TAG = /<\?(?:php\b|=|\s)|<%=?\s{0,4}(?:eval|response|request|system|runtime|out|@|import)/i;
const BACKTICK_PRINT = /\b(?:print|echo)\s{0,4}\(\s{0,4}`/i;

/** Reads a value as a shell and as a script language would; words alone never count, a separator and fitting arguments do (CWE-78). */
export function detectCmdi(input: DetectInput): readonly Evidence[] {
  const { value, traits } = input;
  const found: Evidence[] = [];
  judgeExpansions(value, traits, found);
  judgeFunctions(value, traits, found);
  if ((found[0]?.confidence ?? 0) >= CERTAIN) return found;
  const command = judgeCommands(value);
  if (command !== undefined) found.push(command);
  return found;
}

/** The most certain of all places where a shell would read a command. */
function judgeCommands(value: string): Evidence | undefined {
  let best: Evidence | undefined;
  let chained = 0;
  let others = 0;
  for (const site of commandSites(value)) {
    if (!isProgramWord(value, site)) continue;
    const isChained = site.separator === 'operator' || site.separator === 'substitution';
    // Lines and quotations that begin with such words fill honest logs and tables; past the limit they are passed over.
    if (!isChained && ++others > PROGRAMS_MAX) continue;
    // Fail closed: a value with this many commands cannot be called clean, and judging each would cost more than it is worth.
    if (isChained && ++chained > PROGRAMS_MAX) return tooMany(site);
    const evidence = judgeCommand(value, site);
    if (evidence !== undefined && evidence.confidence > (best?.confidence ?? 0)) best = evidence;
    if ((best?.confidence ?? 0) >= ENOUGH) break;
  }
  return best;
}

function tooMany(site: CommandSite): Evidence {
  return {
    rule: 'cmdi.chain',
    confidence: ENOUGH,
    span: [site.start, site.end],
    why: 'the value names more programs than are judged one by one',
  };
}

function judgeExpansions(value: string, traits: number, found: Evidence[]): void {
  if (hasAny(traits, TRAIT.dollar | TRAIT.slash | TRAIT.paren)) {
    for (const [pattern, confidence, why] of EXPANSIONS) {
      const match = pattern.exec(value);
      if (match !== null)
        found.push({ rule: 'cmdi.expansion', confidence, span: [match.index, match.index + match[0].length], why });
    }
  }
  if (!hasAny(traits, TRAIT.angle)) return;
  const include = INCLUDE.exec(value);
  if (include !== null) {
    const span = [include.index, include.index + include[0].length] as const;
    found.push({ rule: 'cmdi.include', confidence: 0.96, span, why: 'a server-side include directive' });
  }
}

function judgeFunctions(value: string, traits: number, found: Evidence[]): void {
  const tag = hasAny(traits, TRAIT.angle) ? SCRIPT_TAG.exec(value) : null;
  if (tag !== null && !/^<\?\s?xml/i.test(value.slice(tag.index, tag.index + 6))) {
    found.push({
      rule: 'cmdi.function',
      confidence: 0.93,
      span: [tag.index, tag.index + tag[0].length],
      why: 'a server script tag is opened',
    });
  }
  if (!hasAny(traits, TRAIT.paren)) return;
  const print = hasAny(traits, TRAIT.backtick) ? BACKTICK_PRINT.exec(value) : null;
  if (print !== null)
    found.push({
      rule: 'cmdi.function',
      confidence: 0.95,
      span: [print.index, print.index + print[0].length],
      why: 'the output of a command is printed',
    });
  EXECUTING_FUNCTIONS.lastIndex = 0;
  const call = EXECUTING_FUNCTIONS.exec(value);
  if (call === null) return;
  const isPlainWord = /^(?:print|require|eval|assert)$/i.test(call[1] ?? '') && !/[`]|base64|chr\(|phpinfo/.test(call[2] ?? '');
  const isQuoted = isQuotation(value, call.index, call.index + call[0].length);
  const confidence = isPlainWord ? 0.5 : isQuoted ? PROSE_CONFIDENCE : 0.93;
  found.push({
    rule: 'cmdi.function',
    confidence,
    span: [call.index, call.index + call[0].length],
    why: `${call[1] ?? 'a function'} runs what it is given`,
  });
}

export const cmdi: Detector = { group: 'cmdi', needs: SHELL, detect: detectCmdi };
