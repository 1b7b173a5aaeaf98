import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { openCommonPasswords, packCommonPasswords } from './common-passwords.ts';
import type { Notice } from './notices.ts';
import { createPasswordHasher, type HashParameters } from './password-hash.ts';
import { createPeople, type NewPerson, type People } from './people.ts';
import type { Person } from './person.ts';

/** Argon2id at its cheapest: what it costs is tested by itself. */
export const CHEAP: HashParameters = { memoryKib: 64, passes: 1, parallelism: 1 };
export const OPERATOR = { kind: 'operator' as const, ref: 'host:0' };
export const LONG_PASSWORD = 'vier blaue Fahrräder im Regen';

export interface TestPeople extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  readonly people: People;
  readonly letters: Notice[];
  /** `person:reason` of each end of sessions. */
  readonly ended: string[];
  /** Somebody active, with this password. */
  person(input?: Partial<NewPerson>, password?: string): Promise<Person>;
  reset(): Promise<void>;
}

/** For tests of people and their sign-in: a database, a keyring, a short list of common passwords, letters kept in memory. */
export async function openTestPeople(parameters: HashParameters = CHEAP): Promise<TestPeople> {
  const platform = await openTestPlatform();
  await mkdir(path.join(platform.dataDir, 'keys'));
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const file = path.join(platform.dataDir, 'common-passwords.bin');
  await writeFile(file, packCommonPasswords(['passwordpassword', 'Sonnenschein', 'letmein1', 'qwertzuiopasdfg']));
  const letters: Notice[] = [];
  const ended: string[] = [];
  const { db, bus, clock } = platform;
  const people = createPeople({
    db,
    bus,
    clock,
    keyring,
    notify: (notice) => void letters.push(notice),
    endSessions: async (_tx, { person, reason }) => {
      ended.push(`${person}:${reason}`);
      return Promise.resolve();
    },
    hasher: createPasswordHasher(parameters),
    common: openCommonPasswords(file),
  });
  let count = 0;
  return {
    platform,
    keyring,
    people,
    letters,
    ended,
    async person(input = {}, password = LONG_PASSWORD) {
      count += 1;
      const created = await people.create({ name: `somebody${count}`, ...input }, OPERATOR);
      return people.setPassword(created.id, { password }, OPERATOR);
    },
    async reset() {
      for (const table of ['identity_challenge', 'identity_invite', 'identity_failure', 'identity_person']) {
        await db.query(`delete from ${table}`);
      }
      platform.recorded.length = 0;
      letters.length = 0;
      ended.length = 0;
    },
    [Symbol.asyncDispose]: async () => platform[Symbol.asyncDispose](),
  };
}
