import type { Clock } from '../../platform/clock.ts';
import { isLoopback, rateKey } from '../../platform/address.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';

/** One budget per application and visitor. Allow-listed visitors and break-glass skip it; loopback unless told otherwise. */
export const rate = (limiter: RateLimiter, clock: Clock): Step => ({
  name: 'rate',
  onFailure: 'allow',
  run({ application, clientAddress, snapshot, mode }) {
    if (application === null || application.rate.perSecond === 0 || mode === 'bypass') return ON;
    if (!application.rate.includeLoopback && isLoopback(clientAddress)) return ON;
    if (snapshot.allows.size > 0 && snapshot.allows.lookup(clientAddress) !== undefined) return ON;
    const key = `${application.id} ${rateKey(clientAddress) ?? 'unknown'}`;
    const waitMs = limiter.take(key, application.rate, clock.monotonicMs());
    if (waitMs === 0) return ON;
    return { kind: 'refused', code: 'rate-limited', reason: 'rate', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  },
});
