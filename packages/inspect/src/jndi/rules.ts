import type { RuleDescription } from '../types.ts';

export const JNDI_RULES: readonly RuleDescription[] = [];
