import type { RuleDescription } from '../types.ts';

export const SCANNER_RULES: readonly RuleDescription[] = [
  {
    id: 'scanner.agent',
    group: 'scanner',
    title: 'Attack tool',
    explanation: 'The client names itself as a tool that looks for holes or breaks in (MITRE ATT&CK T1595).',
  },
  {
    id: 'scanner.header',
    group: 'scanner',
    title: 'Header of an attack tool',
    explanation: 'The request carries a header that only scanners send or that only attacks have a use for.',
  },
  {
    id: 'scanner.marker',
    group: 'scanner',
    title: 'Marker of an attack tool',
    explanation: 'A path or a value holds the mark by which a scanner recognises its own requests (MITRE ATT&CK T1595).',
  },
  {
    id: 'scanner.callback',
    group: 'scanner',
    title: 'Call-back address of testers',
    explanation: 'The value names a service that testers use to learn whether a server fetched an address or ran a command.',
  },
];
