import type { BehaviourId } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { refusedOwn, tried, visited } from './events.ts';
import { BEGIN } from './trace.ts';

/** One event of each of so many sources and accounts, as fast as a flood sends them: what a behaviour weighs when it is full. */
export function* keysOf(behaviour: BehaviourId, count: number): Generator<WatchedEvent> {
  for (let index = 0; index < count; index += 1) {
    const time = BEGIN + Math.floor(index / 1000);
    const address = `${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.9`;
    const account = `account-${index}`;
    if (behaviour === 'B9') yield refusedOwn({ time, address, person: account, step: 'totp' });
    else if (behaviour === 'B1' || behaviour === 'B2') yield* tried({ time, account, address, answer: null });
    else yield visited({ time, address, path: `/api/orders/${index}`, account, session: `s${index}` });
  }
}
