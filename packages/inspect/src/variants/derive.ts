import { hasAny, scanTraits, TRAIT } from '../traits.ts';
import { decodeBase64 } from './base64.ts';
import { decodeEntities, decodeEntitiesInMarkup } from './entities.ts';
import { decodeEscapes } from './escapes.ts';
import { decodeLoosePercent, foldOverlong } from './loose-percent.ts';
import { foldLookAlikes } from './look-alikes.ts';
import { isFormattedMarkup } from './formatted.ts';
import { decodeUtf7, dropNulls, foldHighBit, mayBeUtf7 } from './old-charsets.ts';

/** One reading of a value, with the steps that led to it and its traits. */
export interface Variant {
  value: string;
  chain: readonly string[];
  traits: number;
}

/** Readings of one value that are inspected; more would multiply the cost of hostile input. */
export const VARIANTS_MAX = 4;
/** Times the whole list of wrappings is gone through. Three wrappings in the least favourable order need three. */
const ROUNDS_MAX = 4;
/** Readings looked at while unwrapping; the middle ones are only stages on the way. */
const STAGES_MAX = 12;

interface Step {
  name: string;
  /** Traits without which the step cannot change anything. */
  needs: number;
  apply: (text: string, traits: number) => string;
}

/** A text with any of these is no Base64, wrapped or not. */
const NEVER_BASE64 =
  TRAIT.space | TRAIT.quote | TRAIT.doubleQuote | TRAIT.angle | TRAIT.backslash | TRAIT.percent | TRAIT.ampersand;

/** Outermost wrapping first: transports percent-encode last, so their layer is removed first. */
const STEPS: readonly Step[] = [
  { name: 'percent', needs: TRAIT.percent, apply: decodeLoosePercent },
  { name: 'null', needs: TRAIT.control, apply: dropNulls },
  { name: 'overlong', needs: TRAIT.nonAscii, apply: foldOverlong },
  { name: 'look-alike', needs: TRAIT.nonAscii, apply: foldLookAlikes },
  { name: 'utf-7', needs: TRAIT.plus | TRAIT.space, apply: decodeUtf7 },
  {
    name: 'entity',
    needs: TRAIT.ampersand,
    apply: (text, traits) =>
      hasAny(traits, TRAIT.angle) && isFormattedMarkup(text) ? decodeEntitiesInMarkup(text) : decodeEntities(text),
  },
  { name: 'escape', needs: TRAIT.backslash, apply: decodeEscapes },
  { name: 'high-bit', needs: TRAIT.nonAscii, apply: foldHighBit },
  {
    name: 'base64',
    needs: TRAIT.letter,
    apply: (text, traits) => (hasAny(traits, NEVER_BASE64) ? text : (decodeBase64(text) ?? text)),
  },
];
/** Without any of these a value is a word, a number or an identifier in every reading, unless it is Base64. */
const WRAPPED = TRAIT.plus | TRAIT.percent | TRAIT.nonAscii | TRAIT.ampersand | TRAIT.backslash | TRAIT.control;

/**
 * The distinct readings of a value: as it is, then with each wrapping removed in turn until nothing changes. When there are more than
 * four, the first three and the innermost are kept: applications unwrap once or twice, filters are evaded by what remains in the end.
 *
 * @example deriveVariants('%253Cb%253E', scanTraits('%253Cb%253E')).at(-1)?.value // '<b>'
 */
export function deriveVariants(value: string, traits: number): readonly Variant[] {
  const stages: Variant[] = [{ value, chain: [], traits }];
  // Shape first: nearly every value ends here.
  if (!hasAny(traits, WRAPPED) && !isWrappedText(value, traits)) return stages;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = stages.length;
    for (const step of STEPS) unwrap(stages, step);
    if (round === 0) readPlus(stages);
    if (stages.length === before || stages.length >= STAGES_MAX) break;
  }
  const last = stages.at(-1);
  return stages.length <= VARIANTS_MAX || last === undefined ? stages : [...stages.slice(0, VARIANTS_MAX - 1), last];
}

/** Wrappings that are written in letters and spaces only. */
function isWrappedText(value: string, traits: number): boolean {
  if (hasAny(traits, NEVER_BASE64)) return hasAny(traits, TRAIT.space) && mayBeUtf7(value);
  return decodeBase64(value) !== undefined;
}

function unwrap(stages: Variant[], step: Step): void {
  const last = stages.at(-1);
  if (last === undefined || !hasAny(last.traits, step.needs)) return;
  const next = step.apply(last.value, last.traits);
  if (next !== last.value) push(stages, next, [...last.chain, step.name]);
}

/** A plus in a text without spaces may stand for one (form encoding); what it says as a plus was read before. */
function readPlus(stages: Variant[]): void {
  const last = stages.at(-1);
  if (last === undefined || !hasAny(last.traits, TRAIT.plus) || last.value.includes(' ')) return;
  push(stages, last.value.replaceAll('+', ' '), [...last.chain, 'plus']);
}

function push(stages: Variant[], value: string, chain: readonly string[]): void {
  if (stages.some((stage) => stage.value === value)) return;
  stages.push({ value, chain, traits: scanTraits(value) });
}
