import type { RuleDescription } from '../types.ts';

export const DESERIALISATION_RULES: readonly RuleDescription[] = [];
