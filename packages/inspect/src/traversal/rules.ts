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
    id: 'traversal.hidden',
    group: 'traversal',
    title: 'Hidden or leftover file asked for',
    explanation: 'The path of the request names a hidden file, a backup, a log or the copy of a program (CWE-538, CWE-530).',
  },
  {
    id: 'traversal.null',
    group: 'traversal',
    title: 'Null byte in a name',
    explanation: 'A null byte ends the name early in languages with C strings (CWE-158).',
  },
];
