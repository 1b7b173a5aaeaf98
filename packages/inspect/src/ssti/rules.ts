import type { RuleDescription } from '../types.ts';

export const SSTI_RULES: readonly RuleDescription[] = [
  {
    id: 'ssti.probe',
    group: 'ssti',
    title: 'Template probe',
    explanation:
      'Arithmetic or a call on a literal between template delimiters: nobody sends it but to see whether it is evaluated (CWE-1336).',
  },
  {
    id: 'ssti.object-walk',
    group: 'ssti',
    title: 'Walk through a template’s objects',
    explanation: 'A template expression climbs from a harmless object to the classes of the language behind it (CWE-1336).',
  },
  {
    id: 'ssti.execution',
    group: 'ssti',
    title: 'Template runs code',
    explanation: 'A template expression calls something that runs a program, loads code or reads a file (CWE-1336, CWE-94).',
  },
  {
    id: 'ssti.disclosure',
    group: 'ssti',
    title: 'Template shows its surroundings',
    explanation: 'A template expression prints configuration, request or application objects (CWE-1336, CWE-200).',
  },
  {
    id: 'ssti.directive',
    group: 'ssti',
    title: 'Template directive',
    explanation:
      'The value carries a directive of a template language that sets variables, includes files or embeds code (CWE-1336).',
  },
];
