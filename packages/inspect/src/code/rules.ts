import type { RuleDescription } from '../types.ts';

export const CODE_RULES: readonly RuleDescription[] = [];
