import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { CommonPasswords } from './common-passwords.ts';
import type { PasswordHasher } from './password-hash.ts';
import { isShortPassword, judgePassword, PASSWORD_FAULTS } from './password-policy.ts';
import type { Person } from './person.ts';
import type { PersonStore, StoredPerson } from './person-store.ts';
import type { PeopleTables } from './tables.ts';
import type { Tries } from './tries.ts';

/** Ends every session of a person, with the change that asks for it. */
export type EndSessions = (
  tx: Transaction,
  end: { readonly person: string; readonly reason: 'password' | 'disabled' | 'role' | 'factors' },
) => Promise<void>;

export interface PreparedPassword {
  readonly hash: string;
  readonly isShort: boolean;
}

export interface PasswordChange {
  readonly person: Person;
  readonly prepared: PreparedPassword;
  readonly cause: 'first' | 'change' | 'reset';
  readonly actor: EventRecord['actor'];
}

export interface Passwords {
  /** Judges and hashes, before any transaction: both take time. Throws `password-unacceptable`. */
  prepare(
    person: Pick<Person, 'name' | 'display' | 'email'>,
    given: { readonly password: string; readonly isBesideFactor: boolean; readonly words?: readonly string[] },
  ): Promise<PreparedPassword>;
  /** Stores it and ends the sessions (ASVS 5.0 7.4.3). An invited person is active from now on. */
  store(tx: Transaction, change: PasswordChange): Promise<StoredPerson>;
}

interface PasswordParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly store: PersonStore;
  readonly hasher: PasswordHasher;
  readonly common: CommonPasswords;
  readonly tries: Tries;
  readonly endSessions: EndSessions;
}

export function createPasswords({ bus, clock, store, hasher, common, tries, endSessions }: PasswordParts): Passwords {
  return {
    async prepare(person, { password, isBesideFactor, words = [] }) {
      const own = [person.name, person.display, ...(person.email === null ? [] : [person.email])];
      const fault = await judgePassword(password, { isBesideFactor, words: [...own, ...words] }, common);
      if (fault !== null) {
        const errors = [{ pointer: '/password', detail: PASSWORD_FAULTS[fault] }];
        throw new Refusal('password-unacceptable', { errors });
      }
      return { hash: await hasher.hash(password), isShort: isShortPassword(password) };
    },
    async store(transaction, { person, prepared, cause, actor }) {
      const tx = transaction.kysely.withTables<PeopleTables>();
      const updated = await store.update(tx, person.id, {
        password_hash: prepared.hash,
        password_is_short: prepared.isShort,
        password_changed_at: clock.now(),
        ...(person.status === 'invited' ? { status: 'active' as const } : {}),
      });
      if (updated === null) throw new Refusal('not-found');
      await tries.clear(tx, person.id);
      await endSessions(transaction, { person: person.id, reason: 'password' });
      const payload = { person: person.id, cause };
      await bus.publish(transaction, [bus.newEvent(identityEvents.passwordChanged, { actor, target: person.id, payload })]);
      return updated;
    },
  };
}
