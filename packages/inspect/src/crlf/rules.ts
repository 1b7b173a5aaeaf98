import type { RuleDescription } from '../types.ts';

export const CRLF_RULES: readonly RuleDescription[] = [];
