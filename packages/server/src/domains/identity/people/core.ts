import { randomBytes } from 'node:crypto';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { openCommonPasswords, type CommonPasswords } from './common-passwords.ts';
import { createFactors, type Factors } from './factors.ts';
import { createInvites, type Invites } from './invites.ts';
import { noticeTo, type NoticeKind, type Notify } from './notices.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
import { createPasswords, type EndSessions, type Passwords } from './passwords.ts';
import type { Person } from './person.ts';
import { createPersonStore, type PersonStore } from './person-store.ts';
import type { PeopleDb, PeopleTables } from './tables.ts';
import { createTries, type Tries } from './tries.ts';

export interface PeopleParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly notify: Notify;
  readonly endSessions: EndSessions;
  /** For tests and tuning; left out = what the rules ask for. */
  readonly hasher?: PasswordHasher;
  readonly common?: CommonPasswords;
}

/** What people and their sign-in are both made of. */
export interface PeopleCore {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly store: PersonStore;
  readonly hasher: PasswordHasher;
  readonly passwords: Passwords;
  readonly factors: Factors;
  readonly invites: Invites;
  readonly tries: Tries;
  readonly endSessions: EndSessions;
  readonly newId: () => string;
  readonly notify: Notify;
  /** Writes to the person, if there is an address. */
  readonly tell: (person: Person, kind: NoticeKind) => void;
  /** Outside of a transaction. */
  readonly tables: () => PeopleDb;
}

export function createPeopleCore(parts: PeopleParts): PeopleCore {
  const { db, bus, clock, keyring, notify, endSessions } = parts;
  const store = createPersonStore(keyring);
  const hasher = parts.hasher ?? createPasswordHasher();
  const common = parts.common ?? openCommonPasswords();
  const tries = createTries({ db, keyring, clock });
  return {
    db,
    bus,
    clock,
    keyring,
    store,
    hasher,
    tries,
    notify,
    endSessions,
    passwords: createPasswords({ bus, clock, store, hasher, common, tries, endSessions }),
    factors: createFactors({ keyring, clock }),
    invites: createInvites({ bus, clock }),
    newId: createUlid({ clock, random: (bytes) => randomBytes(bytes) }),
    tell: (person, kind) => {
      const notice = noticeTo(person, kind);
      if (notice !== null) notify(notice);
    },
    tables: () => db.kysely.withTables<PeopleTables>(),
  };
}
