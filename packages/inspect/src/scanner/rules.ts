import type { RuleDescription } from '../types.ts';

export const SCANNER_RULES: readonly RuleDescription[] = [];
