import type { SharedObject } from '../../domains/detection/index.ts';
import { cursorText, type Cursor, type TaxiiQuery } from './query.ts';

export interface Selected {
  readonly objects: readonly SharedObject[];
  readonly more: boolean;
  /** Null = there is no more. */
  readonly next: string | null;
  readonly firstAdded: string | null;
  readonly lastAdded: string | null;
}

/** What a query asks for, in the order in which it was added (TAXII 2.1 §3.4), one page of it. */
export function select(all: readonly SharedObject[], query: TaxiiQuery): Selected {
  const { ids, types, specVersions, versions, addedAfter, next, limit } = query;
  const asked = all.filter(
    ({ id, type, addedAt }) =>
      (ids === null || ids.has(id)) &&
      (types === null || types.has(type)) &&
      (specVersions === null || specVersions.has('2.1')) &&
      (addedAfter === null || addedAt > addedAfter),
  );
  const ordered = ofVersions(asked, versions).toSorted((a, b) => compare(a, b));
  const rest = next === null ? ordered : ordered.filter((one) => compare(one, next) > 0);
  const objects = rest.slice(0, limit);
  const last = objects.at(-1);
  const more = rest.length > objects.length;
  return {
    objects,
    more,
    next: more && last !== undefined ? cursorText(last) : null,
    firstAdded: timeText(objects[0]),
    lastAdded: timeText(last),
  };
}

/** §3.4.1: `first`, `last`, `all` or versions by their time; without a word the last. */
function ofVersions(objects: readonly SharedObject[], versions: readonly string[] | null): readonly SharedObject[] {
  if (versions?.includes('all') === true) return objects;
  const wanted = new Set(versions ?? ['last']);
  const times = new Set([...wanted].map((version) => Date.parse(version)).filter((time) => !Number.isNaN(time)));
  const byId = Map.groupBy(objects, ({ id }) => id);
  return [...byId.values()].flatMap((same) => {
    const ordered = same.toSorted((a, b) => Date.parse(a.version) - Date.parse(b.version));
    return ordered.filter(
      (one, index) =>
        (wanted.has('first') && index === 0) ||
        (wanted.has('last') && index === ordered.length - 1) ||
        times.has(Date.parse(one.version)),
    );
  });
}

function compare(a: Cursor, b: Cursor): number {
  if (a.addedAt !== b.addedAt) return a.addedAt - b.addedAt;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** §1.6.1: to the microsecond. */
export function timeText(one: Cursor | undefined): string | null {
  return one === undefined ? null : new Date(one.addedAt).toISOString().replace('Z', '000Z');
}
