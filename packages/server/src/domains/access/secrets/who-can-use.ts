import { setImmediate as nextTurn } from 'node:timers/promises';
import { WHO_CAN_MAX, type SecretReader, type SecretWhoCan } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Asker } from '../cedar/application-request.ts';
import { asAccount, asPerson, readAll, type Directory } from '../directory.ts';
import type { SecretAccess } from './secret-access.ts';
import type { SecretUse } from './secret-request.ts';

/** No purpose that somebody can name: who is allowed with it is allowed with any that no policy speaks of. */
const ANY = '';
/** People between two turns of the event loop. */
const AT_ONCE = 50;

interface Parts {
  readonly access: Pick<SecretAccess, 'ask'>;
  readonly directory: Directory;
  readonly clock: Clock;
}

interface Question extends Omit<SecretUse, 'purpose'> {
  /** Asked about one by one; null = any. */
  readonly purposes: readonly (string | null)[];
}

/** Asks for everybody who is known. What is written on tokens is another matter: an account needs it as well. */
export async function whoCanUse({ access, directory, clock }: Parts, { purposes, ...use }: Question): Promise<SecretWhoCan> {
  const people = await readAll(directory.people, WHO_CAN_MAX);
  const accounts = await readAll(directory.accounts, WHO_CAN_MAX);
  const active = people.items.filter(({ status }) => status === 'active');
  const groups = [...new Set(active.flatMap((person) => person.groups))].toSorted().slice(0, WHO_CAN_MAX);
  const now = clock.now();
  const judge = async (asker: Asker, name: string): Promise<SecretReader[]> => {
    const verdicts = await Promise.all(
      purposes.map(async (purpose) => ({ purpose, verdict: await access.ask(asker, { ...use, purpose: purpose ?? ANY }) })),
    );
    const allowed = verdicts.filter(({ verdict }) => verdict.allowed);
    if (allowed.length === 0) return [];
    const policies = [...new Set(allowed.flatMap(({ verdict }) => verdict.policies))].toSorted();
    const isAny = allowed.some(({ purpose }) => purpose === null);
    const named = allowed.flatMap(({ purpose }) => (purpose === null ? [] : [purpose]));
    return [{ id: asker.id, name, policies, purposes: isAny ? null : named }];
  };
  const ask = async (asked: readonly (readonly [Asker, string])[]): Promise<SecretReader[]> => {
    const answers: SecretReader[] = [];
    for (const [index, [asker, name]] of asked.entries()) {
      answers.push(...(await judge(asker, name)));
      if (index % AT_ONCE === AT_ONCE - 1) await nextTurn();
    }
    return answers;
  };
  const inGroup = (group: string): Asker => asPerson({ id: '', role: null, groups: [group] }, 'aal2', now);
  const programs = accounts.items.filter(({ status }) => status === 'active');
  return {
    permission: use.permission,
    people: await ask(active.map((person) => [asPerson(person, 'aal2', now), person.name] as const)),
    groups: (await ask(groups.map((group) => [inGroup(group), group] as const))).map((each) => ({ ...each, id: each.name })),
    accounts: await ask(programs.map(({ id, name }) => [asAccount(id), name] as const)),
    isCut: people.isCut || accounts.isCut,
  };
}
