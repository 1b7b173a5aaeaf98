import type { Page, Rotation, RotationPlan, SecretRef, SecretView } from '@holdfast/contract';
import { queryOptions } from '@tanstack/react-query';
import { read } from '../../../api/client.ts';
import { wordOf } from '../calls.ts';
import { isWaiting } from './words.ts';

const LOOK_MS = 1000;
const WAIT_MS = 15_000;
const PAGE_ROWS = 200;
/** More than that is read from a file, not from a page. */
const PAGES_MAX = 5;

/** How a secret is changed; none when it is changed by hand. */
export const planQuery = (ref: SecretRef) =>
  queryOptions({
    queryKey: ['secret', wordOf(ref), 'plan'],
    queryFn: async ({ signal }) => {
      const { items } = await read<{ readonly items: readonly RotationPlan[] }>('/rotation-plans', { ...partsOf(ref) }, signal);
      return items[0] ?? null;
    },
  });

/** The changes of one secret, newest first; read again while one of them goes on. */
export const rotationsQuery = (ref: SecretRef) =>
  queryOptions({
    queryKey: ['secret', wordOf(ref), 'rotations'],
    queryFn: async ({ signal }) => read<Page<Rotation>>('/rotations', { ...partsOf(ref), limit: 20 }, signal),
    refetchInterval: ({ state }) => {
      const running = state.data?.items.find(({ finishedAt }) => finishedAt === null);
      if (running === undefined) return false;
      return isWaiting(running) ? WAIT_MS : LOOK_MS;
    },
  });

const partsOf = ({ application, environment, name }: SecretRef) => ({ application, environment, name });

export interface DueSecrets {
  readonly items: readonly SecretView[];
  readonly isCut: boolean;
}

/** Every secret, because the calendar is in the order of dates and the list is in that of names. */
export const allSecretsQuery = queryOptions({
  queryKey: ['secrets', 'all'],
  queryFn: async ({ signal }): Promise<DueSecrets> => {
    const items: SecretView[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer: Page<SecretView> = await read('/secrets', { cursor, limit: PAGE_ROWS }, signal);
      items.push(...answer.items);
      if (answer.next === null) return { items, isCut: false };
      cursor = answer.next;
    }
    return { items, isCut: true };
  },
});
