import type { RuleDescription } from '../types.ts';

export const LDAP_RULES: readonly RuleDescription[] = [];
