import type { EventView } from '@holdfast/contract';
import type { Log } from '../../platform/log.ts';

type Listener = (event: EventView) => void;

/** Tells of records as they become durable, in their order, whoever wants to know now. */
export interface Live {
  tell(event: EventView): void;
  /** The answer ends it. A listener must not wait for anything. */
  onRecorded(listener: Listener): () => void;
}

export function createLive(log: Log): Live {
  const listeners = new Set<Listener>();
  return {
    tell(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          // A watcher that fails must not make a record fail.
          log.error({ err: error }, 'somebody who watches the ledger failed');
        }
      }
    },
    onRecorded(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
