import type { RuleDescription } from '../types.ts';

export const XPATH_RULES: readonly RuleDescription[] = [];
