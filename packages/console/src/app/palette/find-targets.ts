import type { Permission } from '@holdfast/contract';
import { PAGES } from '../../pages/table.ts';
import { paths } from '../../state/paths.ts';

export interface Target {
  readonly to: string;
  readonly title: string;
  readonly hint: string;
}

/** Twelve characters of Crockford base32, as block pages show them; read aloud they come in lower case and in groups. */
const REQUEST_ID = /^[0-9A-HJKMNP-TV-Z]{12}$/u;

const rankOf = (title: string, words: string, wanted: string): number => {
  const name = title.toLowerCase();
  if (name.startsWith(wanted)) return 0;
  if (name.includes(wanted)) return 1;
  return words.includes(wanted) ? 2 : 3;
};

/**
 * What was typed, as places to go.
 *
 * @example findTargets('0g4x 9tqm z2bb', () => true) // [{ to: '/requests/0G4X9TQMZ2BB', ... }]
 */
export function findTargets(text: string, may: (permission: Permission) => boolean): readonly Target[] {
  const requestId = text.replaceAll(/[\s-]/gu, '').toUpperCase();
  if (REQUEST_ID.test(requestId) && may('event:read')) {
    return [{ to: paths.request(requestId), title: `Explain request ${requestId}`, hint: 'request' }];
  }
  const wanted = text.trim().toLowerCase();
  return PAGES.filter(({ group, needs }) => group !== undefined && (needs === null || may(needs)))
    .map((entry) => ({ entry, rank: rankOf(entry.title, entry.words ?? '', wanted) }))
    .filter(({ rank }) => rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ entry }) => ({ to: entry.path, title: entry.title, hint: entry.group ?? '' }));
}
