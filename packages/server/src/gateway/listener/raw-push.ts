import type { RawGate } from './raw-gate.ts';
import { READERS } from './raw-readers.ts';
import { STOPPED } from './raw-states.ts';

/**
 * Reads a chunk; the answer is how many of its bytes may go on to the next parser. Fewer than all of them means that
 * `violation` is set or that the client announced the end of its requests: nothing more will ever pass.
 */
export function pushBytes(gate: RawGate, chunk: Buffer): number {
  let at = 0;
  while (at < chunk.length) {
    if (gate.state === STOPPED) return at;
    // `state` is only ever set to the constants of raw-states.ts, which index READERS.
    const next = READERS[gate.state]!(gate, chunk, at);
    if (next < 0) return at;
    if (gate.phase === 'head') gate.headBytes += next - at;
    at = next;
  }
  return at;
}
