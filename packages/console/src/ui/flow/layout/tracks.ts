/** What needs a line of its own between two places. */
export interface Span {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** A place for each span so that no two on the same place touch; those with the same key share theirs. */
export function assignTracks(
  spans: readonly Span[],
  apart: number,
): { readonly trackOf: ReadonlyMap<string, number>; readonly count: number } {
  const joined = new Map<string, { from: number; to: number }>();
  for (const { key, from, to } of spans) {
    const [low, high] = from < to ? [from, to] : [to, from];
    const known = joined.get(key);
    if (known === undefined) joined.set(key, { from: low, to: high });
    else {
      known.from = Math.min(known.from, low);
      known.to = Math.max(known.to, high);
    }
  }
  const ends: number[] = [];
  const trackOf = new Map<string, number>();
  for (const [key, { from, to }] of [...joined].toSorted(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    const free = ends.findIndex((end) => end + apart <= from);
    const track = free === -1 ? ends.length : free;
    ends[track] = to;
    trackOf.set(key, track);
  }
  return { trackOf, count: ends.length };
}
