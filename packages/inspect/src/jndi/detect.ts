import { isQuotedCode } from '../code/prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { DEPTH_MAX, type Lookup, walkLookups } from './fold.ts';

const CERTAIN = 0.97;
const LIKELY = 0.94;
const QUOTED_CONFIDENCE = 0.6;
/** Lookups are one short line; in a configuration file of many lines they are what the file is for. */
const LINES_MAX = 4;
const PREFIX_LENGTH_MAX = 24;
const KINDS = 4;

/** Lookups that read what only the server knows: Log4j 2 (Lookups), Commons Text (StringLookupFactory), Spring Cloud. */
const DISCLOSING = new Set(
  'env sys java ctx k8s kubernetes docker main bundle map sd event marker log4j spring web jvmrunargs const properties resourcebundle file xml'.split(
    ' ',
  ),
);
/** Lookups of Commons Text that run or fetch something (CVE-2022-42889). */
const ACTING = new Set(['script', 'dns', 'url']);
const SPELLING = new Set(['lower', 'upper']);
const SCHEME = /\bjndi\s{0,4}:\s{0,4}(?:ldaps?|rmi|dns|iiop|iiopname|corba|corbaname|nis|nds|https?)\s{0,4}:\S{0,256}/i;
const ENCODED = /^[A-Za-z0-9+/]{6}/;
const SPECIAL_CASE = /[ıİſ]/;
/** Characters that Java maps to ASCII letters when it changes case: dotless i, long s, dotted I. */
const CASE_FOLDS = new Map([
  ['ı', 'i'],
  ['ſ', 's'],
  ['İ', 'i'],
]);

/** Folds nested lookups the way Log4j would and looks at what they spell (CVE-2021-44228). */
export function detectJndi({ value, traits }: DetectInput): readonly Evidence[] {
  const found: Evidence[] = [];
  if (hasAny(traits, TRAIT.dollar) && value.includes('${')) {
    // Each kind is reported once; a flood of lookups tells no more than the first.
    const seen = new Set<string>();
    const walk = walkLookups(value, (lookup) => {
      if (seen.size === KINDS) return;
      const evidence = judgeLookup(value, lookup, seen);
      if (evidence === undefined || seen.has(evidence.rule)) return;
      seen.add(evidence.rule);
      found.push(evidence);
    });
    if (walk === 'too-deep') found.push(tooDeep(value));
  }
  if (found.length === 0) {
    const bare = SCHEME.exec(value);
    if (bare !== null) {
      const span = [bare.index, bare.index + bare[0].length] as const;
      const confidence = isQuotedCode(value, span) ? QUOTED_CONFIDENCE : LIKELY;
      found.push({ rule: 'jndi.lookup', confidence, span, why: 'a JNDI name with the scheme of a directory server' });
    }
  }
  return found;
}

function judgeLookup(value: string, { text, span, isNested }: Lookup, seen: ReadonlySet<string>): Evidence | undefined {
  const head = fold(text.slice(0, PREFIX_LENGTH_MAX)).trimStart();
  if (/^jndi\s*:/.test(head))
    return { rule: 'jndi.lookup', confidence: CERTAIN, span, why: `the lookup reads ${text.slice(0, 48)}` };
  const colon = head.indexOf(':');
  if (colon < 0) return undefined;
  const prefix = head.slice(0, colon);
  // `${::-j}` has a default and no name: its only use is to spell a letter.
  if (text.startsWith('::-') || (SPELLING.has(prefix) && !text.includes(' ')))
    return { rule: 'jndi.disguise', confidence: CERTAIN, span, why: 'a lookup only spells a part of a word' };
  if (prefix.startsWith('base64') && ENCODED.test(text.slice(colon + 1)))
    return { rule: 'jndi.disguise', confidence: CERTAIN, span, why: 'a lookup decodes what it holds' };
  if (ACTING.has(prefix) && isActing(text, prefix))
    return { rule: 'jndi.script', confidence: CERTAIN, span, why: `a ${prefix} lookup acts on what it holds` };
  // How it stands in the text is the dear question; of one kind it is asked once.
  if (seen.has('jndi.disclosure') || !DISCLOSING.has(prefix) || !isKey(text.slice(colon + 1))) return undefined;
  return { rule: 'jndi.disclosure', confidence: rateDisclosure(value, span, isNested), span, why: `a lookup reads ${prefix}:` };
}

/** Written into a sentence or a configuration file it is documentation; alone or glued to an address it is an attack. */
function rateDisclosure(value: string, span: readonly [number, number], isNested: boolean): number {
  if (isNested) return LIKELY;
  return isQuotedCode(value, span) || countLines(value) > LINES_MAX ? QUOTED_CONFIDENCE : LIKELY;
}

function isActing(text: string, prefix: string): boolean {
  const rest = text.slice(prefix.length + 1);
  return prefix === 'script' ? /^\s*\w{1,16}:/.test(rest) : /^[\w-]{1,16}[:|.]/.test(rest);
}

/** The key of a lookup is a name or path, never an expression as in a template of JavaScript. */
function isKey(key: string): boolean {
  return /^[\w./\\:|-]/.test(key) && !/[\s?()]/.test(key.slice(0, 64).split(':-', 1)[0] ?? '');
}

function tooDeep(value: string): Evidence {
  const start = value.indexOf('${');
  return {
    rule: 'jndi.disguise',
    confidence: CERTAIN,
    span: [start, Math.min(value.length, start + 64)],
    why: `lookups are nested more than ${String(DEPTH_MAX)} deep`,
  };
}

function fold(text: string): string {
  const lower = text.toLowerCase();
  return SPECIAL_CASE.test(text)
    ? text.replaceAll(/[ıİſ]/g, (character) => CASE_FOLDS.get(character) ?? '').toLowerCase()
    : lower;
}

function countLines(value: string): number {
  let lines = 1;
  for (let at = value.indexOf('\n'); at >= 0 && lines <= LINES_MAX; at = value.indexOf('\n', at + 1)) lines++;
  return lines;
}

export const jndi: Detector = { group: 'jndi', needs: TRAIT.dollar | TRAIT.colon, detect: detectJndi };
