import type { MfaAdoption, Permission, Todo, TodoKind } from '@holdfast/contract';

const DAY_MS = 86_400_000;
/** A backup that is older than this would lose too much. */
const BACKUP_DAYS_MAX = 30;

/** What the list of things to do is made from. */
export interface TodoFacts {
  readonly now: number;
  readonly ledgerState: string;
  readonly selfTest: { readonly passed: boolean; readonly at: number } | null;
  readonly bypassUntil: number | null;
  /** Days left; zero or less = expired. Only those that nobody renews in time. */
  readonly certificates: readonly { readonly name: string; readonly daysLeft: number }[];
  readonly adoption: MfaAdoption | null;
  /** Null = none was ever made. */
  readonly backupAt: number | null;
  readonly openCards: number;
  /** In monitor, with a complete readiness. */
  readonly ready: readonly string[];
  readonly tokensExpiring: number;
}

interface Rule {
  readonly kind: TodoKind;
  /** Whoever may not look at it is not told of it. */
  readonly permission: Permission;
  readonly path: string;
  readonly command: string;
  readonly due: (facts: TodoFacts) => (Pick<Todo, 'what' | 'why'> & { readonly command?: string; readonly path?: string }) | null;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function certificates(facts: TodoFacts, isExpired: boolean): ReturnType<Rule['due']> {
  const found = facts.certificates.filter(({ daysLeft }) => daysLeft <= 0 === isExpired);
  const [first] = found;
  if (first === undefined) return null;
  const others = found.length > 1 ? ` and ${counted(found.length - 1, 'other', 'others')}` : '';
  const what = isExpired
    ? `The certificate of ${first.name}${others} has expired`
    : `The certificate of ${first.name}${others} ends in ${counted(first.daysLeft, 'day', 'days')}`;
  return { what, why: isExpired ? 'Browsers refuse it.' : 'It was not renewed in time: browsers will refuse it.' };
}

/** Most urgent first: what is broken, what may break, what would be better. */
const RULES: readonly Rule[] = [
  {
    kind: 'ledger-damaged',
    permission: 'system:read',
    path: '/audit',
    command: 'holdfast audit verify',
    due: ({ ledgerState }) =>
      ledgerState === 'open'
        ? null
        : { what: `The ledger is ${ledgerState}`, why: 'Privileged changes are refused until it takes records again.' },
  },
  {
    kind: 'self-test-failed',
    permission: 'system:read',
    path: '/applications',
    command: 'holdfast test attack',
    due: ({ selfTest }) =>
      selfTest === null || selfTest.passed
        ? null
        : { what: 'The last self-test failed', why: 'A probe was not answered as the settings say it should be.' },
  },
  {
    kind: 'bypass-active',
    permission: 'system:read',
    path: '/bans',
    command: 'holdfast bypass off',
    due: ({ bypassUntil, now }) =>
      bypassUntil === null || bypassUntil <= now
        ? null
        : {
            what: 'Protection is bypassed',
            why: `Nothing is blocked until ${new Date(bypassUntil).toISOString().slice(0, 16)}Z.`,
          },
  },
  {
    kind: 'certificate-expired',
    permission: 'system:read',
    path: '/settings',
    command: 'holdfast doctor',
    due: (facts) => certificates(facts, true),
  },
  {
    kind: 'certificate-expiring',
    permission: 'system:read',
    path: '/settings',
    command: 'holdfast doctor',
    due: (facts) => certificates(facts, false),
  },
  {
    kind: 'no-second-admin',
    permission: 'person:read',
    path: '/people',
    command: 'holdfast user invite NAME --role administrator',
    due: ({ adoption }) =>
      adoption === null || adoption.administrators >= 2
        ? null
        : adoption.administrators === 0
          ? {
              what: 'There is no administrator yet',
              why: 'Nobody can sign in to this console.',
              command: 'holdfast admin setup-link',
            }
          : { what: 'There is no second administrator', why: 'Whoever loses the only way in needs the host to come back.' },
  },
  {
    kind: 'backup-missing',
    permission: 'system:read',
    path: '/settings',
    command: 'holdfast backup create FILE',
    due({ backupAt, now }) {
      const days = backupAt === null ? null : Math.floor((now - backupAt) / DAY_MS);
      if (days !== null && days <= BACKUP_DAYS_MAX) return null;
      const what = days === null ? 'No backup was ever made' : `The last backup is ${days} days old`;
      return { what, why: 'Policy, people and evidence stand on one disk only.' };
    },
  },
  {
    kind: 'people-without-mfa',
    permission: 'person:read',
    path: '/mfa',
    command: 'holdfast user list',
    due: ({ adoption }) =>
      adoption === null || adoption.active === adoption.withMfa
        ? null
        : {
            what: `${counted(adoption.active - adoption.withMfa, 'person has', 'people have')} no second factor`,
            why: 'A stolen password alone opens their applications.',
          },
  },
  {
    kind: 'tuning-open',
    permission: 'tuning:read',
    path: '/tuning',
    command: 'holdfast tune inbox',
    due: ({ openCards }) =>
      openCards === 0
        ? null
        : {
            what: `${counted(openCards, 'finding waits', 'findings wait')} for a decision`,
            why: 'Each is an attack or a false positive; enforcing needs to know which.',
          },
  },
  {
    kind: 'ready-to-enforce',
    permission: 'application:read',
    path: '/applications',
    command: 'holdfast tune promote APP',
    due({ ready }) {
      const [first] = ready;
      if (first === undefined) return null;
      const others = ready.length > 1 ? ` and ${counted(ready.length - 1, 'other', 'others')}` : '';
      return {
        what: `${first}${others} can enforce`,
        why: 'Enough was watched, nothing is open, the self-test is green; attacks are still let through.',
        command: `holdfast tune promote ${first}`,
      };
    },
  },
  {
    kind: 'tokens-expiring',
    permission: 'token:read',
    path: '/service-accounts',
    command: 'holdfast token list',
    due: ({ tokensExpiring }) =>
      tokensExpiring === 0
        ? null
        : {
            what: `${counted(tokensExpiring, 'API token ends', 'API tokens end')} within two weeks`,
            why: 'What calls with them stops then.',
          },
  },
];

/** Everything that is due and that this caller may look at. */
export function todoOf(facts: TodoFacts, mayLookAt: (permission: Permission) => boolean): Todo[] {
  return RULES.flatMap(({ kind, permission, path, command, due }) => {
    const found = mayLookAt(permission) ? due(facts) : null;
    return found === null ? [] : [{ kind, path, command, ...found }];
  });
}
