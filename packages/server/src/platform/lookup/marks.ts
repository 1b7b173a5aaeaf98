/** What an entry means, in numbers: who lists it, what a match does, how sure and for how long. */
export interface Mark {
  /** Index into the lists of the table. */
  readonly list: number;
  readonly action: number;
  /** 0 to 100, when it was seen last. */
  readonly confidence: number;
  /** Of a prefix; 0 for texts. */
  readonly length: number;
  readonly seenAt: number;
  readonly endsAt: number;
}

export const MINUTE_MS = 60_000;
/** Numbers of one mark: list and action, confidence and length, seen, ends; times in minutes. */
const FIELDS = 4;
/** One place is told of at most so many lists. */
const SET_MAX = 8;
export const NO_SET = 0;

export interface MarkArrays {
  readonly marks: Uint32Array;
  /** Where the marks of each set begin in `members`; one more at the end. */
  readonly offsets: Uint32Array;
  readonly members: Uint32Array;
}

/** Marks and sets of them, each held once: most entries of a list mean the same. */
export class MarkPool {
  readonly #marks: number[] = [];
  readonly #byMark = new Map<string, number>();
  readonly #sets: (readonly number[])[] = [[]];
  readonly #bySet = new Map<string, number>();
  /** Set and mark as one number: asked for each entry. */
  readonly #unions = new Map<number, number>();

  mark({ list, action, confidence, length, seenAt, endsAt }: Mark): number {
    const fields = [
      list * 256 + action,
      confidence * 256 + length,
      Math.floor(seenAt / MINUTE_MS),
      Math.ceil(Math.min(endsAt / MINUTE_MS, 0xffffffff)),
    ];
    const key = fields.join(' ');
    const held = this.#byMark.get(key);
    if (held !== undefined) return held;
    const made = this.#marks.length / FIELDS;
    this.#marks.push(...fields);
    this.#byMark.set(key, made);
    return made;
  }

  /** The set that also holds this mark. */
  union(set: number, mark: number): number {
    const key = set * 0x4000000 + mark;
    const held = this.#unions.get(key);
    if (held !== undefined) return held;
    const before = this.#sets[set]!;
    const members = before.includes(mark) || before.length >= SET_MAX ? before : [...before, mark].sort((a, b) => a - b);
    const text = members.join(' ');
    const made = this.#bySet.get(text) ?? this.#sets.push(members) - 1;
    this.#bySet.set(text, made);
    this.#unions.set(key, made);
    return made;
  }

  arrays(): MarkArrays {
    const offsets = new Uint32Array(this.#sets.length + 1);
    for (const [index, members] of this.#sets.entries()) offsets[index + 1] = offsets[index]! + members.length;
    return { marks: Uint32Array.from(this.#marks), offsets, members: Uint32Array.from(this.#sets.flat()) };
  }
}

/** The marks of a set that have not ended, each as sure as it still is. Without any: an empty list. */
export function marksOf({ marks, offsets, members }: MarkArrays, set: number, now: number): Mark[] {
  const found: Mark[] = [];
  for (let at = offsets[set] ?? 0; at < (offsets[set + 1] ?? 0); at += 1) {
    const place = members[at]! * FIELDS;
    const [listed, sure, seen, ends] = [marks[place]!, marks[place + 1]!, marks[place + 2]!, marks[place + 3]!];
    const endsAt = ends * MINUTE_MS;
    if (endsAt <= now) continue;
    const mark = { list: listed >>> 8, action: listed & 255, length: sure & 255, seenAt: seen * MINUTE_MS, endsAt };
    found.push({ ...mark, confidence: decayed({ confidence: sure >>> 8, seenAt: mark.seenAt, endsAt }, now) });
  }
  return found;
}

/** What was sure when it was seen last is nothing at its end, in a straight line. */
export function decayed({ confidence, seenAt, endsAt }: Pick<Mark, 'confidence' | 'seenAt' | 'endsAt'>, now: number): number {
  if (now >= endsAt) return 0;
  if (now <= seenAt) return confidence;
  return Math.round((confidence * (endsAt - now)) / (endsAt - seenAt));
}
