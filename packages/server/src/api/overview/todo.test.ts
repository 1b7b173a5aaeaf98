import { TODO_KINDS } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { todoOf, type TodoFacts } from './todo.ts';

const NOW = 1_790_000_000_000;
const DAY_MS = 86_400_000;
const adoption = {
  people: 3,
  active: 3,
  invited: 0,
  disabled: 0,
  withMfa: 3,
  withPasskey: 1,
  withTotp: 2,
  neededWithout: 0,
  administrators: 2,
};
const good: TodoFacts = {
  now: NOW,
  ledgerState: 'open',
  selfTest: { passed: true, at: NOW - 1 },
  bypassUntil: null,
  certificates: [],
  adoption,
  backupAt: NOW - DAY_MS,
  openCards: 0,
  ready: [],
  tokensExpiring: 0,
};
const all = (): boolean => true;

const due: readonly [(typeof TODO_KINDS)[number], Partial<TodoFacts>][] = [
  ['ledger-damaged', { ledgerState: 'damaged' }],
  ['self-test-failed', { selfTest: { passed: false, at: NOW } }],
  ['bypass-active', { bypassUntil: NOW + 1 }],
  ['certificate-expired', { certificates: [{ name: 'shop.test', daysLeft: -1 }] }],
  ['certificate-expiring', { certificates: [{ name: 'shop.test', daysLeft: 3 }] }],
  ['no-second-admin', { adoption: { ...adoption, administrators: 1 } }],
  ['backup-missing', { backupAt: null }],
  ['people-without-mfa', { adoption: { ...adoption, withMfa: 2 } }],
  ['tuning-open', { openCards: 2 }],
  ['ready-to-enforce', { ready: ['shop'] }],
  ['tokens-expiring', { tokensExpiring: 1 }],
];

describe('things to do', () => {
  it('are none when all is well', () => {
    expect(todoOf(good, all)).toEqual([]);
  });

  it.each(due)('%s is told alone when it alone is due, with what, why and where', (kind, facts) => {
    const [todo, ...others] = todoOf({ ...good, ...facts }, all);
    expect(others).toEqual([]);
    expect(todo?.kind).toBe(kind);
    for (const text of [todo?.what, todo?.why, todo?.path]) expect(text).not.toBe('');
  });

  it('stand in the order of the catalogue, all of them at once', () => {
    const worst = Object.assign({ ...good }, ...due.map(([, facts]) => facts), {
      certificates: [
        { name: 'a.test', daysLeft: -1 },
        { name: 'b.test', daysLeft: 3 },
      ],
      adoption: { ...adoption, withMfa: 2, administrators: 1 },
    }) as TodoFacts;
    expect(todoOf(worst, all).map(({ kind }) => kind)).toEqual([...TODO_KINDS]);
  });

  it('are kept from whoever may not look at them', () => {
    const facts = { ...good, openCards: 2, adoption: { ...adoption, administrators: 1 } };
    expect(todoOf(facts, (permission) => permission !== 'person:read').map(({ kind }) => kind)).toEqual(['tuning-open']);
  });

  it('a backup counts for a month, an old one is told with its age', () => {
    expect(todoOf({ ...good, backupAt: NOW - 30 * DAY_MS }, all)).toEqual([]);
    expect(todoOf({ ...good, backupAt: NOW - 31 * DAY_MS }, all)[0]?.what).toBe('The last backup is 31 days old');
  });
});
