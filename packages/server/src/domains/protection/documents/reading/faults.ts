/** A place in a document and what is wrong there, in one sentence. */
export interface DocumentFault {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
}

export type Json = Readonly<Record<string, unknown>>;

const FAULTS_MAX = 20;
const POINTER_CHARS_MAX = 512;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an own property only: a document may name one `constructor`. */
export const own = (value: Json, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);

/** One step of a JSON pointer (RFC 6901 §3). */
export const step = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** An object whose keys are names of a document: nothing stands behind it. */
export const emptyRecord = <Value>(): Record<string, Value> => Object.create(null) as Record<string, Value>;

/** What was found on the way through one document. */
export class Findings {
  readonly faults: DocumentFault[] = [];
  /** What is let in unchecked, so that nobody takes it for checked. */
  readonly notes: DocumentFault[] = [];
  readonly #isPartly: boolean;

  /** `isPartly`: somebody said that what cannot be checked may be let in. */
  constructor(isPartly = false) {
    this.#isPartly = isPartly;
  }

  fault(pointer: string, detail: string): void {
    note(this.faults, pointer, detail);
  }

  note(pointer: string, detail: string): void {
    note(this.notes, pointer, detail);
  }

  /** What can be left out without taking the rest for something else: a fault, unless somebody said to leave it out. */
  unchecked(pointer: string, detail: string): void {
    if (this.#isPartly) this.note(pointer, `${detail}: left out, not checked`);
    else this.fault(pointer, detail);
  }
}

function note(list: DocumentFault[], pointer: string, detail: string): void {
  const cut = pointer.slice(0, POINTER_CHARS_MAX);
  const isKnown = list.some((held) => held.pointer === cut && held.detail === detail);
  if (list.length < FAULTS_MAX && !isKnown) list.push({ pointer: cut, detail });
}
