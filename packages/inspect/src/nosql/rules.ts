import type { RuleDescription } from '../types.ts';

export const NOSQL_RULES: readonly RuleDescription[] = [];
