import type { RuleDescription } from '../types.ts';

export const XXE_RULES: readonly RuleDescription[] = [
  {
    id: 'xxe.external-entity',
    group: 'xxe',
    title: 'External entity',
    explanation: 'The document declares an entity whose text the parser would fetch from a file or an address (CWE-611).',
  },
  {
    id: 'xxe.entity',
    group: 'xxe',
    title: 'Entity declaration',
    explanation: 'The document declares entities of its own, which may grow without bound or hide text (CWE-776).',
  },
  {
    id: 'xxe.external-dtd',
    group: 'xxe',
    title: 'External document type',
    explanation: 'The document type points to a definition outside the well-known ones, which the parser would fetch (CWE-611).',
  },
  {
    id: 'xxe.include',
    group: 'xxe',
    title: 'XInclude',
    explanation: 'An XInclude element would paste a file or an address into the document (CWE-611).',
  },
  {
    id: 'xxe.stylesheet',
    group: 'xxe',
    title: 'Style sheet that reads or runs',
    explanation: 'An XSLT instruction or style sheet link would read files, fetch addresses or call code (CWE-91).',
  },
  {
    id: 'xxe.encoding',
    group: 'xxe',
    title: 'Encoding that hides markup',
    explanation: 'The XML declares an encoding in which its markup is spelled with other octets than those inspected (CWE-838).',
  },
];
