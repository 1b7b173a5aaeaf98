import type { Detection } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour } from '../behaviour.ts';
import { KeyedTable } from '../state/keyed-table.ts';

interface MemoryParts<Memory> {
  readonly make: () => Memory;
  /** Null for what cannot be used. */
  readonly read: (saved: unknown) => Memory | null;
}

/** What a behaviour that remembers one thing for each key has to say for itself; `judge` is the rest. */
export function remembering<Memory>(
  { make, read }: MemoryParts<Memory>,
  judge: (seen: WatchedEvent, memories: KeyedTable<Memory>) => readonly Detection[],
): Behaviour {
  const memories = new KeyedTable<Memory>({ make });
  return {
    observe: (seen) => judge(seen, memories),
    tick: () => [],
    get keys() {
      return memories.size;
    },
    get evicted() {
      return memories.evicted;
    },
    save: () => memories.save((memory) => memory),
    load: (state) => memories.load(state, read),
  };
}
