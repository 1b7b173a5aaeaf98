import { hasAny, scanTraits, TRAIT } from '../traits.ts';
import { decodeBase64 } from './base64.ts';
import { decodeEntities } from './entities.ts';
import { decodeEscapes } from './escapes.ts';
import { decodeLoosePercent, foldOverlong } from './loose-percent.ts';
import { foldLookAlikes } from './look-alikes.ts';

/** One reading of a value, with the steps that led to it and its traits. */
export interface Variant {
  value: string;
  chain: readonly string[];
  traits: number;
}

/** Readings of one value that are inspected; more would multiply the cost of hostile input. */
export const VARIANTS_MAX = 4;

interface Step {
  name: string;
  /** Traits without which the step cannot change anything. */
  needs: number;
  apply: (text: string) => string;
}

/** Outermost wrapping first: transports percent-encode last, so their layer is removed first. */
const STEPS: readonly Step[] = [
  { name: 'plus', needs: TRAIT.plus, apply: (text) => (text.includes(' ') ? text : text.replaceAll('+', ' ')) },
  { name: 'percent', needs: TRAIT.percent, apply: decodeLoosePercent },
  { name: 'overlong', needs: TRAIT.nonAscii, apply: foldOverlong },
  { name: 'look-alike', needs: TRAIT.nonAscii, apply: foldLookAlikes },
  { name: 'entity', needs: TRAIT.ampersand, apply: decodeEntities },
  { name: 'escape', needs: TRAIT.backslash, apply: decodeEscapes },
];
/** Without any of these a value is a word, a number or an identifier in every reading. */
const WRAPPED = TRAIT.plus | TRAIT.percent | TRAIT.nonAscii | TRAIT.ampersand | TRAIT.backslash;

/**
 * The distinct readings of a value: as it is, then with each applicable wrapping removed in turn. When there are more than four, the
 * first and the innermost are kept: the middle ones are only stages on the way.
 */
export function deriveVariants(value: string, traits: number): readonly Variant[] {
  const variants: Variant[] = [{ value, chain: [], traits }];
  const inner = hasAny(traits, TRAIT.space | TRAIT.quote | TRAIT.doubleQuote | TRAIT.angle) ? undefined : decodeBase64(value);
  if (inner !== undefined) push(variants, inner, ['base64']);
  if (inner === undefined && !hasAny(traits, WRAPPED)) return variants;
  for (const step of STEPS) {
    const last = variants.at(-1);
    if (last === undefined || !hasAny(last.traits, step.needs)) continue;
    const next = step.apply(last.value);
    if (next !== last.value) push(variants, next, [...last.chain, step.name]);
  }
  return variants.length <= VARIANTS_MAX ? variants : [...variants.slice(0, 1), ...variants.slice(1 - VARIANTS_MAX)];
}

function push(variants: Variant[], value: string, chain: readonly string[]): void {
  variants.push({ value, chain, traits: scanTraits(value) });
}
