import type { RuleDescription } from '../types.ts';

export const XPATH_RULES: readonly RuleDescription[] = [
  {
    id: 'xpath.break-out',
    group: 'xpath',
    title: 'Predicate closed and continued',
    explanation: 'The value leaves a string of an XPath expression and goes on with paths or functions (CWE-643).',
  },
  {
    id: 'xpath.expression',
    group: 'xpath',
    title: 'Questions about a document',
    explanation: 'The value counts, measures or walks the nodes of a document, as blind extraction does (CWE-643).',
  },
  {
    id: 'xpath.fetch',
    group: 'xpath',
    title: 'Document fetched by XPath',
    explanation: 'The value calls a function of XPath or XQuery that reads files or addresses (CWE-643, CWE-918).',
  },
];
