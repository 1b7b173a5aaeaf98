import type { ProblemCode } from '@holdfast/contract';

/** The contract of the command line with scripts. Documented in `docs/reference/cli.md`; never renumbered. */
export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  config: 3,
  unreachable: 4,
  unsafe: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'ok',
  1: 'findings, or a check or an action failed',
  2: 'wrong usage',
  3: 'configuration invalid',
  4: 'unreachable or not authorised',
  5: 'refused as unsafe',
  130: 'interrupted',
};

/**
 * Every problem has one exit code. The type makes a new problem without a code a compile error.
 * The rule: 2 = say it differently, 3 = change a setting, 4 = reach or sign in first, 5 = Holdfast protects you from it, 1 = the rest.
 */
export const EXIT_OF_PROBLEM: Readonly<Record<ProblemCode, ExitCode>> = {
  'request-malformed': EXIT.findings,
  'request-ambiguous': EXIT.findings,
  'request-blocked': EXIT.findings,
  'schema-mismatch': EXIT.findings,
  'sign-in-required': EXIT.unreachable,
  'cross-site-refused': EXIT.findings,
  'address-banned': EXIT.findings,
  'origin-refused': EXIT.findings,
  'method-refused': EXIT.findings,
  'request-timeout': EXIT.unreachable,
  'length-required': EXIT.findings,
  'body-too-large': EXIT.findings,
  'target-too-long': EXIT.findings,
  'encoding-unsupported': EXIT.findings,
  'expectation-failed': EXIT.findings,
  'host-unknown': EXIT.findings,
  'rate-limited': EXIT.unreachable,
  'headers-too-large': EXIT.findings,
  'upstream-failed': EXIT.unreachable,
  'upstream-timeout': EXIT.unreachable,
  'application-error': EXIT.findings,
  'service-unavailable': EXIT.unreachable,
  'version-unsupported': EXIT.findings,
  'input-invalid': EXIT.usage,
  'token-required': EXIT.unreachable,
  'token-refused': EXIT.unreachable,
  'address-refused': EXIT.unreachable,
  'permission-missing': EXIT.unreachable,
  'ban-unsafe': EXIT.unsafe,
  'promotion-not-ready': EXIT.unsafe,
  'schema-invalid': EXIT.config,
  'schema-missing': EXIT.findings,
  'schema-unlearned': EXIT.findings,
  'password-unacceptable': EXIT.usage,
  'password-list-missing': EXIT.config,
  'link-unusable': EXIT.unreachable,
  'last-factor': EXIT.unsafe,
  'step-up-required': EXIT.unreachable,
  'setup-closed': EXIT.unsafe,
  'last-owner': EXIT.unsafe,
  'not-found': EXIT.findings,
  'request-unknown': EXIT.findings,
  conflict: EXIT.findings,
  'precondition-failed': EXIT.findings,
  'audit-unavailable': EXIT.unreachable,
  'database-unavailable': EXIT.unreachable,
  internal: EXIT.findings,
  'config-invalid': EXIT.config,
  'port-taken': EXIT.config,
  'node-name-taken': EXIT.config,
  'data-dir-locked': EXIT.unsafe,
  'data-dir-unusable': EXIT.config,
  'key-wrong': EXIT.unsafe,
  'ledger-damaged': EXIT.findings,
  'listen-unsafe': EXIT.unsafe,
  'server-unreachable': EXIT.unreachable,
  'backup-unreadable': EXIT.findings,
  'certificate-invalid': EXIT.config,
};
