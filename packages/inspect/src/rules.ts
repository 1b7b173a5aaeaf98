import { CMDI_RULES } from './cmdi/rules.ts';
import { SQLI_RULES } from './sqli/rules.ts';
import { TRAVERSAL_RULES } from './traversal/rules.ts';
import type { RuleDescription } from './types.ts';
import { XSS_RULES } from './xss/rules.ts';

/** The catalogue of everything this package can report; the reference documentation is generated from it. */
export const RULES: readonly RuleDescription[] = [...SQLI_RULES, ...XSS_RULES, ...CMDI_RULES, ...TRAVERSAL_RULES];
