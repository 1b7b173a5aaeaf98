import type { RuleDescription } from '../types.ts';

export const XXE_RULES: readonly RuleDescription[] = [];
