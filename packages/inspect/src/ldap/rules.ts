import type { RuleDescription } from '../types.ts';

export const LDAP_RULES: readonly RuleDescription[] = [
  {
    id: 'ldap.break-out',
    group: 'ldap',
    title: 'Filter closed and continued',
    explanation: 'The value closes a condition of an LDAP filter and adds another one (CWE-90, RFC 4515).',
  },
  {
    id: 'ldap.wildcard',
    group: 'ldap',
    title: 'Filter matched by everything',
    explanation: 'The value turns a condition of an LDAP filter into one that every entry meets, or cuts the rest off (CWE-90).',
  },
];
