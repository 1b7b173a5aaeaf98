import type { FieldContext, RuleGroup } from './types.ts';

/** From this confidence on a finding is an attack where nothing is known of the field. */
export const BLOCK_CONFIDENCE = 0.9;
/** People write about attacks, and quote them: only evidence that leaves no other reading counts in their texts. */
const FREE_TEXT_CONFIDENCE = 0.93;
/** Identifiers and numbers have no use for an operator, a quote or a tag: doubt is enough. */
const IDENTIFIER_CONFIDENCE = 0.6;
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
  if (EXPECTED[context].has(group)) return EXPECTED_CONFIDENCE;
  switch (context) {
    case 'free-text':
    case 'html':
      return FREE_TEXT_CONFIDENCE;
    case 'identifier':
      return IDENTIFIER_CONFIDENCE;
    case 'search':
    case 'url':
      return BLOCK_CONFIDENCE;
  }
}
