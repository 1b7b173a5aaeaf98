import type { RuleDescription } from '../types.ts';

export const POLLUTION_RULES: readonly RuleDescription[] = [];
