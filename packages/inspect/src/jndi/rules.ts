import type { RuleDescription } from '../types.ts';

export const JNDI_RULES: readonly RuleDescription[] = [
  {
    id: 'jndi.lookup',
    group: 'jndi',
    title: 'JNDI lookup',
    explanation:
      'A logging library that expands ${…} would fetch and run code from the named directory server (CVE-2021-44228, CWE-917).',
  },
  {
    id: 'jndi.disguise',
    group: 'jndi',
    title: 'Disguised lookup',
    explanation:
      'Nested lookups spell a word letter by letter; nothing but the wish to hide that word from a filter leads to this (CWE-917).',
  },
  {
    id: 'jndi.disclosure',
    group: 'jndi',
    title: 'Lookup of the server’s surroundings',
    explanation: 'A ${…} lookup would put an environment variable, property or file of the server into the text (CWE-526).',
  },
  {
    id: 'jndi.script',
    group: 'jndi',
    title: 'Lookup that runs a script',
    explanation: 'A ${script:…} lookup of a text substitution library would run the script it holds (CVE-2022-42889, CWE-94).',
  },
];
