import type { RuleGroup } from '@holdfast/contract';

export interface ProbePair {
  readonly group: RuleGroup;
  readonly name: string;
  /** Value of one query parameter. Harmless everywhere: it selects, shows and lists nothing that a visitor could not have. */
  readonly attack: string;
  /** What a person could mean with nearly the same words. */
  readonly twin: string;
}

/** Few, plain and well known: the self-test proves the effective mode, not the strength of the detectors. */
export const PROBES: readonly ProbePair[] = [
  { group: 'sqli', name: 'tautology', attack: "x' OR '1'='1' -- ", twin: "O'Brien or a friend, 1 or 2 seats" },
  {
    group: 'sqli',
    name: 'union',
    attack: '1 UNION SELECT username, password FROM users -- ',
    twin: 'select a union member from the list',
  },
  { group: 'xss', name: 'script element', attack: '<script>alert(1)</script>', twin: 'I <3 scripts & coffee' },
  { group: 'xss', name: 'event handler', attack: '<img src=x onerror=alert(1)>', twin: 'image source: on error, alert me' },
  { group: 'cmdi', name: 'command after separator', attack: '127.0.0.1; cat /etc/passwd', twin: 'bread; milk; eggs' },
  { group: 'cmdi', name: 'substitution', attack: '$(id)', twin: 'costs $5 (id 42)' },
  { group: 'traversal', name: 'dot segments', attack: '../../../../etc/passwd', twin: 'photos/2024/summer.jpg' },
  {
    group: 'traversal',
    name: 'wrapper',
    attack: 'php://filter/convert.base64-encode/resource=index.php',
    twin: 'https://example.org/index.php',
  },
];
