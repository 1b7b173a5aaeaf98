import type { RuleDescription } from '../types.ts';

export const SSRF_RULES: readonly RuleDescription[] = [];
