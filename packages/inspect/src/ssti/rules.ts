import type { RuleDescription } from '../types.ts';

export const SSTI_RULES: readonly RuleDescription[] = [];
