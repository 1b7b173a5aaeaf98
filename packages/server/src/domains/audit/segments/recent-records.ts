import type { Frame } from './frame.ts';

/** Records kept in memory for followers: a second or two of a heavy load. */
const BYTES_MAX = 16 * 1_048_576;
/** One remembered place for so many records: what a follower that fell behind skips at most. */
const MARK_RECORDS = 4096;
const MARKS_MAX = 65_536;

/** Where a record begins. */
export interface Mark {
  readonly index: number;
  /** First index of its segment. */
  readonly segment: number;
  readonly offset: number;
}

/** The end of the log in memory, and marks into its files for those who are further back. */
export class RecentRecords {
  readonly #groups: (readonly Frame[])[] = [];
  readonly #marks: Mark[] = [];
  #bytes = 0;

  add(group: readonly Frame[]): void {
    this.#groups.push(group);
    this.#bytes += bytesOf(group);
    while (this.#bytes > BYTES_MAX) this.#bytes -= bytesOf(this.#groups.shift() ?? []);
  }

  mark(mark: Mark): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && mark.index - last.index < MARK_RECORDS) return;
    this.#marks.push(mark);
    if (this.#marks.length > MARKS_MAX) this.#marks.shift();
  }

  /** Records from `index` on, at most `countMax`; none when they are no longer here. */
  from(index: number, countMax: number): readonly Frame[] {
    const group = this.#groups.findLast(([first]) => first !== undefined && first.index <= index);
    const at = index - (group?.[0]?.index ?? 0);
    return group === undefined || at >= group.length ? [] : group.slice(at, at + countMax);
  }

  /** The last known place at or before `index` in the segment that begins at `segment`. */
  place(index: number, segment: number): Mark | null {
    return this.#marks.findLast((mark) => mark.index <= index && mark.segment === segment) ?? null;
  }
}

function bytesOf(group: readonly Frame[]): number {
  return group.reduce((total, { bytes }) => total + bytes, 0);
}
