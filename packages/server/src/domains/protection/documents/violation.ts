import { SCHEMA_ERRORS_MAX, type SchemaError } from '@holdfast/contract';

/** One way in which a request is not what the schema in force says. */
export interface SchemaViolation extends SchemaError {
  /** JSON pointer into the schema: what was not met. */
  readonly at: string;
  /** What is done with it where the application enforces. */
  readonly action: 'refuse' | 'record';
}

const HELD_MAX = 100;
const NAME_CHARS_MAX = 128;
const POINTER_CHARS_MAX = 256;

/** A violation as it is told; it refuses unless it says otherwise. */
export interface Told extends SchemaError {
  readonly at: string;
  readonly action?: 'refuse' | 'record';
}

/** Takes the violations of one request: one for each place, and not more than can be told. */
export class Sink {
  readonly #told = new Map<string, SchemaViolation>();

  tell({ action = 'refuse', ...violation }: Told): void {
    const key = `${violation.location} ${violation.pointer}`;
    const held = this.#told.get(key);
    if (held !== undefined && (held.action === 'refuse' || action === 'record')) return;
    if (held === undefined && this.#told.size >= (action === 'record' ? SCHEMA_ERRORS_MAX : HELD_MAX)) return;
    this.#told.set(key, {
      ...violation,
      name: violation.name.slice(0, NAME_CHARS_MAX),
      pointer: violation.pointer.slice(0, POINTER_CHARS_MAX),
      at: violation.at.slice(0, POINTER_CHARS_MAX),
      action,
    });
  }

  /** What refuses comes first: it is what the answer and the record give as the reason. */
  get violations(): readonly SchemaViolation[] {
    const all = [...this.#told.values()];
    const refused = all.filter(({ action }) => action === 'refuse');
    return [...refused, ...all.filter(({ action }) => action === 'record')].slice(0, SCHEMA_ERRORS_MAX);
  }
}
