import type { RuleDescription } from '../types.ts';

export const SSRF_RULES: readonly RuleDescription[] = [
  {
    id: 'ssrf.internal',
    group: 'ssrf',
    title: 'Address inside the network',
    explanation: 'The value is an address of the machine itself or of a network that visitors cannot reach (CWE-918).',
  },
  {
    id: 'ssrf.metadata',
    group: 'ssrf',
    title: 'Metadata service of a cloud',
    explanation: 'The value is an address from which machines in a cloud receive their credentials (CWE-918).',
  },
  {
    id: 'ssrf.disguised',
    group: 'ssrf',
    title: 'Disguised host',
    explanation:
      'The host is written as a number, in octal or hexadecimal, inside another address or in other letters, so that a filter misses where it leads (CWE-918, CWE-180).',
  },
  {
    id: 'ssrf.confusion',
    group: 'ssrf',
    title: 'Address read in two ways',
    explanation:
      'Slashes, names of users or control characters make one reader of the address find another host than the next one (CWE-918, CWE-601).',
  },
  {
    id: 'ssrf.scheme',
    group: 'ssrf',
    title: 'Protocol no page uses',
    explanation: 'The address has a scheme by which a server is made to speak to inner services or to read archives (CWE-918).',
  },
  {
    id: 'ssrf.listener',
    group: 'ssrf',
    title: 'Listener of a tester',
    explanation: 'The address leads to a service that waits for the request a vulnerable server sends (CWE-918).',
  },
];
