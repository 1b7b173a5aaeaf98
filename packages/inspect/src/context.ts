import type { FieldContext, RuleGroup } from './types.ts';

/** From this confidence on a finding is an attack where nothing is known of the field. */
export const BLOCK_CONFIDENCE = 0.9;
/** What a context asks for where nothing else is said below. */
const CONFIDENCE: Readonly<Record<FieldContext, number>> = {
  // People write about attacks, and quote them: only evidence that leaves no other reading counts in their texts.
  'free-text': 0.93,
  html: 0.93,
  search: BLOCK_CONFIDENCE,
  url: BLOCK_CONFIDENCE,
  // Identifiers and numbers have no use for an operator, a quote or a tag: doubt is enough.
  identifier: 0.6,
};
/** The class that a context holds by its nature; it takes evidence near certainty there, and is never switched off. */
const EXPECTED_CONFIDENCE = 0.96;
const EXPECTED: Readonly<Record<FieldContext, ReadonlySet<RuleGroup>>> = {
  'free-text': new Set(),
  html: new Set(['xss']),
  search: new Set(),
  url: new Set(['ssrf', 'inclusion']),
  identifier: new Set(),
};

/**
 * The confidence from which a finding of a group blocks in a context; null = nothing is known of the field.
 *
 * @example blockConfidence('sqli', null) // 0.9
 */
export function blockConfidence(group: RuleGroup, context: FieldContext | null): number {
  if (context === null) return BLOCK_CONFIDENCE;
  return EXPECTED[context].has(group) ? EXPECTED_CONFIDENCE : CONFIDENCE[context];
}
