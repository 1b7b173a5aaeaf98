import { createAccess, type Access } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import { silentLog } from '../platform/log.ts';
import type { TestPlatform } from '../platform/test-platform.ts';

type Directory = Parameters<typeof createAccess>[0]['directory'];

const NOBODY: Directory = {
  people: { list: async () => ({ items: [], next: null }), find: async () => null, findByName: async () => null },
  accounts: { list: async () => ({ items: [], next: null }), find: async () => null },
};

/** For tests: the access of a platform on which nobody lives, unless they are given. */
export function createTestAccess({ db, bus, clock }: TestPlatform, applications: Applications, directory = NOBODY): Access {
  return createAccess({ db, bus, clock, log: silentLog, applications, directory });
}
