import type { Frame } from './frame.ts';
import type { RecentRecords } from './recent-records.ts';
import { findResumption, openSegment, readFrames, type Segment, type SegmentReader } from './segment-files.ts';

/** Records in order, or a place where they cannot be read; after that the cursor stands at `to`. */
export type CursorStep =
  | { readonly kind: 'records'; readonly frames: readonly Frame[] }
  | { readonly kind: 'lost'; readonly from: number; readonly to: number; readonly place: LostPlace };

/** Which bytes of which segment should hold the lost records; `offsetEnd` null = up to the end. */
export interface LostPlace {
  readonly segment: Segment;
  readonly offset: number;
  readonly offsetEnd: number | null;
}

/** Where a cursor reads. `recent` is left out by those who must see what the disk holds. */
export interface CursorSource {
  readonly segments: readonly Segment[];
  readonly recent?: RecentRecords;
}

/** Records that are rather skipped than looking for a nearer place to start. */
const SKIP_RECORDS_MAX = 4096;

interface Here {
  readonly segment: Segment;
  readonly reader: SegmentReader;
  /** Where record `index` is; below what is wanted while a seek is under way. */
  offset: number;
  index: number;
}

/** Every follower of the log (tree, projection, scrubber) walks the segments with a cursor of its own, at its own pace. */
export class Cursor {
  readonly #source: CursorSource;
  #wanted: number;
  #here: Here | null = null;
  /** Records came from memory since the file was entered: its place may be far behind. */
  #hasJumped = false;

  constructor(source: CursorSource, from: number) {
    this.#source = source;
    this.#wanted = from;
  }

  /** Index of the next record. */
  get index(): number {
    return this.#wanted;
  }

  /** Up to `countMax` records below `size`; at least one unless the cursor has reached `size`. */
  async next(size: number, countMax: number): Promise<CursorStep> {
    while (this.#wanted < size) {
      const recent = this.#source.recent?.from(this.#wanted, Math.min(countMax, size - this.#wanted)) ?? [];
      if (recent.length > 0) {
        this.#hasJumped = true;
        this.#wanted += recent.length;
        return { kind: 'records', frames: recent };
      }
      const here = await this.#enter();
      const step = here === null ? this.#missing(size) : await this.#read(here, size, countMax);
      if (step !== null) return step;
    }
    return { kind: 'records', frames: [] };
  }

  async close(): Promise<void> {
    const left = this.#here;
    this.#here = null;
    await left?.reader.close();
  }

  async #enter(): Promise<Here | null> {
    const here = this.#here;
    const isFar = this.#hasJumped && this.#wanted - (here?.index ?? 0) > SKIP_RECORDS_MAX;
    this.#hasJumped = false;
    if (here !== null && !isFar) return here;
    await this.close();
    const segment = this.#source.segments.findLast(({ first }) => first <= this.#wanted);
    if (segment === undefined) return null;
    const reader = await openSegment(segment).catch(() => null);
    const { offset, index } = this.#source.recent?.place(this.#wanted, segment.first) ?? { offset: 0, index: segment.first };
    if (reader !== null) this.#here = { segment, reader, offset, index };
    return this.#here;
  }

  /** Null = look again: the cursor moved, but not onto a record that is wanted. */
  async #read(here: Here, size: number, countMax: number): Promise<CursorStep | null> {
    const skipped = Math.max(0, this.#wanted - here.index);
    const wantedMax = Math.min(size - here.index, Math.max(countMax, skipped));
    const reading = await readFrames(here.reader, { offset: here.offset, index: here.index, countMax: wantedMax });
    here.offset = reading.offset;
    here.index += reading.frames.length;
    const frames = reading.frames.slice(skipped);
    if (frames.length > 0) {
      this.#wanted += frames.length;
      return { kind: 'records', frames };
    }
    if (reading.end === 'bad') return this.#leap(here, size);
    return reading.end === 'segment' ? this.#leave(here, size) : null;
  }

  /** Over damaged bytes to the next record that can be read, in this segment or the next. */
  async #leap(here: Here, size: number): Promise<CursorStep | null> {
    const { offset, index } = here;
    const found = await findResumption(here.reader, { offset, index, needsProof: false });
    const place = { segment: here.segment, offset: here.offset, offsetEnd: found?.offset ?? null };
    const to = found?.index ?? this.#firstAfter(here.segment.first) ?? size;
    if (found === null) await this.close();
    else Object.assign(here, found);
    // Damage that lies before what is asked for is nobody's question now.
    return to <= this.#wanted ? null : this.#lose(Math.min(to, size), place);
  }

  /** A segment ends where the next one begins, or it is shorter than it was. */
  async #leave(here: Here, size: number): Promise<CursorStep | null> {
    const following = this.#firstAfter(here.segment.first);
    const place = { segment: here.segment, offset: here.offset, offsetEnd: null };
    await this.close();
    return following === here.index || here.index >= size ? null : this.#lose(Math.min(following ?? size, size), place);
  }

  /** The segment that should hold the record is gone. */
  #missing(size: number): CursorStep {
    const to = Math.min(this.#firstAfter(this.#wanted) ?? size, size);
    return this.#lose(to, { segment: { first: this.#wanted, file: 'missing' }, offset: 0, offsetEnd: null });
  }

  #lose(to: number, place: LostPlace): CursorStep {
    const step: CursorStep = { kind: 'lost', from: this.#wanted, to, place };
    this.#wanted = to;
    return step;
  }

  #firstAfter(index: number): number | undefined {
    return this.#source.segments.find(({ first }) => first > index)?.first;
  }
}
