import { intelEvents, type EventRecord, type IntelStatus } from '@holdfast/contract';
import { textOf } from '../watch/fields/payload.ts';

/** Tables that a gateway could not read. */
export class RefusedTables {
  #last: IntelStatus['refused'] = null;

  get last(): IntelStatus['refused'] {
    return this.#last;
  }

  /** The digest of the one that this event is about; null = it is about none. */
  observe({ type, time, payload }: EventRecord): string | null {
    const digest = type === intelEvents.tableRefused.type ? textOf(payload, 'table') : null;
    if (digest !== null) this.#last = { digest, at: time, detail: textOf(payload, 'detail') ?? '' };
    return digest;
  }
}
