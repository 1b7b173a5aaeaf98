import type { RuleDescription } from '../types.ts';

export const TRAVERSAL_RULES: readonly RuleDescription[] = [
  {
    id: 'traversal.escape',
    group: 'traversal',
    title: 'Path leaves its root',
    explanation: 'The segments of the value climb above the directory they start in (CWE-22).',
  },
  {
    id: 'traversal.disguised',
    group: 'traversal',
    title: 'Disguised dot segments',
    explanation: 'Dots or slashes are written so that a filter misses them and a file system does not (CWE-22, CWE-180).',
  },
  {
    id: 'traversal.sensitive',
    group: 'traversal',
    title: 'Sensitive file named',
    explanation: 'The value names a file of the operating system or server that no visitor asks for (CWE-22, CWE-538).',
  },
  {
    id: 'traversal.wrapper',
    group: 'traversal',
    title: 'File or stream wrapper',
    explanation: 'The value is an address with a scheme that reads files or code on the server (CWE-98).',
  },
  {
    id: 'traversal.null',
    group: 'traversal',
    title: 'Null byte in a name',
    explanation: 'A null byte ends the name early in languages with C strings (CWE-158).',
  },
];
