import type { Clock } from '../../platform/clock.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { isBanned } from '../limits/banned.ts';

/** Whoever is banned is told so and cut off, before anything of the request is looked at. */
export const ban = (clock: Clock): Step => ({
  name: 'ban',
  onFailure: 'block',
  run: ({ snapshot, clientAddress }) =>
    isBanned(clientAddress, snapshot, clock.now())
      ? { kind: 'refused', code: 'address-banned', reason: 'ban', closeConnection: true }
      : ON,
});
