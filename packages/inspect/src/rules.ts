import { CMDI_RULES } from './cmdi/rules.ts';
import { CODE_RULES } from './code/rules.ts';
import { CRLF_RULES } from './crlf/rules.ts';
import { DESERIALISATION_RULES } from './deserialisation/rules.ts';
import { INCLUSION_RULES } from './inclusion/rules.ts';
import { JNDI_RULES } from './jndi/rules.ts';
import { LDAP_RULES } from './ldap/rules.ts';
import { NOSQL_RULES } from './nosql/rules.ts';
import { POLLUTION_RULES } from './pollution/rules.ts';
import { SCANNER_RULES } from './scanner/rules.ts';
import { SQLI_RULES } from './sqli/rules.ts';
import { SSRF_RULES } from './ssrf/rules.ts';
import { SSTI_RULES } from './ssti/rules.ts';
import { TRAVERSAL_RULES } from './traversal/rules.ts';
import { XPATH_RULES } from './xpath/rules.ts';
import { XSS_RULES } from './xss/rules.ts';
import { XXE_RULES } from './xxe/rules.ts';
import type { RuleDescription } from './types.ts';

/** The catalogue of everything this package can report; the reference documentation is generated from it. */
export const RULES: readonly RuleDescription[] = [
  ...SQLI_RULES,
  ...NOSQL_RULES,
  ...XSS_RULES,
  ...CMDI_RULES,
  ...TRAVERSAL_RULES,
  ...INCLUSION_RULES,
  ...SSRF_RULES,
  ...SSTI_RULES,
  ...XXE_RULES,
  ...LDAP_RULES,
  ...XPATH_RULES,
  ...JNDI_RULES,
  ...CODE_RULES,
  ...DESERIALISATION_RULES,
  ...POLLUTION_RULES,
  ...CRLF_RULES,
  ...SCANNER_RULES,
];
