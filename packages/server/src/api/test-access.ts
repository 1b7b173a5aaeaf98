import { createAccess, type Access } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import type { Person } from '../domains/identity/index.ts';
import { silentLog } from '../platform/log.ts';
import type { TestPlatform } from '../platform/test-platform.ts';

type Directory = Parameters<typeof createAccess>[0]['directory'];

interface Inhabitants {
  readonly people?: readonly Person[];
  readonly accounts?: Directory['accounts'];
}

const NO_ACCOUNTS: Directory['accounts'] = { list: async () => ({ items: [], next: null }), find: async () => null };

/** For tests: a person with this name, who is active and in no group. */
export function somebody(name: string, change: Partial<Person> = {}): Person {
  return {
    id: `id-of-${name}`,
    name,
    display: name,
    email: null,
    role: null,
    groups: [],
    status: 'active',
    mfaRequired: false,
    hasPassword: true,
    passwordIsShort: false,
    createdAt: 0,
    createdBy: 'test',
    lastSignedInAt: null,
    renewFactorsSince: null,
    stepUpAt: null,
    ...change,
  };
}

/** For tests: the access of a platform on which nobody lives, unless they are given. */
export function createTestAccess(
  { db, bus, clock }: Pick<TestPlatform, 'db' | 'bus' | 'clock'>,
  applications: Applications,
  { people = [], accounts = NO_ACCOUNTS }: Inhabitants = {},
): Access {
  const directory: Directory = {
    accounts,
    people: {
      list: async () => ({ items: people, next: null }),
      find: async (id) => people.find((person) => person.id === id) ?? null,
      findByName: async (name) => people.find((person) => person.name === name) ?? null,
    },
  };
  return createAccess({ db, bus, clock, log: silentLog, applications, directory });
}
