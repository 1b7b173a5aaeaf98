import type { Identity, People, Person } from '../identity/index.ts';
import type { Asker } from './cedar/application-request.ts';

/** Everybody who could ask: what policies are tried against. */
export interface Directory {
  readonly people: Pick<People, 'list' | 'find' | 'findByName'>;
  readonly accounts: Pick<Identity['accounts'], 'list' | 'find'>;
}

export const asPerson = (
  { id, role, groups }: Pick<Person, 'id' | 'role' | 'groups'>,
  acr: 'aal1' | 'aal2',
  now: number,
): Asker => ({
  kind: 'person',
  id,
  role,
  groups,
  acr,
  authTime: now,
});

export const asAccount = (id: string): Asker => ({ kind: 'service', id, role: null, groups: [], acr: 'none', authTime: null });

interface Paged<Item> {
  list(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ readonly items: readonly Item[]; readonly next: string | null }>;
}

const PAGE = 200;

/** All of a list up to a number, and whether there are more. */
export async function readAll<Item>(source: Paged<Item>, most: number): Promise<{ items: Item[]; isCut: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.list({ cursor, limit: PAGE });
    items.push(...page.items);
    if (page.next === null) return { items: items.slice(0, most), isCut: items.length > most };
    cursor = page.next;
  } while (items.length < most);
  return { items: items.slice(0, most), isCut: true };
}
