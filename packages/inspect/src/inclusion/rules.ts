import type { RuleDescription } from '../types.ts';

export const INCLUSION_RULES: readonly RuleDescription[] = [];
