import type { Application, RuleAction, RuleGroup } from '@holdfast/contract';

/** A name that no application reads: where the gateway only records, the probe reaches the application and means nothing. */
export const PROBE_PARAMETER = 'holdfast-probe';

/** An attack as it is seen in the wild, and a twin that people really write with the same characters. */
export interface ProbePair {
  readonly group: RuleGroup;
  readonly attack: string;
  readonly twin: string;
}

export const PROBE_PAIRS: readonly ProbePair[] = [
  { group: 'sqli', attack: "1' UNION SELECT username, password FROM users-- ", twin: "O'Reilly, or the union of 1 and 2 users" },
  {
    group: 'xss',
    attack: '<script>alert(document.cookie)</script>',
    twin: 'if a < b and b > c then see the script in chapter 1',
  },
  { group: 'cmdi', attack: '127.0.0.1; cat /etc/passwd', twin: 'cat food; 2 bags & a toy' },
  { group: 'traversal', attack: '../../../../etc/passwd', twin: 'reports/2026/summary.v1..v2.txt' },
];

export type Expected = 'blocked' | 'recorded' | 'allowed';

/** What the settings say must become of an attack of this class. Break-glass lets everything pass and records it. */
export function expectedOf(application: Pick<Application, 'mode' | 'rules'>, group: RuleGroup, isBypassed: boolean): Expected {
  const action: RuleAction = application.rules[group] ?? (application.mode === 'enforce' ? 'block' : 'record');
  if (action === 'off') return 'allowed';
  return action === 'block' && !isBypassed ? 'blocked' : 'recorded';
}

/** A host name that the application answers for; a wildcard covers any one label. */
export function hostOf(application: Pick<Application, 'hosts'>): string {
  return (application.hosts[0] ?? 'localhost').replace('*', 'holdfast-probe');
}
