import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { judgeBatch } from './batch.ts';
import { isProgramWord, judgeCommand, LINK_CONFIDENCE } from './command.ts';
import { judgeExpansions } from './expansion.ts';
import { type CommandSite, nextSite, walk } from './lex.ts';
import { codeBlocks, isFenced } from './listing.ts';
import { judgeLoneCommand } from './lone.ts';
import { judgeOption } from './option.ts';
import { isQuotation, isTutorial, PROSE_CONFIDENCE } from './prose.ts';
import { isUploadName, judgeUploadName } from './upload.ts';
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
  TRAIT.brace |
  TRAIT.bracket |
  TRAIT.operator |
  TRAIT.percent |
  TRAIT.dot |
  TRAIT.letter |
  TRAIT.backslash;
const CERTAIN = 0.95;
/** From this confidence on no other place of the value is looked at. */
const ENOUGH = 0.9;
/** A separator at the very start of a header is no part of any header's grammar. */
const HEADER_CONFIDENCE = 0.94;
const CHAIN_LINKS_MIN = 2;
const CHAIN_CONFIDENCE = 0.91;
/** Doubtful commands of a value, from which on words without arguments are no longer read. */
const DOUBTFUL_MAX = 500;

const SECRET_NAME = /pass(?:\d?$|w(?:or)?d|phrase|code)|pwd|secret/i;
const SECRET_LENGTH_MAX = 64;

const BACKTICK_PRINT = /\b(?:print|echo)\s{0,4}\(\s{0,4}`/i;

/** Reads a value as a shell and as a script language would; words alone never count, a separator and fitting arguments do (CWE-78). */
export function detectCmdi(input: DetectInput): readonly Evidence[] {
  const { value, traits, location, name, part } = input;
  const found: Evidence[] = [];
  if (part === 'value' && isUploadName(location, name)) push(found, judgeUploadName(value, location));
  if (part === 'value') push(found, judgeLoneCommand(value, name));
  judgeExpansions(value, traits, found);
  judgeFunctions(value, traits, found);
  if (hasAny(traits, TRAIT.space)) push(found, judgeBatch(value));
  if (value.includes('-') || value.includes('ext::')) push(found, judgeOption(value));
  if (found.length > 0) calmDown(value, found);
  if (found.some(({ confidence }) => confidence >= CERTAIN)) return found;
  const command = judgeCommands(value);
  if (command !== undefined) found.push(inPlace(input, command));
  return found;
}

function push(found: Evidence[], evidence: Evidence | undefined): void {
  if (evidence !== undefined) found.push(evidence);
}

/** What a sentence quotes, or a lesson shows in its own lines, is talked about and not run. */
function calmDown(value: string, found: Evidence[]): void {
  const blocks = codeBlocks(value);
  for (const [index, evidence] of found.entries()) {
    const { rule, confidence, span } = evidence;
    if (confidence < ENOUGH || rule === 'cmdi.function' || rule === 'cmdi.batch') continue;
    const isShown = (confidence < CERTAIN && isQuotation(value, span)) || isTutorial(value, span[0]) || isFenced(blocks, span[0]);
    if (isShown) found[index] = { ...evidence, confidence: PROSE_CONFIDENCE };
  }
}

/** What else the place tells: headers never begin with a separator, and secrets are random signs. */
function inPlace({ value, location, name, part }: DetectInput, evidence: Evidence): Evidence {
  const { confidence, span } = evidence;
  const isFirst = span[0] <= 2 && /^\s{0,2}[;|&`\n]/.test(value);
  if (location === 'header' && isFirst) return { ...evidence, confidence: HEADER_CONFIDENCE };
  // Three or four letters between two signs come up in passwords by chance; a command line with blanks does not.
  const isSecret = part === 'value' && value.length <= SECRET_LENGTH_MAX && !/\s/.test(value) && SECRET_NAME.test(name);
  return isSecret && !/\/|\bIFS\b/.test(value) ? { ...evidence, confidence: Math.min(confidence, PROSE_CONFIDENCE) } : evidence;
}

/** What the places of a value come to together. */
interface Tally {
  best: Evidence | undefined;
  doubtful: number;
  /** Doubtful commands that follow each other. */
  links: number;
}

/** The most certain of all places where a shell would read a command. */
function judgeCommands(value: string): Evidence | undefined {
  const tally: Tally = { best: undefined, doubtful: 0, links: 0 };
  const state = walk(value);
  const blocks = codeBlocks(value);
  for (let site = nextSite(state); site !== undefined; site = nextSite(state)) {
    if (!isProgramWord(value, site)) continue;
    const evidence = judgeCommand(value, site, blocks);
    if (evidence !== undefined) count(tally, evidence, isChained(site) || site.separator === 'start');
    if ((tally.best?.confidence ?? 0) >= ENOUGH) break;
    // Words alone fill honest tables; past this many doubtful ones only what a command line would go on with is read.
    state.isCursory ||= tally.doubtful > DOUBTFUL_MAX;
  }
  const best = conclude(value, tally);
  if ((best?.confidence ?? 0) >= ENOUGH) return best;
  // Fail closed: so many commands that crowd each other are there to hide one.
  if (state.isCrowded) return tooMany(value, ENOUGH);
  return state.isCursory ? tooMany(value, PROSE_CONFIDENCE) : best;
}

function isChained({ separator }: CommandSite): boolean {
  return separator === 'operator' || separator === 'substitution';
}

/** Several doubtful commands in a row, of which no sentence or list is made, are as good as one certain: `cd /;cd tmp;fold x`. */
function conclude(value: string, { best, links }: Tally): Evidence | undefined {
  if (best === undefined || best.confidence >= ENOUGH || links < CHAIN_LINKS_MIN || isQuotation(value, [0, 0])) return best;
  return { ...best, rule: 'cmdi.chain', confidence: CHAIN_CONFIDENCE };
}

function count(tally: Tally, evidence: Evidence, isLink: boolean): void {
  if (evidence.confidence > (tally.best?.confidence ?? 0)) tally.best = evidence;
  if (isLink) tally.doubtful++;
  if (isLink && evidence.confidence === LINK_CONFIDENCE) tally.links++;
}

function tooMany(value: string, confidence: number): Evidence {
  return {
    rule: 'cmdi.chain',
    confidence,
    span: [0, value.length],
    why: 'the value names more programs than are judged one by one',
  };
}

function judgeFunctions(value: string, traits: number, found: Evidence[]): void {
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
  const isQuoted = isQuotation(value, [call.index, call.index + call[0].length]);
  const confidence = isPlainWord ? 0.5 : isQuoted ? PROSE_CONFIDENCE : 0.93;
  found.push({
    rule: 'cmdi.function',
    confidence,
    span: [call.index, call.index + call[0].length],
    why: `${call[1] ?? 'a function'} runs what it is given`,
  });
}

export const cmdi: Detector = { group: 'cmdi', needs: SHELL, detect: detectCmdi };
