import type { EventRecord, Permission } from '@holdfast/contract';
import type { Identity, People } from '../../identity/index.ts';
import { readAll } from '../directory.ts';
import type { Grants, PolicySetGrant, RoleGrant, TokenGrant } from '../advisor/grants.ts';

type Actor = EventRecord['actor'];
/** More people and tokens than there can be. */
const READ_MAX = 100_000;

/** Policies as advice reads and changes them. */
export interface PolicyRights {
  inForce(): Promise<readonly PolicySetGrant[]>;
  /** Puts this text into force in place of the other; false = another one is in force by now. */
  replace(set: string, change: Change<string>, actor: Actor): Promise<boolean>;
}

export interface Change<Value> {
  readonly from: Value;
  readonly to: Value;
}

/** What anybody may, and how to change it; each change is refused (`false`) where it is not as it was. */
export interface Rights {
  read(): Promise<Grants>;
  setScopes(token: string, change: Change<readonly string[]>, actor: Actor): Promise<boolean>;
  setRole(person: string, change: Change<RoleGrant['role'] | null>, actor: Actor): Promise<boolean>;
  readonly policies: PolicyRights;
}

export interface RightsParts {
  readonly identity: Identity;
  readonly people: Pick<People, 'list' | 'find' | 'change'>;
  readonly policies: PolicyRights;
  readonly now: () => number;
}

const isSame = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((each) => right.includes(each));

export function createRights({ identity, people, policies, now }: RightsParts): Rights {
  return {
    async read() {
      const tokens = (await readAll({ list: async (query) => identity.listTokens(query) }, READ_MAX)).items;
      const persons = (await readAll(people, READ_MAX)).items;
      return {
        tokens: tokens
          .filter(({ revokedAt, expiresAt, permissions }) => revokedAt === null && expiresAt > now() && permissions.length > 0)
          .map(({ id, account, name, permissions, createdAt }): TokenGrant => ({ id, account, name, permissions, createdAt })),
        roles: persons.flatMap(({ id, name, role, status, createdAt }): RoleGrant[] =>
          role === null || status === 'disabled' ? [] : [{ person: id, name, role, createdAt }],
        ),
        sets: await policies.inForce(),
      };
    },
    async setScopes(token, { from, to }, actor) {
      const isAsBefore = (held: readonly string[]): boolean => isSame(held, from);
      // What is proposed, or was before, are permissions of a token.
      return identity.setPermissions(token, { isAsBefore, permissions: to as Permission[] }, actor);
    },
    async setRole(person, { from, to }, actor) {
      if ((await people.find(person))?.role !== from) return false;
      await people.change(person, { role: to }, actor);
      return true;
    },
    policies,
  };
}
