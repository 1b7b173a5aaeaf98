import type { Clock } from '../../platform/clock.ts';
import { isLoopback } from '../../platform/address.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';

/** Order: static allow, break-glass, ban. Loopback is the operator's own machine and can never lock itself out. */
export const ban = (clock: Clock): Step => ({
  name: 'ban',
  onFailure: 'block',
  run({ snapshot, clientAddress, mode }) {
    if (snapshot.bans.size === 0) return ON;
    const expiresAt = snapshot.bans.lookup(clientAddress);
    if (expiresAt === undefined || expiresAt <= clock.now()) return ON;
    if (snapshot.allows.lookup(clientAddress) !== undefined || mode === 'bypass' || isLoopback(clientAddress)) return ON;
    return { kind: 'refused', code: 'address-banned', reason: 'ban', closeConnection: true };
  },
});
